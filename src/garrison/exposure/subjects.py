"""Which data subjects a request asks for and an answer discloses, and what of theirs. Compiled for one operation.

An answer may hold many subjects, each in an object of its own. A typed value belongs to the subjects of the innermost
object around it that names any; where none does, to all of the exchange. Where an answer names no subject of a kind for
which the request asked, it is about the one that was asked for.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from garrison.contract.annotations import SUBJECT, TYPE, Subject
from garrison.contract.body import BodySchema
from garrison.contract.catalogue import CompiledOperation
from garrison.contract.marks import View, Way, survey
from garrison.core.document import JsonDocument
from garrison.engine.decode import Undecodable
from garrison.engine.facts import Facts
from garrison.identity.grants import as_text


class Found(NamedTuple):
    """One data subject, by its name."""

    kind: str
    name: str
    """Raw: it goes no further than to its digest."""
    claim: str
    """The annotation's own `Subject.claim`."""
    types: frozenset[str]


class Extractor:
    """Finds the subjects of one operation."""

    __slots__ = ("_parameters", "in_answer", "in_body")

    def __init__(self, operation: CompiledOperation) -> None:
        marks = operation.parameters.marks if operation.parameters is not None else {}
        self._parameters = tuple(
            (*key, view) for key, each in marks.items() if (view := each.view(SUBJECT)) is not None
        )
        self.in_body = any(_view(each, SUBJECT) is not None for each in operation.request_schemas)
        self.in_answer = any(_view(each, SUBJECT) is not None for each in operation.response_schemas)

    @property
    def in_parameters(self) -> bool:
        """Whether parameters name subjects."""
        return bool(self._parameters)

    @property
    def finds(self) -> bool:
        """Whether anything says where subjects stand."""
        return bool(self._parameters) or self.in_body or self.in_answer

    def asked(self, facts: Facts) -> list[Found]:
        """The subjects that the request names, each once."""
        found: dict[tuple[str, str], Found] = {}
        values = facts.values
        for place, name, view in self._parameters:
            value = values.get(place, {}).get(name)
            if value is not None:
                found |= {(each.kind, each.name): each for each in _named(view, value)}
        if self.in_body and facts.document is not None and not isinstance(facts.document, Undecodable):
            view_of_body = _view(facts.body_schema, SUBJECT)
            if facts.body_schema is not None and view_of_body is not None:
                value = facts.body_schema.marked(facts.document)
                found |= {(each.kind, each.name): each for each in _named(view_of_body, value)}
        return list(found.values())

    def placed(self, facts: Facts, value: Any) -> list[tuple[Way, str, str]]:
        """Way, kind and name of each subject that the answer's JSON `value` names; the way leads to the name."""
        view = _view(facts.response_body_schema, SUBJECT)
        if view is None:
            return []
        return [
            (way, subject.kind, text)
            for way, subjects, item in survey(view, value).found
            if (text := as_text(item))
            for subject in subjects
        ]

    def disclosed(self, facts: Facts, value: Any) -> list[Found]:
        """The subjects whose data the answer's JSON `value` holds, each once."""
        schema = facts.response_body_schema
        subjects, types = _view(schema, SUBJECT), _view(schema, TYPE)
        named = list(_ways(subjects, value)) if subjects is not None else []
        typed = survey(types, value).found if types is not None else []
        kinds = {subject.kind for _, subject, _ in named}
        asked = [
            ((), Subject(each.kind, each.claim), each.name) for each in self.asked(facts) if each.kind not in kinds
        ]
        return _gathered(
            [*named, *asked], [(way, kind) for way, here, item in typed if item is not None for kind in here]
        )


def _gathered(named: list[tuple[Way, Subject, str]], typed: list[tuple[Way, str]]) -> list[Found]:
    """Subjects by the ways to the objects that name them, with the types found inside."""
    types: defaultdict[Way, set[str]] = defaultdict(set)
    objects = {way for way, _, _ in named}
    for way, kind in typed:
        types[_innermost(objects, way)].add(kind)
    shared = types.pop((), set()) if () not in objects else types[()]
    found: dict[tuple[str, str], Found] = {}
    for way, subject, name in named:
        own = frozenset(types[way] | shared)
        before = found.get((subject.kind, name))
        found[subject.kind, name] = Found(subject.kind, name, subject.claim, own | before.types if before else own)
    return list(found.values())


def _innermost(objects: set[Way], way: Way) -> Way:
    for length in range(len(way) - 1, -1, -1):
        if way[:length] in objects:
            return way[:length]
    return ()


def _ways(view: View, value: Any) -> Iterator[tuple[Way, Subject, str]]:
    """The way to the object that names a subject, its annotation and the name, for each subject."""
    for way, subjects, found in survey(view, value).found:
        for item in found if isinstance(found, list) else [found]:
            text = as_text(item)
            if text:
                for subject in subjects:
                    yield way[:-1], subject, text


def _named(view: View, value: Any) -> Iterable[Found]:
    return [Found(subject.kind, name, subject.claim, frozenset()) for _, subject, name in _ways(view, value)]


def _view(schema: BodySchema | None, name: str) -> View | None:
    return schema.marks.view(name) if schema is not None and schema.marks is not None else None


def readable(facts: Facts) -> Any:
    """The answer as a JSON value; None where it is none or could not be read."""
    return facts.response_document.value if isinstance(facts.response_document, JsonDocument) else None


def grouped(found: Iterable[tuple[Found, bool | None]]) -> Mapping[tuple[str, tuple[str, ...], bool | None], list[str]]:
    """Names of subjects that have kind, types and ownership in common."""
    groups: defaultdict[tuple[str, tuple[str, ...], bool | None], list[str]] = defaultdict(list)
    for each, own in found:
        groups[each.kind, tuple(sorted(each.types)), own].append(each.name)
    return groups
