"""Answers of the ledger as people read them, on a terminal."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from garrison.cli.moments import show_moment
from garrison.cli.output import columns
from garrison.core.counted import counted
from garrison.core.ledger import Breach, Certainty, KindSeen
from garrison.core.operation import UNDESCRIBED
from garrison.core.printable import printable
from garrison.ledger import Coverage, Of, To, Top
from garrison.report.certainty import certainty_lines, percent

NOBODY = "(nobody who proved it)"
_NAMES = 5
"""Names that stand in one cell; more are counted."""


def to_lines(found: To) -> Iterator[str]:
    """Who was exposed to somebody."""
    if not found.kinds:
        yield "nobody's data went there, as far as is known"
    else:
        rows = [_kind(each) for each in found.kinds]
        yield from columns(("kind", "people", "own", "exposures", "first", "last"), rows)
        for each in found.kinds:
            told = ", ".join(f"{one.type} of {one.people:,}" for one in each.types) or "none that is known"
            yield f"types of {each.kind}: {told}"
    yield from _certainty(found.certainty)


def _kind(each: KindSeen) -> tuple[str, ...]:
    return (
        printable(each.kind), f"{each.people:,}", f"{each.own:,}", f"{each.exposures:,}", show_moment(each.first),
        show_moment(each.last),
    )  # fmt: skip


def of_lines(found: Of, kind: str) -> Iterator[str]:
    """To whom a subject was exposed."""
    if not found.recipients:
        yield f"no {printable(kind)} of this name was exposed, as far as is known"
    else:
        rows = [
            (
                printable(each.principal) or NOBODY, printable(each.client) or "-", "own" if each.own else "other",
                f"{each.exposures:,}", show_moment(each.first), show_moment(each.last), " ".join(each.types) or "-",
                _some(each.operations), _some(each.peers),
            )
            for each in found.recipients
        ]  # fmt: skip
        heading = ("principal", "client", "data", "exposures", "first", "last", "types", "operations", "peers")
        yield from columns(heading, rows)
        events = [event for each in found.recipients for event in each.events]
        yield f"events: {_some(events)} (`garrison explain EVENT` tells more of each)"
    yield from _certainty(found.certainty)


def top_lines(found: Top, by: str) -> Iterator[str]:
    """Who came to most people's data."""
    if not found.ranks:
        yield "nobody's data went to anybody else, as far as is known"
    else:
        nameless = UNDESCRIBED if by == "operation" else NOBODY
        rows = [
            (printable(each.name) or nameless, f"{each.people:,}", f"{each.exposures:,}", show_moment(each.first),
             show_moment(each.last))
            for each in found.ranks
        ]  # fmt: skip
        yield from columns((by, "people", "exposures", "first", "last"), rows)
    yield from _certainty(found.certainty)


def coverage_lines(found: Coverage) -> Iterator[str]:
    """Of how many answers it is known whose data they disclosed."""
    rows = [
        (
            printable(each.operation) or UNDESCRIBED, f"{each.answers:,}", percent(each.attributed, each.answers),
            f"{each.annotated:,}", f"{each.inferred:,}", f"{each.unknown:,}",
            f"{each.answers - each.attributed - each.unknown:,}",
        )
        for each in found.operations
    ]  # fmt: skip
    if rows:
        heading = ("operation", "answers", "attributed", "annotated", "inferred", "unreadable", "nothing known")
        yield from columns(heading, rows)
    yield from _certainty(found.certainty)


def notify_lines(found: Breach, out: Path, report: Path | None) -> Iterator[str]:
    """Who is to be notified."""
    yield f"people to notify: {found.exposed:,} of {found.listed:,} in the list, in `{out}`"
    if found.exposed:
        yield f"exposures: {found.exposures:,}, from {show_moment(found.first)} to {show_moment(found.last)}"
        yield "categories: " + (", ".join(f"{each.category} of {each.people:,}" for each in found.categories) or "-")
    if found.only_own:
        yield f"saw their own data, and nobody else did: {found.only_own:,}"
    if found.strangers:
        strangers, exposures = counted(found.strangers, "person", "people"), found.stranger_exposures
        yield f"exposed and not in the list: {strangers}, {counted(exposures, 'exposure')}"
        if not found.exposed and not found.only_own:
            yield "nobody in the list is on record: does its column hold what the API calls them (`42` is not `042`)?"
    if report is not None:
        yield f"report: `{report}`"
    yield from _certainty(found.certainty)


def key_lines(known: Sequence[Mapping[str, Any]], missing: Mapping[int, int], file: Path) -> Iterator[str]:
    """The keys of the ring, and those that it lacks."""
    last = known[-1]["number"]
    rows = [
        (str(each["number"]), show_moment(each["created"]), f"{each['rows']:,}",
         "in force" if each["number"] == last else "older")
        for each in known
    ]  # fmt: skip
    yield from columns(("key", "created", "rows", "state"), rows)
    for number, count in missing.items():
        rows_are = counted(count, "row is", "rows are")
        yield f"key {number} is missing in `{file}`: whose data {rows_are} about cannot be told"


def _certainty(found: Certainty) -> Iterator[str]:
    yield ""
    yield "how complete this is:"
    yield from (f"  {text}" for text in certainty_lines(found))


def _some(names: Sequence[str]) -> str:
    shown = [printable(name) or "-" for name in names[:_NAMES]]
    more = [f"and {len(names) - _NAMES} more"] if len(names) > _NAMES else []
    return " ".join([*shown, *more]) or "-"
