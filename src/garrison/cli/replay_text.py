"""What `garrison replay` shows, as text and as JSON."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import structs

from garrison.cli.output import columns
from garrison.core.counted import counted

if TYPE_CHECKING:
    from garrison.adapters.recorded.compare import Difference, Group
    from garrison.adapters.recorded.exchange import Unreadable
    from garrison.adapters.recorded.replay import Replayed
    from garrison.adapters.recorded.spots import Spot
    from garrison.adapters.recorded.texts import Texts
    from garrison.adapters.recorded.usual import Proposal, Typing

_WIDEST = 100
"""Characters of evidence that a table shows."""


def replay_data(result: "Replayed", texts: "Texts | None") -> dict[str, Any]:
    """For programs."""
    data: dict[str, Any] = {
        "exchanges": result.exchanges,
        "unreadable": result.unreadable,
        "missing": result.missing,
        "effects": result.outcomes.by_effect,
        "groups": result.outcomes.groups(),
        "texts": result.spots.spots(),
        "recorded": {"same": result.as_recorded, "other": result.unlike_recorded, "measured": result.measured},
    }
    if result.differences is not None:
        data["changes"] = result.differences.by_change
        data["differences"] = result.differences.groups()
    if texts is not None:
        from garrison.adapters.recorded.usual import proposals, typings

        data["learned"] = {
            "exchanges": texts.learned,
            "passed-over": texts.passed_over,
            "usual": [{**structs.asdict(each), "proposed": each.is_usual} for each in proposals(texts)],
            "typings": typings(texts),
        }
    return data


def replay_text(result: "Replayed", texts: "Texts | None") -> Iterator[str]:
    """For people, a line at a time."""
    effects = ", ".join(f"{count} {effect}" for effect, count in result.outcomes.by_effect.items())
    yield f"{counted(result.exchanges, 'exchange')}: {effects}"
    if result.as_recorded or result.unlike_recorded:
        yield f"as it was decided then: {result.as_recorded}; otherwise: {len(result.unlike_recorded)}"
        yield from (f"  {name}" for name in result.unlike_recorded[:5])
    if result.measured:
        yield f"not compared, as a countermeasure had a say then: {result.measured}"
    for part, count in result.missing.items():
        yield f"judged without their {part.replace('-', ' ')}, which the record does not hold: {count}"
    if result.differences is None:
        yield from _groups(result.outcomes.groups())
        yield from _spots(result.spots.spots())
        yield from _learned(texts) if texts is not None else ()
        return
    yield ""
    changes = ", ".join(f"{count} {change}" for change, count in result.differences.by_change.items() if count)
    yield f"under the other policy: {changes or 'no difference'}"
    yield from _differences(result.differences.groups())
    yield from _learned(texts) if texts is not None else ()


def _groups(groups: "list[Group]") -> Iterator[str]:
    if groups:
        heading = ("effect", "count", "operation", "reason", "control", "principal", "for example")
        rows = [
            (each.effect, str(each.count), each.operation, each.reason, each.control, each.principal,
             str(each.examples[0]))
            for each in groups
        ]  # fmt: skip
        yield ""
        yield from columns(heading, rows)


def _differences(groups: "list[Difference]") -> Iterator[str]:
    if groups:
        heading = ("change", "count", "operation", "principal", "reasons before", "reasons after", "for example")
        rows = [
            (each.change, str(each.count), each.operation, each.principal, ", ".join(each.before) or "-",
             ", ".join(each.after) or "-", str(each.examples[0]))
            for each in groups
        ]  # fmt: skip
        yield ""
        yield from columns(heading, rows)


def _spots(spots: "Sequence[Spot]") -> Iterator[str]:
    if spots:
        heading = ("texts", "count", "clients", "operation", "place", "reason", "for example", "what stands there")
        rows = [
            (each.effect, str(each.count), str(each.clients), each.operation, each.place, each.reason,
             str(each.examples[0]), each.evidence[0][:_WIDEST])
            for each in spots
        ]  # fmt: skip
        yield ""
        yield from columns(heading, rows)


def _learned(texts: "Texts") -> Iterator[str]:
    from garrison.adapters.recorded.usual import proposals, typings

    yield ""
    served = counted(texts.learned, "exchange that was served", "exchanges that were served")
    yield f"learned from {served}; passed over: {texts.passed_over}"
    found, forms = proposals(texts), typings(texts)
    if found:
        yield ""
        yield from columns(*_proposed(found))
    if forms:
        yield ""
        yield from columns(*_pinned(forms))
    if not found and not forms:
        yield "nothing to propose"


def _proposed(found: "Sequence[Proposal]") -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    heading = ("proposed", "operation", "place", "class", "signs", "exchanges", "clients", "for example")
    return heading, [
        ("yes" if each.is_usual else "no", each.operation, each.place, each.kind, ", ".join(each.signs),
         f"{each.exchanges} of {each.of}", str(each.clients), str(each.examples[0]))
        for each in found
    ]  # fmt: skip


def _pinned(found: "Sequence[Typing]") -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    heading = ("operation", "place", "texts", "all look like", "in the contract they need no inspection as")
    return heading, [(each.operation, each.place, str(each.texts), each.shape, each.schema) for each in found]


def told(one: "Unreadable") -> str:
    """Which entry is no exchange, and why."""
    name = "" if one.id is None else f" ({one.id})"
    return f"garrison: {one.place}{name}: {one.why}"
