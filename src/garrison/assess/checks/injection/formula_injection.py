"""Formula injection: a value begins a cell of a spreadsheet that somebody else opens."""

import csv
import io
from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.injection.bench import Bench, bench_of
from garrison.assess.probe import Exchange
from garrison.assess.request import Request, Slot
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_SHEETS: Final = frozenset({"text/csv", "application/csv", "text/tab-separated-values"})
_MOST: Final = 6
"""Operations that are tried for each sheet."""


def run(a: Assessment) -> Iterator[Finding]:
    """Look at every operation that answers with a sheet, and at those that make what stands in it."""
    for sheet in a.api.targets:
        known = a.survey.baseline(sheet) if sheet.is_safe else None
        if known is None or known.answer.media_type not in _SHEETS:
            continue
        makers = [each for each in a.api.targets if each.method == "POST" and not each.is_wiping]
        for maker in makers[:_MOST]:
            bench = bench_of(a, maker)
            if bench is not None:
                yield from _made(a, bench, sheet, known)


def _made(a: Assessment, bench: Bench, sheet: Target, known: Exchange) -> Iterator[Finding]:
    """Every text of something new begins as a formula; then the sheet is read."""
    cells: dict[str, Slot] = {}
    request: Request = bench.base.request
    for place in bench.places:
        if place.is_text and place.slot.where == "body":
            cells[f"=1+1+{a.api.sampler.word()}"] = place.slot
    for text, where in cells.items():
        request = request.put(where, text)
    if not cells:
        return
    sent = a.probe.send(request, bench.base.identity, says="texts that begin as formulas do")
    if not sent.is_success:
        return
    shown = a.probe.send(known.request, known.identity, says="the sheet has a cell that begins as it was sent")
    for cell in _cells(shown):
        if cell in cells:
            slot = cells[cell]
            says = f"what stands in `{slot.text}` begins a cell of the sheet that `{sheet.id}` gives out"
            yield a.found(CHECK, (sent, shown), says=says, target=bench.target, slot=slot)


def _cells(exchange: Exchange) -> Iterator[str]:
    tab = exchange.answer.media_type == "text/tab-separated-values"
    try:
        for row in csv.reader(io.StringIO(exchange.answer.text), delimiter="\t" if tab else ","):
            yield from row
    except csv.Error:
        return


CHECK: Final = Check(
    id=CheckId("formula-injection"),
    title="a value becomes a formula of a spreadsheet",
    family="injection",
    severity=Severity.LOW,
    tags=("owasp.api8", "cwe.1236"),
    looks=(
        "Something is made whose texts begin with `=`, and each sheet that the API gives out is read. It is a finding "
        "where a cell of it begins so too."
    ),
    why="Whoever opens the sheet, often somebody of the staff, lets it fetch addresses with other cells in them.",
    mend="Put an apostrophe before cells that begin with `=`, `+`, `-`, `@`, a tab or a line end.",
    samples={
        "fastapi": 'cell = "\'" + cell if cell[:1] in "=+-@\\t\\r" else cell',
        "django": 'cell = "\'" + cell if cell[:1] in "=+-@\\t\\r" else cell',
        "flask": 'cell = "\'" + cell if cell[:1] in "=+-@\\t\\r" else cell',
    },
    run=run,
    most=40,
    disturbs=Disturbs.OBJECTS,
)
