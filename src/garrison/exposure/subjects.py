"""Which data subjects a request asks for and an answer discloses, and what of theirs. Compiled for one operation.

Where an answer names no subject of a kind for which the request asked, it is about the one that was asked for, unless
it holds nothing at all, or has only empty lists where it would name one. What it holds of somebody whom no object
around it names is about that one as well, though others are named within: on an account's statement, who paid. What is
annotated, in the contract or the settings, is believed; what names say (`inference.py`) counts where nothing is
annotated of that kind in the operation.
"""

from collections.abc import Callable, Collection, Sequence
from operator import itemgetter
from typing import Any, NamedTuple, TypeAlias

from garrison.config.exposure import ExposureSettings
from garrison.contract.annotations import SUBJECT
from garrison.contract.body import UNREADABLE, BodySchema
from garrison.contract.catalogue import CompiledOperation
from garrison.contract.marks import View, Way, survey
from garrison.core.document import JsonDocument, RowsDocument, TextDocument
from garrison.core.exposure import Attribution
from garrison.engine.decode import Undecodable
from garrison.engine.facts import Facts
from garrison.exposure.compiling import NONE
from garrison.exposure.fields import Field, Node, Who, kinds_in, lists_nobody, types_of
from garrison.exposure.places import Places, names_anybody
from garrison.exposure.walk import Key, TooDeepError, Walk, alone
from garrison.exposure.ways import ways_to_subjects
from garrison.identity.grants import as_name


class Found(NamedTuple):
    """One data subject, by its name."""

    kind: str
    name: str
    """Raw: it goes no further than to its digest."""
    claim: str
    """The annotation's own `Subject.claim`."""
    types: tuple[str, ...]
    """Semantic types of its data, sorted."""


Alone: TypeAlias = tuple[str, str, str, tuple[str, ...]]
"""The same as `Found`, made at a fourth of the cost."""


class Seen(NamedTuple):
    """What an answer discloses."""

    attribution: Attribution
    found: list[Found]
    """Each subject once, in document order; those that only the request names come last."""
    is_readable: bool = True
    """Whether everybody is known whose data it discloses."""


_Lone: TypeAlias = tuple[Callable[[Any], tuple[Any, ...]], str, str, tuple[str, ...], Field, Node]
"""An object which names one subject, at one place: what takes what it holds that matters, the name first, and raises
KeyError where something is missing; kind and claim; its types where nothing is missing or empty; what it is."""


class Plain(NamedTuple):
    """The one answer that an operation describes, where it is an object which names one subject without a claim."""

    schema: BodySchema
    take: Callable[[Any], tuple[Any, ...]]
    """What it holds that matters, the name first. Raises KeyError where something is missing, TypeError of what is no
    object."""
    kind: str
    types: tuple[str, ...]
    """Where nothing is missing or empty."""


class _Answer(NamedTuple):
    """What is looked for in answers of one form."""

    field: Field
    names: bool
    """Whether it names anybody."""
    is_silent: bool = False
    """Whether it does not, though the same answer does in another media type."""


class Extractor:
    """Finds the subjects of one operation."""

    __slots__ = (
        "_answers",
        "_asks",
        "_attribution",
        "_body",
        "_lone_undeclared",
        "_lones",
        "_marked",
        "_parameters",
        "_undeclared",
        "in_answer",
        "lone",
        "parameters",
        "plain",
    )

    def __init__(self, operation: CompiledOperation, own: ExposureSettings) -> None:
        places = Places(operation, own)
        self._parameters = places.parameters
        self._marked, self._body = places.marks_bodies, places.body
        self.in_answer = places.names_in_answers
        """Whether answers name anybody."""
        self.parameters = tuple([(each.place, each.name) for each in places.parameters])
        """Place and name of the parameters that name subjects."""
        self.lone = _lone(places)
        """Place, name and kind of the one parameter that names subjects, where nothing else in a request does."""
        self._asks = places.asked
        silent = places.silent
        self._answers = {
            key: _Answer(field, names_anybody(field), key in silent) for key, field in places.answers.items()
        }
        self._undeclared = _Answer(places.undeclared, self.in_answer)
        # What they hold, where that is an object which names one subject, at one place, and nobody else is asked for:
        self._lones = {key: self._lone_in(field) for key, field in places.answers.items()}
        self._lone_undeclared = self._lone_in(places.undeclared)
        self.plain = self._plain_of(operation)
        """The one answer in which a subject stands alone; None where there is none, or there are several."""
        self._attribution = Attribution.ANNOTATED if places.is_explicit else Attribution.INFERRED

    def _plain_of(self, operation: CompiledOperation) -> Plain | None:
        found = {id(each): (each, lone) for each in operation.success_schemas if (lone := self._lones[id(each)])}
        if len(found) != 1:
            return None
        schema, (take, kind, claim, types, *_) = found.popitem()[1]
        return None if claim else Plain(schema, take, kind, types)

    def _lone_in(self, field: Field) -> _Lone | None:
        node, asks = field.node, self._asks
        if node is None or node.only is None or asks is None or not asks <= {node.only[1]}:
            return None
        name, who, mask = node.only
        names = [each for each, _ in node.typed] or [name]
        mask |= field.mask
        for _, bits in node.typed:
            mask |= bits
        return itemgetter(name, *names), who.kind, who.claim, types_of(mask), field, node

    @property
    def attribution(self) -> Attribution:
        """Of answers that tell whom they are about."""
        return self._attribution

    @property
    def in_parameters(self) -> bool:
        """Whether parameters name subjects."""
        return bool(self._parameters)

    @property
    def in_body(self) -> bool:
        """Whether bodies of requests do."""
        return self._marked or names_anybody(self._body)

    @property
    def finds(self) -> bool:
        """Whether anything says where subjects stand."""
        return self.in_parameters or self.in_body or self.in_answer

    def asked(self, facts: Facts) -> list[Found]:
        """The subjects that the request names, each once."""
        return [Found(who.kind, name, who.claim, ()) for who, name in dict.fromkeys(self.named(facts))]

    def placed(self, facts: Facts, value: Any) -> list[tuple[Way, str, str]]:
        """Way, kind and name of each subject that the answer's JSON `value` names; the way leads to the name."""
        return list(ways_to_subjects(self._looked_for(facts).field, value))

    def named(self, facts: Facts) -> list[Key]:
        """Kind and name of every subject that the request names, as often as it does."""
        found: list[Key] = []
        values = facts.values
        for place, name, whos, view in self._parameters:
            value = values[place].get(name) if place in values else None
            if value is None:
                continue
            for item in value if isinstance(value, list) else (value,):
                text = as_name(item)
                found += [(who, text) for who in whos] if text else ()
            if view is not None:
                found += _surveyed(view, value)
        if (self._marked or self._body.node is not None) and facts.document is not None:
            found += self._in_body(facts)
        return found

    def alone(self, facts: Facts) -> Alone | None:
        """The one subject that `disclosed` would tell of, where that can be seen without a walk: nearly every answer is
        one object about somebody."""
        document = facts.response_document
        if type(document) is not JsonDocument:
            return None
        value = document.value
        lone = self._lones.get(id(facts.response_body_schema), self._lone_undeclared)
        if lone is None or type(value) is not dict:
            return None
        take, kind, claim, types, field, node = lone
        try:
            held = take(value)
            name = held[0]
            if all(held) and type(name) is str:
                return kind, name, claim, types
        except KeyError:
            pass  # not all of it is there
        named = alone(field, node, value)
        return None if named is None else (kind, named[1], claim, types_of(named[2]))

    def disclosed(self, facts: Facts) -> Seen:
        """The subjects whose data the answer holds."""
        document, schema = facts.response_beginning or facts.response_document, facts.response_body_schema
        field, names, is_silent = self._looked_for(facts)
        if is_silent:
            return self._unread(facts, document.value if type(document) is JsonDocument else _WHATEVER)
        if type(document) is JsonDocument:
            if names and field.node is None and not field.whos:
                return _UNREADABLE  # the contract does not describe such an answer: nothing says where to look
            return self._within(facts, document.value, field)
        if type(document) is RowsDocument:
            if names and document.columns and not _is_in(field, document.columns):
                return _UNREADABLE
            return self._within(facts, document.rows, field)
        if type(document) is TextDocument and schema is not None:
            return self._within(facts, schema.read(document), field)
        if names:
            return _UNREADABLE
        return self._within(facts, _WHATEVER, Field())

    def left(self, facts: Facts, value: Any) -> Seen:
        """The subjects whose data is in `value`, which the answer was changed to."""
        answer = self._looked_for(facts)
        return self._unread(facts, value) if answer.is_silent else self._within(facts, value, answer.field)

    def _unread(self, facts: Facts, value: Any) -> Seen:
        """Whom an answer is about of which nothing is said: those who were asked for, else nobody knows."""
        seen = self._within(facts, value, Field())
        return seen if seen.found or value in _NOTHING else _UNREADABLE

    def _looked_for(self, facts: Facts) -> _Answer:
        return self._answers.get(id(facts.response_body_schema), self._undeclared)

    def _within(self, facts: Facts, value: Any, field: Field) -> Seen:
        """The subjects in a value that `field` describes, and those that were asked for."""
        walk = Walk()
        own: list[Key] = []
        try:
            mask = walk.run(field, value, own)
        except TooDeepError:
            return _UNREADABLE
        found, asks = walk.found, self._asks
        lent = 0 if own else walk.lent | mask
        if asks is None or (asks and (lent or not (len(asks) == 1 and found and next(iter(found))[0] in asks))):
            is_bare = not (mask or found) and lists_nobody(field, value)
            kinds = kinds_in(field) if is_bare else {who for who, _ in found}
            joining = self._joining(facts, value, kinds, found if lent else None)
            own += joining
            mask = lent if joining else mask
        if mask or own:
            walk.finish(own, mask)
        unnamed = walk.unnamed and walk.unnamed - {who for who, _ in own}
        told = [Found(who.kind, name, who.claim, types_of(mask)) for (who, name), mask in found.items()]
        if unnamed or walk.is_strange:
            return Seen(Attribution.UNKNOWN, told, is_readable=False)
        if mask and not told and not lists_nobody(field, value):
            return Seen(Attribution.UNKNOWN, told)  # somebody's, but whose?
        return Seen(self._attribution, told)

    def _joining(self, facts: Facts, value: Any, kinds: Collection[str], others: Collection[Key] | None) -> list[Key]:
        """The subjects that were asked for, of others than these kinds, or than these `others`; none where the answer
        holds nothing."""
        if value in _NOTHING:
            return []
        return [key for key in self.named(facts) if key[0] not in kinds or (others is not None and key not in others)]

    def _in_body(self, facts: Facts) -> list[Key]:
        """The subjects in the request's body, names of properties in any case: some servers read them so."""
        document, schema = facts.document, facts.body_schema
        if document is None or isinstance(document, Undecodable):
            return []
        value = schema.read(document) if schema is not None else UNREADABLE
        if value is UNREADABLE and isinstance(document, JsonDocument):
            value = document.value
        if value is UNREADABLE:
            return []
        view = schema.marks.view(SUBJECT) if schema is not None and schema.marks is not None else None
        found = _surveyed(view, value) if view is not None else []
        if self._body.node is not None:
            walk = Walk()
            walk.run(self._body, value, [])
            found += walk.order
        return found


_UNREADABLE = Seen(Attribution.UNKNOWN, [], is_readable=False)
_NOTHING: tuple[Any, ...] = ({}, [], "", None)
_WHATEVER = True
"""Stands for a value that is not looked into."""


def _lone(places: Places) -> tuple[str, str, str] | None:
    if places.asked is None or len(places.parameters) != 1:
        return None
    place, name, whos, _ = places.parameters[0]
    return (place, name, whos[0].kind) if len(whos) == 1 else None


def _surveyed(view: View, value: Any) -> list[Key]:
    """Every subject that `value` names along `view`."""
    return [
        (Who.of(subject.kind, subject.claim), text)
        for _, subjects, found in survey(view, value, fold=True).found
        for item in (found if isinstance(found, list) else [found])
        if (text := as_name(item))
        for subject in subjects
        if subject.kind != NONE
    ]


def _is_in(rows: Field, columns: Sequence[str]) -> bool:
    """Whether a table has a column that names subjects."""
    row = rows.node.items.node if rows.node is not None and rows.node.items is not None else None
    if row is None:
        return False
    return row.more is not None or any(field.whos and name in columns for name, field in row.names.items())
