"""Puts a result of `benchmarks.inspection` into the docs: `python -m benchmarks.inspection.report FILE.json`.

Rewrites the part of docs/explanations/payload.md between the two marks, and the chart beside it. Needs the extra
`bench`.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from benchmarks.inspection.__main__ import Result
from benchmarks.inspection.figures import Figures, Rates
from benchmarks.inspection.through_engine import Typed
from benchmarks.pages import Cells, bars, put, table

PAGE = Path(__file__).parent.parent.parent / "docs" / "explanations" / "payload.md"
LEAST_ROWS = 50
"""Rows of a class or source that are shown: of fewer no rate can be told."""
NAMES = {
    "garrison": "Garrison",
    "modsecurity": "ModSecurity, Core Rule Set",
    "ddwaf": "ddwaf",
    "libinjection": "libinjection",
    "fastapi-guard": "fastapi-guard",
}
COLOURS = ("#0b7285", "#66a80f", "#e8590c", "#9c36b5", "#364fc7", "#9aa5b1")


def write_docs(result: Result) -> None:
    """Write page and chart."""
    put(PAGE, "\n\n".join(_parts(result)) + "\n")
    titles = ("Attacks found", "Legitimate let through", "Balanced accuracy")
    chart = bars("Percent, over the development set", COLOURS[: len(result.figures)])
    chart.x_labels, chart.range = titles, (50, 100)
    chart.formatter = lambda value: f"{value:.1f}"
    for each in result.figures:
        own = each.all
        shares = (own.true_positives, 1 - own.false_positives, own.balanced)
        chart.add(NAMES[each.detector], [100 * share for share in shares])
    (PAGE.parent / "payload-balanced.svg").write_bytes(chart.render())


def _parts(result: Result) -> Iterator[str]:
    yield f"Measured on {', '.join(f'{name} {value}' for name, value in result.run.items())}."
    yield "![What each finds, and lets through](payload-balanced.svg)"
    yield table(_overview(result.figures))
    versions = "; ".join(
        f"{NAMES[each.detector]} {each.version} ({_rows(each.all):,} requests)" for each in result.figures
    )
    yield f"Versions, and how many requests each came to: {versions}."
    if result.missing:
        yield f"Not installed, and so not measured: {', '.join(NAMES[name] for name in result.missing)}."
    if any(each.padding for each in result.figures):
        yield "### Padding"
        yield table(_padding(result.figures))
    yield "### Attacks found, by class (percent)"
    yield table(_classes(result.figures))
    yield "### Legitimate requests refused, by source (percent)"
    yield table(_sources(result.figures))
    if result.contract:
        yield "### With a contract in front"
        yield table(_contract(result.contract))


def _overview(figures: Sequence[Figures]) -> Cells:
    head = ("Detector", "Found %", "Refused wrongly %", "Balanced", "Five parts", "Median us", "p99 us")
    return [head] + [
        (
            NAMES[each.detector],
            _percent(each.all.true_positives, 1),
            _percent(each.all.false_positives, 2),
            f"{each.all.balanced:.3f}",
            f"{min(own.balanced for own in each.folds):.3f} to {max(own.balanced for own in each.folds):.3f}",
            f"{each.median:,.0f}",
            f"{each.p99:,.0f}",
        )
        for each in figures
    ]


def _padding(figures: Sequence[Figures]) -> Cells:
    head = ("Detector", "Prose around it", "Attacks", "Found alone %", "Found within %", "Points lost")
    return [head] + [
        (
            NAMES[each.detector],
            f"{own.size:,} bytes",
            f"{own.attacks:,}",
            _percent(own.alone / max(1, own.attacks), 1),
            _percent(own.within / max(1, own.attacks), 1),
            f"{own.points:.1f}",
        )
        for each in figures
        for own in each.padding
    ]


def _classes(figures: Sequence[Figures]) -> Cells:
    first = figures[0].classes
    names = [name for name, own in first.items() if own.attacks >= LEAST_ROWS]
    head = ("Class", "Attacks", *(NAMES[each.detector] for each in figures))
    return [head] + [
        (name, f"{first[name].attacks:,}", *(_share(each.classes.get(name), is_attack=True) for each in figures))
        for name in names
    ]


def _sources(figures: Sequence[Figures]) -> Cells:
    first = figures[0].sources
    names = [name for name, own in first.items() if own.others >= LEAST_ROWS]
    head = ("Source", "Requests", *(NAMES[each.detector] for each in figures))
    return [head] + [
        (name, f"{first[name].others:,}", *(_share(each.sources.get(name), is_attack=False) for each in figures))
        for name in names
    ]


def _contract(found: dict[str, Typed]) -> Cells:
    head = ("Rows", "Requests", "Payload refuses", "Keep the contract", "Of them payload refuses")
    return [head] + [
        (name, f"{own.rows:,}", f"{own.refused:,}", f"{own.kept:,}", f"{own.kept_refused:,}")
        for name, own in found.items()
    ]


def _share(own: Rates | None, *, is_attack: bool) -> str:
    if own is None or not (own.attacks if is_attack else own.others):
        return "-"
    return _percent(own.true_positives, 0) if is_attack else _percent(own.false_positives, 1)


def _percent(share: float, digits: int) -> str:
    return f"{100 * share:.{digits}f}"


def _rows(own: Rates) -> int:
    return own.attacks + own.others


def main() -> None:
    """Command line."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    write_docs(msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=Result))


if __name__ == "__main__":
    main()
