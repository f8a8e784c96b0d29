"""HTML injection: a value stands in a page as markup, so that it may hold scripts."""

from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.injection.bases import Place
from garrison.assess.checks.injection.bench import Bench, bench_of
from garrison.assess.checks.injection.stored import read_back
from garrison.assess.probe import Exchange
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_PAGES: Final = frozenset({"text/html", "application/xhtml+xml", "image/svg+xml"})


def each(a: Assessment, target: Target) -> Iterator[Finding]:
    """Look at one operation."""
    bench = bench_of(a, target)
    if bench is None or not bench.is_reached:
        return
    for place in bench.places:
        if not place.is_text and place.slot.where != "path":
            continue
        if not _shows(a, bench, place):
            continue
        proof = _proof(a, bench, place)
        if proof:
            bench.prove(place, CHECK.id)
            says = (
                f"what stands in `{place.slot.text}` becomes markup of a page: scripts in it run for whoever opens it"
            )
            yield a.found(CHECK, proof, says=says, target=target, slot=place.slot)


def _shows(a: Assessment, bench: Bench, place: Place) -> bool:
    """Whether a page shows what was put there."""
    control = bench.control(place)
    sent = str(control.request.value(place.slot))
    return any(_is_page(each) and sent in each.answer.text for each in (control, *_pages(a, bench, control)))


def _pages(a: Assessment, bench: Bench, made: Exchange) -> Iterator[Exchange]:
    """Pages that show what was made: asked for only where the API has pages."""
    described = [body.media_type for each in a.api.targets for said in each.described.responses for body in said.bodies]
    if _PAGES.intersection(described):
        yield from read_back(a, bench, made)


def _proof(a: Assessment, bench: Bench, place: Place) -> tuple[Exchange, ...]:
    found: list[Exchange] = []
    for tag in ("b", "i"):
        sent = bench.behind(place, f"<{tag} id=grsn>'\"", f"an element `<{tag} id=grsn>`")
        word = str(sent.request.value(place.slot)).partition("<")[0]
        shown = [
            each
            for each in (sent, *_pages(a, bench, sent))
            if _is_page(each) and f"{word}<{tag} id=grsn>" in each.answer.text
        ]
        if not shown:
            return ()
        seen = shown[0].says_that(f"the page holds the element `<{tag} id=grsn>` as it was sent")
        found += [seen] if shown[0] is sent else [sent, seen]
    return tuple(found)


def _is_page(exchange: Exchange) -> bool:
    return exchange.answer.media_type in _PAGES


CHECK: Final = Check(
    id=CheckId("html-injection"),
    title="a value becomes markup of a page",
    family="injection",
    severity=Severity.MEDIUM,
    tags=("owasp.api8", "cwe.79"),
    looks=(
        "Where an answer that browsers take for a page shows a value, two elements are sent in it. It is a finding "
        "where "
        "both come back as elements. JSON and plain text are no pages."
    ),
    why="Scripts run in the API's own origin, with the cookies and tokens of whoever opens the link.",
    mend="Answer with `application/json` and `nosniff`; where pages are meant, let a template escape every value.",
    samples={
        "fastapi": 'HTMLResponse(f"hello {html.escape(name)}")',
        "django": 'format_html("hello {}", name)',
        "flask": 'f"hello {escape(name)}"',
    },
    each=each,
    most=30,
    disturbs=Disturbs.OBJECTS,
)
