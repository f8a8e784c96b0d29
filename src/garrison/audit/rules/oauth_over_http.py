"""URLs of an issuer that are not encrypted."""

from collections.abc import Iterator
from typing import Final

from garrison.audit.rule import Action, Fault, Rule
from garrison.audit.walk import Reading
from garrison.contract.documents import Node
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId

_KEYS: Final = ("authorizationUrl", "tokenUrl", "refreshUrl", "deviceAuthorizationUrl", "openIdConnectUrl")


def _look(reading: Reading) -> Iterator[Fault]:
    for scheme in reading.schemes:
        for node in (scheme.node, *(flow for _, flow in scheme.flows)):
            for key in _KEYS:
                url = node.value.get(key)
                if isinstance(url, str) and url.lower().startswith("http://"):
                    mend = Action(node.place, {key: "https" + url[4:]})
                    place = Node(node.place.child(key), url)
                    yield Fault(place, f"`{key}` of `{scheme.name}` is not encrypted", scheme.users, mends=(mend,))


RULE = Rule(
    id=CheckId("oauth-over-http"),
    title="tokens are fetched without encryption",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    tags=("owasp.api2", "owasp.api8", "cwe.319", "rec.9", "rec.11"),
    why="Whoever is on the way reads the passwords and tokens that are exchanged there, or sends the user elsewhere.",
    mend="Write the URL with `https`.",
    look=_look,
)
