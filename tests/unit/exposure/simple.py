"""The model that extraction is compared with: it follows every annotation by itself, as plainly as can be said."""

from collections.abc import Iterable, Iterator
from typing import Any

from garrison.contract.annotations import SUBJECT, TYPE
from garrison.contract.body import BodySchema
from garrison.contract.marks import Way, survey
from garrison.identity.grants import as_name

Subject = tuple[str, str]


def disclosed(schema: BodySchema, value: Any, asked: Iterable[Subject] = ()) -> dict[Subject, set[str]]:
    """Kind and name of every subject in document order, with the types of its data."""
    mentions = sorted(_mentions(schema, value), key=lambda one: _rank(value, one[0]))
    kinds = {kind for _, (kind, _) in mentions}
    joining = [each for each in asked if each[0] not in kinds]
    named = [(_around(value, way), subject) for way, subject in mentions] + [((), each) for each in joining]
    found: dict[Subject, set[str]] = {subject: set() for _, subject in named}
    for way, name in _types(schema, value):
        for subject in _whose(named, _objects(value, way)):
            found[subject].add(name)
    return found


def _whose(named: list[tuple[Way, Subject]], objects: Iterable[Way]) -> list[Subject]:
    for place in objects:
        direct = [subject for way, subject in named if way == place]
        within = [subject for way, subject in named if way[: len(place)] == place]
        if direct or within:
            return direct or within
    return []


def _mentions(schema: BodySchema, value: Any) -> Iterator[tuple[Way, Subject]]:
    view = schema.marks.view(SUBJECT) if schema.marks else None
    for way, subjects, found in survey(view, value).found if view else ():
        for index, item in enumerate(found if isinstance(found, list) else [found]):
            text = as_name(item)
            if text:
                for subject in subjects:
                    yield (*way, index) if isinstance(found, list) else way, (subject.kind, text)


def _types(schema: BodySchema, value: Any) -> Iterator[tuple[Way, str]]:
    view = schema.marks.view(TYPE) if schema.marks else None
    for way, names, item in survey(view, value).found if view else ():
        if item not in (None, "", [], {}):
            yield from ((way, name) for name in names)


def _objects(value: Any, way: Way) -> list[Way]:
    """The objects around what stands at `way`, the innermost first; the whole is the last."""
    found: list[Way] = [()]
    for length, step in enumerate(way[:-1], 1):
        value = value[step]
        if isinstance(value, dict):
            found.append(way[:length])
    return found[::-1]


def _around(value: Any, way: Way) -> Way:
    return _objects(value, way)[0]


def _rank(value: Any, way: Way) -> list[int]:
    rank = []
    for step in way:
        rank.append(list(value).index(step) if isinstance(value, dict) else int(step))
        value = value[step]
    return rank
