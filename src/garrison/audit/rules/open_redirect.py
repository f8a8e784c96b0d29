"""URLs in requests that a browser may be sent to."""

from collections.abc import Iterator
from typing import Final

from garrison.audit import names
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId

_SENT: Final = frozenset(
    {"backurl", "cancelurl", "continueurl", "logoutredirect", "nexturl", "redirect", "redirectto",
     "redirecturi", "redirecturl", "returnto", "returnuri", "returnurl", "successurl", "postlogoutredirecturi"}
)  # fmt: skip


def _look(reading: Reading) -> Iterator[Fault]:
    for each in reading.parameters:
        spot = each.spot
        if each.where != "query" or names.joined(each.name) not in _SENT or spot is None or "string" not in spot.types:
            continue
        if not spot.is_chosen and not isinstance(spot.said("pattern"), str):
            yield Fault(each.node, f"`{each.name}` says where a browser is sent", each.users, each.location)


RULE = Rule(
    id=CheckId("open-redirect"),
    title="whoever asks says where a browser is sent",
    severity=Severity.LOW,
    confidence=Confidence.LOW,
    tags=("owasp.api8", "cwe.601", "rec.13"),
    why=(
        "A link to the API leads to any site, which looks as if the API had sent its users there, with codes and "
        "tokens in the URL."
    ),
    mend="Allow the addresses that are registered, and nothing else.",
    look=_look,
)
