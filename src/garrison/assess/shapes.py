"""The shape of what an API answers: which fields there are and of which types, never what stands in them."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from garrison.assess.assessment import Assessment
from garrison.assess.call import NOT_JSON, Answer
from garrison.core.picture import Field, Shape, Shapes

OWN: Final = "an account of its own"
"""Whoever the assessment registered: their names are others in every run."""
_MOST_WAYS: Final = 400
_MOST_VALUES: Final = 20_000
_MOST_NAMES: Final = 60
"""Properties of one object from which on it is taken for a table whose keys are values."""
_KEY_OF_TABLE: Final = re.compile(r"[0-9]+|.*@.*|[0-9a-fA-F-]{16,}|[0-9]{4}-[0-9]{2}.*|.*[0-9].{24,}")
_LONGEST_NAME: Final = 64
_ANY: Final = "{}"
"""Stands for every key of a table."""


def shapes_of(assessment: Assessment) -> Shapes:
    """The shapes of the answers that were given to what every client does: no attack is among them."""
    found: dict[str, dict[str, Shape]] = {}
    for target in assessment.api.every:
        for exchange in assessment.survey.baselines(target):
            who = exchange.identity
            name = "" if who is None else OWN if who.is_throwaway else who.name
            by_who = found.setdefault(f"{target.method} {target.template}", {})
            by_who.setdefault(name, shape_of_answer(exchange.answer))
    return found


def shape_of_answer(answer: Answer) -> Shape:
    """The shape of one answer; empty where it has no body, or is cut."""
    if answer.is_cut or answer.fault or not answer.body:
        return {}
    value = answer.json()
    return {"": Field((answer.media_type or "no media type",), 1)} if value is NOT_JSON else shape_of_value(value)


def shape_of_value(value: Any) -> Shape:
    """The shape of a JSON value."""
    types: dict[str, set[str]] = {}
    counts: Counter[str] = Counter()
    objects: Counter[str] = Counter()
    for way, kind in _places(value):
        if way not in types and len(types) >= _MOST_WAYS:
            continue
        types.setdefault(way, set()).add(kind)
        counts[way] += 1
        objects[way] += kind == "object"
    return {way: Field(tuple(sorted(kinds)), int(_is_everywhere(way, counts, objects))) for way, kinds in types.items()}


def _is_everywhere(way: str, counts: Mapping[str, int], objects: Mapping[str, int]) -> bool:
    """Whether it stands in each object that it could stand in."""
    parent, _, name = way.rpartition("/")
    return way == "" or (name not in ("*", _ANY) and counts[way] == objects[parent])


def _places(value: Any) -> Iterator[tuple[str, str]]:
    rest: list[tuple[str, Any]] = [("", value)]
    for _ in range(_MOST_VALUES):
        if not rest:
            return
        way, inner = rest.pop()
        yield way, _type_of(inner)
        if isinstance(inner, Mapping):
            row = f"{way}/{_ANY}" if len(inner) > _MOST_NAMES else ""
            rest.extend((row or f"{way}/{_name(str(key))}", each) for key, each in inner.items())
        elif isinstance(inner, list):
            item = f"{way}/*"
            rest.extend((item, each) for each in inner)


def _name(key: str) -> str:
    return _ANY if len(key) > _LONGEST_NAME or _KEY_OF_TABLE.fullmatch(key) else key.replace("/", "~1")


def _type_of(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"
