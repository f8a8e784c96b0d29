"""URLs in requests that the API may fetch."""

from collections.abc import Iterator
from typing import Final

from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading, Spot, Users
from garrison.contract.documents import Node
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId
from garrison.exposure.types.rule import words

_NAMED: Final = frozenset({"url", "uri", "urls", "uris", "href", "webhook", "callback"})
_FETCHED: Final = frozenset(
    {"callback", "crawl", "download", "endpoint", "feed", "fetch", "hook", "import", "preview", "proxy", "remote",
     "scrape", "source", "src", "target", "unfurl", "webhook"}
)  # fmt: skip
_SHOWN: Final = frozenset({"redirect", "return", "success", "cancel", "next", "back", "post", "logout"})


def _look(reading: Reading) -> Iterator[Fault]:
    for each in reading.parameters:
        if each.spot is not None and _is_url(each.name, each.spot):
            yield _fault(each.node, each.name, each.spot, each.users, each.location)
    for field in reading.fields:
        if field.owner.requests and _is_url(field.name, field.spot) and field.says("readOnly") is not True:
            yield _fault(field.node, field.name, field.spot, field.owner.requests, field.location)


def _is_url(name: str, spot: Spot) -> bool:
    said = set(words(name))
    is_named = bool(_NAMED & set(words(name)[-1:])) or spot.format in {"uri", "url"}
    is_free = "string" in spot.types and not spot.is_chosen and not isinstance(spot.said("pattern"), str)
    return is_named and is_free and not said & _SHOWN


def _fault(node: Node, name: str, spot: Spot, users: Users, location: str) -> Fault:
    is_fetched = bool(_FETCHED & set(words(name)))
    return Fault(
        node,
        f"`{name}` is a URL, of any host",
        users,
        location,
        severity=None if is_fetched else Severity.LOW,
        confidence=None if is_fetched else Confidence.LOW,
    )


RULE = Rule(
    id=CheckId("url-from-client"),
    title="the API may fetch a URL of the client's choice",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    tags=("owasp.api7", "cwe.918", "rec.13"),
    why="From inside it reaches what nobody outside does: metadata of the cloud, databases, consoles (SSRF).",
    mend=(
        "Allow the hosts that are needed with a `pattern` or `enum`, and check where names lead before it is fetched."
    ),
    look=_look,
)
