"""Open redirect: a value decides to which site the answer sends people."""

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.injection.bases import Place
from garrison.assess.checks.injection.bench import Bench, bench_of
from garrison.assess.probe import Exchange
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_TARGETS: Final = frozenset(
    {"url", "uri", "redirect", "next", "return", "continue", "callback", "dest", "destination", "goto", "target", "to",
     "back", "link", "forward", "out", "go"}
)  # fmt: skip
_SHAPES: Final = ("https://{}/", "//{}/", "/\\{}/", "https:{}")
_HOSTS: Final = ("one.example.net", "two.example.org")
"""Reserved for examples (RFC 2606): nothing is sent there, redirects are not followed."""


def each(a: Assessment, target: Target) -> Iterator[Finding]:
    """Look at one operation."""
    bench = bench_of(a, target)
    if bench is None or not bench.is_reached:
        return
    for place in bench.places:
        if _TARGETS.isdisjoint(place.said) and not _is_in_location(bench, place):
            continue
        proof = next(filter(None, (_proof(bench, place, shape) for shape in _SHAPES)), ())
        if proof:
            bench.prove(place, CHECK.id)
            says = f"`{place.slot.text}` decides to which site the answer redirects"
            yield a.found(CHECK, proof, says=says, target=target, slot=place.slot)


def _is_in_location(bench: Bench, place: Place) -> bool:
    return place.is_text and bench.word(place) in bench.control(place).answer.header("location")


def _proof(bench: Bench, place: Place, shape: str) -> tuple[Exchange, ...]:
    found = []
    for host in _HOSTS:
        sent = bench.ask(place.request.put(place.slot, shape.format(host)), place.slot)
        where = sent.answer.header("location").replace("\\", "/")
        if not 300 <= sent.answer.status < 400 or urlsplit(where).hostname != host:
            return ()
        found.append(sent.says_that(f"the answer redirects to {host}, which the sender chose"))
    return tuple(found)


CHECK: Final = Check(
    id=CheckId("open-redirect"),
    title="an answer redirects to any site",
    family="injection",
    severity=Severity.MEDIUM,
    tags=("owasp.api8", "cwe.601"),
    looks=(
        "Addresses of two foreign sites are put into values that speak of addresses or that come back in `Location`. "
        "It "
        "is a finding where the answer redirects to each of them. Redirects are not followed."
    ),
    why="Links that begin with the API's own name lead to pages that ask for passwords, and tokens may be sent along.",
    mend="Redirect to paths of one's own only, or to addresses from a list.",
    samples={
        "fastapi": "if urlsplit(url).netloc:\n    raise HTTPException(422)",
        "django": "url_has_allowed_host_and_scheme(url, allowed_hosts=None)",
        "flask": "if urlsplit(url).netloc:\n    abort(422)",
    },
    each=each,
    most=30,
    disturbs=Disturbs.OBJECTS,
)
