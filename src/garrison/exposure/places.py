"""Where one operation's requests and answers name subjects: what contract, settings and names say, in this order."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, TypeAlias

from garrison.config.exposure import ExposureSettings, SubjectSettings
from garrison.config.overrides import matches
from garrison.contract.annotations import SUBJECT, TYPE, Subject
from garrison.contract.body import BodySchema
from garrison.contract.catalogue import CompiledOperation
from garrison.contract.marks import Part, View
from garrison.core.operation import Operation
from garrison.exposure.compiling import NONE, Pointer, compile_field
from garrison.exposure.fields import Field, Who, kinds_in, listing
from garrison.exposure.inference import (
    NO_CONTEXT,
    Inference,
    addresses_on,
    context_of,
    kind_of_address,
    kind_of_name,
    kind_of_variable,
    variables,
)
from garrison.exposure.types.rule import words

_READS = frozenset({"GET", "HEAD", "QUERY"})
"""Methods with which one asks for somebody by an address; with others one signs in, or signs up."""


_KindOf: TypeAlias = Callable[[tuple[str, ...]], str]


class Parameter(NamedTuple):
    """A parameter that names subjects."""

    place: str
    """As in `Reading.values`: `path`."""
    name: str
    whos: tuple[Who, ...]
    """What its value names, or each item of it."""
    view: View | None = None
    """Where within its value the contract marks more."""


class Places:
    """Everything that is known of one operation."""

    def __init__(self, operation: CompiledOperation, own: ExposureSettings) -> None:
        self._operation = operation
        self._entries = [each for each in own.subjects if not each.match or matches(each.match, operation.operation)]
        schemas = operation.success_schemas
        self.marks_bodies = any(_view(each, SUBJECT) is not None for each in operation.request_schemas)
        """Whether the contract marks bodies of requests."""
        self.sent_pointers = _pointers(self._entries, "field")
        """Where the settings say that bodies of requests name subjects."""
        self.body = compile_field(None, pointers=self.sent_pointers)
        """What the settings say of bodies of requests."""
        explicit = {each.kind for each in self._annotated()} | {each.kind for each in self._entries}
        explicit.discard(NONE)
        self._explicit = frozenset(explicit)
        self.is_explicit = bool(explicit)
        """Whether contract or settings name anybody."""
        self.parameters = tuple(self._declared_parameters())
        self._pointers = _pointers(self._entries, "answer")
        self.undeclared = compile_field(None, pointers=self._pointers)
        """Answers of which the contract says nothing."""
        without = self._explicit
        self.answers = self._read(schemas, Inference(without) if own.infer else None)
        """What to look for in an answer, by the identity of its schema."""
        if own.infer:
            self._infer_more(schemas, without)

    @property
    def asked(self) -> frozenset[str] | None:
        """Kinds of the subjects that requests may name; None where only the request tells."""
        if self.marks_bodies or self.body.node is not None or any(each.view is not None for each in self.parameters):
            return None
        return frozenset(who.kind for each in self.parameters for who in each.whos)

    @property
    def kinds(self) -> frozenset[str]:
        """Kinds of all subjects whom contract, settings or names say that requests or answers name."""
        fields = (*self.answers.values(), self.undeclared, self.body)
        return self._explicit.union(*map(kinds_in, fields), [who.kind for each in self.parameters for who in each.whos])

    @property
    def names_in_answers(self) -> bool:
        """Whether answers name anybody."""
        return any(names_anybody(each) for each in (*self.answers.values(), self.undeclared))

    @property
    def silent(self) -> frozenset[int]:
        """Those of `answers` that say nothing of whom they are about, in one media type of a response that names people
        in another: whoever asks chooses between them."""
        found: set[int] = set()
        for response in self._operation.successes:
            named = {id(each): names_anybody(self.answers[id(each)]) for each in response.schemas}
            if any(named.values()):
                found.update(id(each) for each in response.schemas if not (named[id(each)] or _is_described(each)))
        return frozenset(found)

    def _infer_more(self, schemas: Iterable[BodySchema], without: frozenset[str]) -> None:
        """Parameters by their names; where nothing names anybody, addresses may."""
        inferred = tuple(each for each in self._guessed(kind_of_name) if each.whos[0] not in without)
        self.parameters += inferred
        if self.is_explicit or self.parameters or self.names_in_answers:
            return
        addresses = addresses_on(self._operation.operation.path)
        self.answers = self._read(schemas, Inference(without, addresses))
        if self._operation.operation.method in _READS:
            found = self._guessed(kind_of_address)
            self.parameters += tuple(each for each in found if each.whos[0] in addresses)

    def _annotated(self) -> Iterator[Subject]:
        """Everything that the contract marks."""
        operation = self._operation
        marks = [each.marks for each in (*operation.request_schemas, *operation.success_schemas) if each.marks]
        marks += operation.parameters.marks.values() if operation.parameters is not None else ()
        for view in [view for each in marks if (view := each.view(SUBJECT)) is not None]:
            yield from view.everything()

    def _declared_parameters(self) -> Iterator[Parameter]:
        reader, operation = self._operation.parameters, self._operation.operation
        marks = reader.marks if reader is not None else {}
        for place, name, written in _keys(operation):
            said = [each for each in self._entries if each.parameter in {written, f"{place}.{written}"}]
            whos = tuple([Who.of(each.kind, each.claim) for each in said if each.kind != NONE])
            view = marks[place, name].view(SUBJECT) if (place, name) in marks else None
            whos += tuple([Who.of(each.kind, each.claim) for each in _here(view) if each.kind != NONE])
            if view is not None and view.is_leaf:
                view = None
            if whos or view is not None:
                yield Parameter(place, name, whos, view)

    def _guessed(self, kind_of: _KindOf) -> Iterator[Parameter]:
        """Parameters whose names say whom they name, and of which nothing else is said."""
        reader, path = self._operation.parameters, self._operation.operation.path
        marks = reader.marks if reader is not None else {}
        said = {each.parameter.rpartition(".")[2] for each in self._entries}
        names = [("path", name) for name in variables(path)]
        names += [("query", each.name) for each in self._operation.operation.parameters if each.location == "query"]
        for place, name in names:
            mark = marks.get((place, name))
            if name in said or (mark is not None and mark.view(SUBJECT) is not None):
                continue
            kind = kind_of(words(name))
            if place == "path" and kind_of is kind_of_name:
                kind = kind_of_variable(path, name)
            if kind:
                yield Parameter(place, name, (Who.of(kind),))

    def _read(self, schemas: Iterable[BodySchema], inference: Inference | None) -> dict[int, Field]:
        context = context_of(self._operation.operation.path) if inference is not None else NO_CONTEXT
        found: dict[int, Field] = {}
        for schema in schemas:
            is_marked = any(_view(schema, each) is not None for each in (SUBJECT, TYPE))
            # what is not read anyway is not read for a guess
            guesses = inference if schema.kind == "json" or schema.rows else None
            part = schema.draw() if is_marked or guesses is not None else None
            if schema.rows:
                part = _row(part)
            field = compile_field(part, context, self._pointers, guesses)
            found[id(schema)] = listing(field) if schema.rows else field
        return found


def names_anybody(field: Field) -> bool:
    """Whether subjects are named in what `field` describes."""
    return bool(field.whos) or (field.node is not None and field.node.names_subjects)


def _is_described(schema: BodySchema) -> bool:
    """Whether such an answer is read, and it is said what may be in it."""
    part = schema.draw() if schema.kind == "json" else None
    return part is not None and (part.is_chosen or any(True for _ in part.inner()))


def _keys(operation: Operation) -> Iterator[tuple[str, str, str]]:
    """Place and name of each parameter as in `Reading.values`, and its name as written."""
    for each in operation.parameters:
        place = "query" if each.location == "querystring" else each.location
        yield place, each.name.lower() if place == "header" else each.name, each.name
    declared = {each.name for each in operation.parameters if each.location == "path"}
    yield from [("path", name, name) for name in variables(operation.path) if name not in declared]


def _row(part: Part | None) -> Part | None:
    """What describes one row: a schema of a list describes its items."""
    return part.items if part is not None and part.items is not None and not part.names else part


def _pointers(entries: Iterable[SubjectSettings], where: str) -> tuple[Pointer, ...]:
    return tuple(
        [
            Pointer(_steps(pointer), Who.of(each.kind, each.claim))
            for each in entries
            if (pointer := getattr(each, where))
        ]
    )


def _steps(pointer: str) -> tuple[str, ...]:
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in pointer[1:].split("/"))


def _view(schema: BodySchema, name: str) -> View | None:
    return schema.marks.view(name) if schema.marks is not None else None


def _here(view: View | None) -> tuple[Subject, ...]:
    return view.here if view is not None else ()
