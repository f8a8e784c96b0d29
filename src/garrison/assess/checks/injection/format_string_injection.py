"""Format strings: a value becomes the format that other values are written into."""

from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.injection.bases import Place
from garrison.assess.checks.injection.bench import Bench, bench_of
from garrison.assess.checks.injection.views import reflects
from garrison.assess.probe import Exchange
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_KINDS: Final = (
    ("braces", "{{q}}", "{q}", "}}q{{", "}q{", "{q"),
    ("percent signs", "%%q", "%q", "q%%w%%", "q%w%", "%!"),
)
"""Name, what is sent and what a format makes of it, twice; and what is no format at all."""


def each(a: Assessment, target: Target) -> Iterator[Finding]:
    """Look at one operation."""
    bench = bench_of(a, target)
    for place in bench.open_places("template-injection", "code-injection") if bench is not None else ():
        if bench is None or not reflects(bench.control(place), str(bench.control(place).request.value(place.slot))):
            continue
        both = bench.behind(place, _KINDS[0][1] + _KINDS[1][1])
        for name, *texts in _KINDS:
            proof = _proof(bench, place, both, texts)
            if proof:
                bench.prove(place, CHECK.id)
                says = f"what stands in `{place.slot.text}` is used as a format with {name}"
                yield a.found(CHECK, proof, says=says, target=target, slot=place.slot)
                break


def _proof(bench: Bench, place: Place, both: Exchange, texts: list[str]) -> tuple[Exchange, ...]:
    """Doubled signs come back single, as formats write them, and a single one breaks it."""
    sent, becomes, again, again_becomes, broken = texts
    if sent in both.answer.text or becomes not in both.answer.text:
        return ()
    found = []
    for given, expected in ((sent, becomes), (again, again_becomes)):
        exchange = bench.behind(place, given, f"`{given}` comes back as `{expected}`")
        word = str(exchange.request.value(place.slot)).removesuffix(given)
        if f"{word}{expected}" not in exchange.answer.text or reflects(exchange, f"{word}{given}"):
            return ()
        found.append(exchange)
    last = bench.behind(place, broken, f"`{broken}`, which is no format, breaks it")
    if bench.is_success(last) or not bench.is_success(found[0]):
        return ()
    return (*found, last)


CHECK: Final = Check(
    id=CheckId("format-string-injection"),
    title="a value is used as a format",
    family="injection",
    severity=Severity.MEDIUM,
    tags=("owasp.api8", "cwe.134"),
    looks=(
        "Doubled braces and percent signs are sent where the answer shows the value. It is a finding where they come "
        "back single, as formats write them, in two ways, and where a sign that begins a format and does not end it "
        "breaks the request."
    ),
    why="With `{user.__class__...}` a format reads attributes of the server's objects, keys and settings among them.",
    mend="Write the format in the code and give the value as an argument.",
    samples={
        "fastapi": '"hello {}".format(name)',
        "django": 'format_html("hello {}", name)',
        "flask": '"hello {}".format(name)',
    },
    each=each,
    most=40,
    disturbs=Disturbs.OBJECTS,
)
