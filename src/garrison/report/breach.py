"""What is to be told after a breach: the facts that the ledger holds, as GDPR, article 33 (3), asks for them, with
those that the SEC's Form 8-K, item 1.05, asks for: nature, scope and timing.

What only the organisation knows is left open, and marked.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from garrison.core.ledger import Breach, Rank
from garrison.core.printable import printable
from garrison.core.semantics import SEMANTIC_TYPES
from garrison.report.certainty import certainty_lines

OPEN: Final = "*to be completed*"
_TITLES: Final = {each.id: each.title for each in SEMANTIC_TYPES}
_MOMENTS: Final = ("made", "first", "last")


def breach_data(found: Breach) -> dict[str, Any]:
    """As JSON: times are ISO 8601, UTC."""
    told: dict[str, Any] = msgspec.to_builtins(found)
    told |= {name: _moment(told[name]) for name in _MOMENTS}
    told["scope"] = {name: value for name, value in told["scope"].items() if value is not None}
    for name in ("since", "until"):
        if name in told["scope"]:
            told["scope"][name] = _moment(told["scope"][name])
    for rank in (*told["recipients"], *told["operations"]):
        rank |= {name: _moment(rank[name]) for name in ("first", "last")}
    return told


def breach_text(found: Breach) -> str:
    """As Markdown."""
    return "\n".join(_lines(found)) + "\n"


def _lines(found: Breach) -> Iterator[str]:
    yield "# Personal data breach: what the exposure ledger knows"
    yield ""
    yield f"As of {_moment(found.made)}. {_scope(found)}. What the ledger cannot know is marked {OPEN}."
    yield ""
    yield "## Nature, scope and timing (GDPR art. 33 (3) a; Form 8-K item 1.05)"
    yield ""
    yield from _nature(found)
    for title, heading, rows in _tables(found):
        if rows:
            yield f"\n### {title}\n"
            yield from _table(heading, rows)
    yield "\n## Likely consequences (GDPR art. 33 (3) c)\n"
    yield OPEN
    yield "\n## Measures (GDPR art. 33 (3) d)\n"
    yield from (f"- {_plain(each)}" for each in found.measures)
    yield f"- {OPEN}"
    yield "\n## Contact (GDPR art. 33 (3) b)\n"
    yield OPEN
    yield "\n## How complete this is\n"
    yield from (f"- {each}" for each in certainty_lines(found.certainty))
    yield "\n## Terms\n"
    yield "- supervisory authority: within 72 hours of becoming aware of it (GDPR art. 33 (1)); people: without undue"
    yield "  delay where the risk to them is high (art. 34)"
    yield "- SEC, Form 8-K item 1.05: within four business days of finding it material"


def _tables(found: Breach) -> Iterator[tuple[str, Sequence[str], Sequence[Sequence[str]]]]:
    counts = [(each.category, f"{each.people:,}") for each in found.categories]
    yield "Categories of data", ("category", "people"), counts
    types = [(each.type, _TITLES.get(each.type, ""), f"{each.people:,}") for each in found.types]
    yield "Types of data", ("type", "what it is", "people"), types
    yield "To whom", _RANK, [_rank(each, "nobody proved who they are") for each in found.recipients]
    yield "Through what", _RANK, [_rank(each, "undescribed") for each in found.operations]


def _nature(found: Breach) -> Iterator[str]:
    yield f"- people exposed, of {found.listed:,} in the organisation's list: **{found.exposed:,}**"
    yield f"- exposures (one person's data in one answer): {found.exposures:,}"
    if found.exposed:
        yield f"- first: {_moment(found.first)}; last: {_moment(found.last)}; {_span(found.last - found.first)}"
    yield f"- people in the list who saw their own data, and nobody else did: {found.only_own:,}"
    if found.strangers:
        yield (
            f"- people in the ledger who are not in the list: {found.strangers:,}, with {found.stranger_exposures:,}"
            " exposures: the list may be incomplete"
        )
    else:
        yield "- people in the ledger who are not in the list: none"
    yield f"- how it came about: {OPEN}"
    yield f"- material impact: {OPEN}"


_RANK: Final = ("name", "people", "exposures", "first", "last")


def _rank(each: Rank, nameless: str) -> tuple[str, ...]:
    return each.name or nameless, f"{each.people:,}", f"{each.exposures:,}", _moment(each.first), _moment(each.last)


def _scope(found: Breach) -> str:
    scope = found.scope
    parts = [
        f"{name} `{_plain(value)}`"
        for name in ("principal", "client", "token", "peer", "operation")
        if (value := getattr(scope, name)) is not None
    ]
    since = f"since {_moment(scope.since)}" if scope.since is not None else ""
    until = f"before {_moment(scope.until)}" if scope.until is not None else ""
    told = ", ".join(part for part in (*parts, since, until) if part) or "everything that the ledger holds"
    return f"Scope: subjects of kind `{scope.kind}`; {told}"


def _table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heading)} |"
    yield f"|{'---|' * len(heading)}"
    for row in rows:
        yield f"| {' | '.join(_cell(cell) for cell in row)} |"


def _cell(text: str) -> str:
    """Text in a table."""
    return _plain(text).replace("|", "\\|")


def _plain(text: str) -> str:
    """Text of one line that makes neither elements nor links nor pictures: names come from outside."""
    return printable(text).replace("\\", "\\\\").replace("<", "&lt;").replace("[", "\\[")


def _moment(seconds: float) -> str:
    if not seconds:
        return "-"
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _span(seconds: float) -> str:
    if seconds < 60:
        return "less than a minute"
    days, rest = divmod(round(seconds), 86400)
    return f"{days} days, {rest // 3600} hours, {rest % 3600 // 60} minutes"
