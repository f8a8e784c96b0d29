"""From what schemas, settings and names say to fields that are walked. What is compiled is kept with the parts that it
was made of: thousands of operations share most of theirs."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from garrison.contract.annotations import SUBJECT, TYPE, Subject
from garrison.contract.marks import Part
from garrison.exposure.fields import Field, Node, Who, mask_of
from garrison.exposure.inference import (
    NO_CONTEXT,
    OFF,
    Context,
    Inference,
    context_within,
    subjects_of,
    tells_of_a_person,
    type_of,
)

NONE: Final = "none"
"""The kind that says that nobody is named: `x-garrison-subject: none`."""


class Pointer(NamedTuple):
    """A place in a body that the settings name."""

    steps: tuple[str, ...]
    """Names of properties; `*` stands for every item or property."""
    who: Who


class _State(NamedTuple):
    """Under which circumstances a part is compiled."""

    context: Context
    pointers: tuple[Pointer, ...]
    inference: Inference | None
    """None: nothing is inferred."""


def compile_field(
    part: Part | None,
    context: Context = NO_CONTEXT,
    pointers: tuple[Pointer, ...] = (),
    inference: Inference | None = None,
) -> Field:
    """What to look for in a value that `part` describes."""
    state = _State(context if inference is not None else NO_CONTEXT, pointers, inference)
    compiling = _Compiling()
    field = compiling.field(part or Part(), state)
    compiling.finish()
    return _pruned(field) or Field()


class _Compiling:
    """Nodes that refer to one another, until all of them are known."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Node, Part, _State]] = []
        self._new: list[Node] = []

    def field(self, part: Part, state: _State, inferred: tuple[Who, ...] = (), mask: int = 0) -> Field:
        """The field for a part; what names say of it is given."""
        said = [each for each in part.marks.get(SUBJECT, ()) if each.kind != NONE]
        whos = tuple([Who.of(each.kind, each.claim) for each in said])
        whos += tuple([each.who for each in state.pointers if not each.steps and each.who != NONE])
        own = 0
        for name in part.marks.get(TYPE, ()):
            own |= mask_of(name)
        return Field(whos or inferred, own or mask, self._node(part, state))

    def finish(self) -> None:
        """Fill in every node, and leave out what leads to nothing."""
        while self._waiting:
            self._fill(*self._waiting.pop())
        leading = _reaching(self._new, lambda node: node.leads, lambda field: bool(field.whos or field.mask))
        naming = _reaching(self._new, lambda node: node.names_subjects, lambda field: bool(field.whos))
        for node in self._new:
            node.leads, node.names_subjects = id(node) in leading, id(node) in naming
        for node in self._new:
            _prune(node)

    def _node(self, part: Part, state: _State) -> Node | None:
        pointers = tuple([each for each in state.pointers if each.steps])
        if not (part.names or part.items or part.more or pointers):
            return None
        key = state._replace(pointers=pointers)
        node: Node | None = part.kept.get(key)
        if node is None:
            node = part.kept[key] = Node()
            self._new.append(node)
            self._waiting.append((node, part, key))
        return node

    def _fill(self, node: Node, part: Part, state: _State) -> None:
        inference = state.inference
        if inference is not None and _is_off(part):
            state = state._replace(context=OFF)
        inferred = subjects_of(part, state.context, inference) if inference is not None else {}
        marked = {name for name, inner in part.names.items() if any(each.kind != NONE for each in _subjects(inner))}
        is_person = bool(marked) or any(kind != "vehicle" for kind in inferred.values()) or tells_of_a_person(part)
        for name, inner in part.names.items():
            whos: tuple[Who, ...] = ()
            mask = 0
            within = _within(state, name, inner)
            if inference is not None and within.context != OFF:
                whos = (Who.of(inferred[name]),) if name in inferred else ()
                mask = mask_of(type_of(name, inner, is_person=is_person))
            node.names[name] = self.field(inner, within, whos, mask)
        for pointer in state.pointers:
            name = pointer.steps[0]
            if name not in node.names and name != "*":
                node.names[name] = self.field(Part(), _within(state, name, None))
        wild = _pointed(state.pointers, "*")
        if part.more is not None or wild:
            node.more = self.field(part.more or Part(), state._replace(context=_off(state), pointers=wild))
        if part.items is not None or wild:
            node.items = self.field(part.items or Part(), state._replace(pointers=wild))
        node.is_object = bool(part.names or node.more is not None or "object" in part.types or state.pointers)
        node.is_list = node.items is not None or "array" in part.types
        node.kinds = frozenset(who for name in marked for who in node.names[name].whos)


def _within(state: _State, name: str, inner: Part | None) -> _State:
    """The state for a property."""
    pointers = _pointed(state.pointers, name) + _pointed(state.pointers, "*") if state.pointers else ()
    if state.inference is None:
        return state._replace(pointers=pointers)
    is_off = (inner is not None and _is_off(inner)) or any(not each.steps and each.who == NONE for each in pointers)
    return state._replace(context=OFF if is_off else context_within(name, state.context), pointers=pointers)


def _off(state: _State) -> Context:
    return OFF if state.context == OFF else NO_CONTEXT


def _pointed(pointers: Iterable[Pointer], step: str) -> tuple[Pointer, ...]:
    return tuple([each._replace(steps=each.steps[1:]) for each in pointers if each.steps[0] == step])


def _subjects(part: Part) -> list[Subject]:
    return part.marks.get(SUBJECT, [])


def _is_off(part: Part) -> bool:
    return any(each.kind == NONE for each in _subjects(part))


def _fields(node: Node) -> Iterator[Field]:
    yield from node.names.values()
    yield from [each for each in (node.items, node.more) if each is not None]


def _reaching(nodes: list[Node], known: Callable[[Node], bool], counts: Callable[[Field], bool]) -> set[int]:
    """The identities of those of `nodes` from which a field can be reached that counts; of nodes that were compiled
    before it is known."""
    above: dict[int, list[Node]] = {}
    rest: list[Node] = []
    for node in nodes:
        for field in _fields(node):
            inner = field.node
            if counts(field) or (inner is not None and known(inner)):
                rest.append(node)
            elif inner is not None:
                above.setdefault(id(inner), []).append(node)
    reaching: set[int] = set()
    while rest:
        node = rest.pop()
        if id(node) not in reaching:
            reaching.add(id(node))
            rest += above.get(id(node), ())
    return reaching


def _prune(node: Node) -> None:
    """Take out of a node what leads to nothing, and bring it into the form that is walked."""
    found = {name: _pruned(field) for name, field in node.names.items()}
    node.names = {name: field for name, field in found.items() if field is not None}
    node.items = _pruned(node.items) if node.items is not None else None
    node.more = _pruned(node.more) if node.more is not None else None
    node.others = frozenset(found.keys() - node.names.keys()) if node.more is not None else frozenset()
    node.seal()


def _pruned(field: Field) -> Field | None:
    if field.node is None or field.node.leads:
        return field if field.whos or field.mask or field.node is not None else None
    return Field(field.whos, field.mask) if field.whos or field.mask else None
