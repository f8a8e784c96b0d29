"""Servers without encryption."""

from collections.abc import Iterator

from garrison.audit.rule import Action, Fault, Rule
from garrison.audit.servers import servers
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    for each in servers(reading):
        if each.scheme in {"http", "ws"} and not each.is_private:
            mends = () if "{" in each.written[:5] else (Action(each.node.place, {"url": _encrypted(each.written)}),)
            yield Fault(each.node, f"`{each.url}` is not encrypted", each.users, kind=each.url, mends=mends)


def _encrypted(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    return f"{scheme}s{separator}{rest}".lower() if scheme.isupper() else f"{scheme}s{separator}{rest}"


RULE = Rule(
    id=CheckId("plain-http-server"),
    title="the API is served without encryption",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    tags=("owasp.api8", "cwe.319", "rec.9"),
    why="Whoever is on the way reads and changes everything, credentials included.",
    mend=(
        "Serve the API with TLS only, and write the server with `https`. Do not redirect: the credential was sent "
        "already."
    ),
    look=_look,
)
