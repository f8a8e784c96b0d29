"""Header injection: a value with line ends becomes more than one header of the answer."""

from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.injection.bases import Place
from garrison.assess.checks.injection.bench import Bench, bench_of
from garrison.assess.probe import Exchange
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_ENDS: Final = ("\r\n", "\n", "%0d%0a", "\u560d\u560a")
"""Line ends: as they are, decoded twice, and as characters whose last bytes are line ends."""


def each(a: Assessment, target: Target) -> Iterator[Finding]:
    """Look at one operation."""
    bench = bench_of(a, target)
    for place in bench.open_places() if bench is not None else ():
        if bench is None or place.slot.where in ("header", "cookie"):
            continue
        if not _is_in_header(bench, place):
            continue
        proof = next(filter(None, (_proof(bench, place, end) for end in _ENDS)), ())
        if proof:
            bench.prove(place, CHECK.id)
            says = f"a line end in `{place.slot.text}` begins another header of the answer"
            yield a.found(CHECK, proof, says=says, target=target, slot=place.slot)


def _is_in_header(bench: Bench, place: Place) -> bool:
    """Whether what is sent there stands in a header of the answer."""
    control = bench.control(place)
    sent = str(control.request.value(place.slot))
    return any(sent in value for _, value in control.answer.headers)


def _proof(bench: Bench, place: Place, end: str) -> tuple[Exchange, ...]:
    found = []
    for name in ("x-grsn-one", "x-grsn-two"):
        sent = bench.behind(place, f"{end}{name}: 1", f"the answer has a header `{name}`")
        if not any(header == name and value.strip() == "1" for header, value in sent.answer.headers):
            return ()
        found.append(sent)
    return (bench.control(place), *found)


CHECK: Final = Check(
    id=CheckId("header-injection"),
    title="a value begins a new header of the answer",
    family="injection",
    severity=Severity.MEDIUM,
    tags=("owasp.api8", "cwe.113", "cwe.93"),
    looks=(
        "Where a value stands in a header of the answer, it is sent with a line end and a header of our own, in "
        "several "
        "encodings. It is a finding where two headers with names that we chose come back."
    ),
    why="Somebody can set cookies for others, split answers and poison caches with them.",
    mend="Refuse control characters in every value that goes into a header; set headers through the framework alone.",
    samples={"fastapi": "if any(ord(c) < 32 for c in value):\n    raise HTTPException(422)"},
    each=each,
    most=40,
    disturbs=Disturbs.OBJECTS,
)
