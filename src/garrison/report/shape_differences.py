"""How answers changed: from shapes that are known and shapes that were seen. No value of an answer is known here.

Made so that what an API does anyway is no change: a list that was empty, a field that is there now and then, a value
that was null, an operation that nobody could reach this time.
"""

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from garrison.core.detection import Severity
from garrison.core.difference import Difference, DifferenceKind
from garrison.core.picture import Field, Shape, Shapes

STEADY: Final = 2
"""Runs one after another in which a field must have stood everywhere before its absence says something."""
_MOST_STEADY: Final = 9
_NAMED: Final = 6
"""Fields that one difference names; of more how many."""


def compared_shapes(known: Shapes, seen: Shapes, described: frozenset[str]) -> tuple[Shapes, list[Difference]]:
    """What is known of shapes from now on, and what changed. Operations that are not `described` are forgotten."""
    after: dict[str, Mapping[str, Shape]] = {}
    found: list[Difference] = []
    for operation in sorted(described & {*known, *seen}):
        before, now = known.get(operation, {}), seen.get(operation, {})
        told: dict[str, None] = {}
        shapes = dict(before)
        for who, shape in now.items():
            if shape and who in before:
                told.update(dict.fromkeys(_changes(before[who], shape)))
            if shape:
                shapes[who] = _merged(before.get(who, {}), shape)
        after[operation] = shapes
        if told:
            found.append(_difference(operation, list(told)))
    return after, found


def _difference(operation: str, told: list[str]) -> Difference:
    more = f" and {len(told) - _NAMED} more" if len(told) > _NAMED else ""
    text = f"answers of {operation} changed: {'; '.join(told[:_NAMED])}{more}"
    return Difference(DifferenceKind.ANSWER_CHANGED, operation, Severity.LOW, text)


def _changes(known: Shape, seen: Shape) -> Iterator[str]:
    for way, field in seen.items():
        before = known.get(way)
        if before is None or before.is_gone:
            if _could_be_seen(known, way):
                yield f"`{shown(way)}` is new ({_kinds(field)})"
        elif fresh := _fresh(before, field):
            yield f"`{shown(way)}` is {' or '.join(fresh)}, and was {_kinds(before)}"
    for way, before in known.items():
        if _has_gone(before, way, seen):
            yield f"`{shown(way)}` is gone"


def _could_be_seen(known: Shape, way: str) -> bool:
    """Whether it would have been seen before, had it been there: what it stands in was."""
    parent, _, name = way.rpartition("/")
    holder = known.get(parent)
    return way != "" and name not in ("*", "{}") and holder is not None and "object" in holder.types


def _has_gone(before: Field, way: str, seen: Shape) -> bool:
    parent = seen.get(way.rpartition("/")[0])
    return (
        way not in seen and way != ""
        and before.steady >= STEADY and not before.is_gone and not before.came_back
        and parent is not None and "object" in parent.types
    )  # fmt: skip


def _fresh(before: Field, now: Field) -> tuple[str, ...]:
    """Types that were not seen there yet."""
    known = set(before.types) - {"null"}
    return tuple(each for each in now.types if known and each not in known and each != "null")


def _kinds(field: Field) -> str:
    return " or ".join([each for each in field.types if each != "null"] or ["null"])


def _merged(known: Shape, seen: Shape) -> Shape:
    """What is known of a shape after it was seen once more."""
    after: dict[str, Field] = {}
    for way, before in known.items():
        now = seen.get(way)
        after[way] = before if now is None else _both(before, now)
        if now is None and _has_gone(before, way, seen):
            after[way] = msgspec.structs.replace(before, is_gone=True, steady=0)
        elif now is None and _is_missing(way, seen):
            after[way] = msgspec.structs.replace(before, steady=0)
    after.update({way: field for way, field in seen.items() if way not in known})
    return after


def _is_missing(way: str, seen: Shape) -> bool:
    """Whether it is not there, though what it stands in is."""
    parent = seen.get(way.rpartition("/")[0])
    return parent is not None and "object" in parent.types


def _both(before: Field, now: Field) -> Field:
    came_back = before.came_back or before.is_gone
    types = now.types if before.is_gone else tuple(sorted({*before.types, *now.types}))
    steady = min(before.steady + 1, _MOST_STEADY) if now.steady else 0
    return Field(types, steady, came_back=came_back)


def shown(way: str) -> str:
    """A way as people read it: `users/*/email`."""
    return way.removeprefix("/") or "the body"
