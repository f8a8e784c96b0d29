"""Origins: which of them an answer lets scripts of a browser read it (CORS, Fetch Standard, section 3.2)."""

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from garrison.assess.assessment import Assessment
from garrison.assess.checks.asking import readable, with_header
from garrison.assess.probe import Exchange
from garrison.assess.target import Target

FOREIGN: Final = "https://grsn-origin.example"
"""An origin that no list holds."""
_TARGETS: Final = 3


def places(a: Assessment) -> Iterator[tuple[Target, Exchange]]:
    """Operations to ask: answers that need a credential first, for those are what must not be read elsewhere."""
    found = sorted(readable(a), key=lambda pair: a.survey.is_public(pair[0]))
    yield from found[:_TARGETS]


def asked(a: Assessment, known: Exchange, origin: str, says: str = "") -> Exchange:
    """The request as a script of `origin` sends it."""
    return a.probe.send(with_header(known.request, "origin", origin), known.identity, says=says)


def allows(exchange: Exchange, origin: str) -> bool:
    """Whether the answer may be read by scripts of just this origin."""
    return exchange.answer.header("access-control-allow-origin") == origin


def with_credentials(exchange: Exchange) -> bool:
    """Whether it may be read where the browser added cookies of its own."""
    return exchange.answer.header("access-control-allow-credentials").lower() == "true"


def trusted(a: Assessment, known: Exchange) -> Iterator[str]:
    """Origins that the API trusts for good reason, as far as can be told: its own, and those that it names itself."""
    yield a.probe.origin
    named = known.answer.header("access-control-allow-origin")
    if named.startswith("http"):
        yield named
    for server in a.api.description.root.value.get("servers") or ():
        url = urlsplit(str(server.get("url", ""))) if isinstance(server, dict) else None
        if url is not None and url.scheme and url.netloc:
            yield f"{url.scheme}://{url.netloc}"
    yield from ("http://localhost:3000", "http://localhost:8080", "https://app.example.com")
