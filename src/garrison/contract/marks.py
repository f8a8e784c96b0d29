"""Marks: where a schema carries an annotation of ours (`x-garrison-...`), and which parts of a value those are.

A mark counts wherever any schema that may apply to a value has it, alternatives included: what may be somebody's is
treated as somebody's. Schemas may refer to themselves, so marks form a graph, which a value is walked along; what leads
to no mark is left out of it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

import msgspec

from garrison.contract.annotations import PREFIX, annotation

Lookup: TypeAlias = Callable[[str], Any]
"""The schema that a reference names."""

Way: TypeAlias = tuple[str | int, ...]
"""Names and indexes from the value's root."""

MAX_NODES = 100_000
"""Places that the annotations of one body may lead through; GitHub's largest has 2,000."""

_ALTERNATIVES = ("anyOf", "oneOf", "if", "then", "else")
"""Keywords whose schemas apply to some values only."""


class View:
    """What stands at one place of a value, for one annotation. Filled in once, then only read."""

    __slots__ = ("described", "folded", "here", "is_leaf", "items", "more", "names", "others", "some", "sure")

    def __init__(self) -> None:
        self.here: tuple[Any, ...] = ()
        """The annotations of the value itself, in the form of `annotations.py`: each of them counts."""
        self.is_leaf = True
        """Whether nothing stands inside the value."""
        self.names: dict[str, View] = {}
        """What stands at the properties of an object."""
        self.folded: dict[str, View] = {}
        """The same by names without case."""
        self.items: View | None = None
        """What stands at each item of a list."""
        self.more: View | None = None
        """What stands at properties that are neither among `names` nor among `others`."""
        self.others: frozenset[str] = frozenset()
        """Declared properties at which nothing stands."""
        self.described: frozenset[str] | None = None
        """Properties that any schema describes; None where any may be."""
        self.sure: tuple[str, ...] = ()
        """Annotated properties that every such object should have."""
        self.some: tuple[str, ...] = ()
        """Annotated properties of which one should be there, because alternatives have different ones."""

    def everything(self) -> Iterator[Any]:
        """Every annotation of the value and of what stands inside, each view once."""
        for each in self.all():
            yield from each.here

    def all(self) -> Iterator["View"]:
        """This view and those of what stands inside, each once."""
        rest, seen = [self], set[int]()
        while rest:
            one = rest.pop()
            if id(one) not in seen:
                seen.add(id(one))
                yield one
                rest += [*one.names.values(), *(inner for inner in (one.items, one.more) if inner is not None)]


class Survey(NamedTuple):
    """What a value says under one annotation."""

    found: list[tuple[Way, tuple[Any, ...], Any]]
    """Way, annotations and value of each annotated part."""
    missing: list[Way]
    """Ways to what should be there and is not."""
    is_empty: bool
    """Whether a list was empty in which annotated parts would have been."""


class Marks(msgspec.Struct, frozen=True):
    """The marks of one schema."""

    views: Mapping[str, View]
    """By annotation, without its prefix."""

    def view(self, name: str) -> View | None:
        """Where the annotation `name` stands; None where nowhere."""
        return self.views.get(name)


def survey(view: View, value: Any, *, fold: bool = False) -> Survey:
    """What `value` says along `view`. With `fold` names count whatever their case: some servers read them so."""
    found: list[tuple[Way, tuple[Any, ...], Any]] = []
    missing: list[Way] = []
    is_empty = False
    rest: list[tuple[Way, View, Any]] = [((), view, value)]
    while rest:
        way, view, value = rest.pop()
        if view.here:
            found.append((way, view.here, value))
        if isinstance(value, dict):
            missing += [(*way, name) for name in view.sure if value.get(name) is None]
            if view.some and not any(value.get(name) is not None for name in view.some):
                missing.append((*way, view.some[0]))
            rest += _inside(view, value, way, fold)
        elif isinstance(value, list) and view.items is not None:
            is_empty = is_empty or not value
            rest += [((*way, index), view.items, item) for index, item in enumerate(value)]
        elif value is not None and not view.here:
            missing.append(way)  # something else than what would hold it
    return Survey(found, missing, is_empty)


def _inside(view: View, value: dict[str, Any], way: Way, fold: bool) -> Iterator[tuple[Way, View, Any]]:
    names, more = view.names, view.more
    if more is None and not fold:
        for name, inner in names.items():
            if name in value:
                yield (*way, name), inner, value[name]
        return
    for name, item in value.items():
        found = names.get(name)
        if found is None and fold:
            found = view.folded.get(name.casefold())
        if found is None and name not in view.others:
            found = more
        if found is not None:
            yield (*way, name), found, item


def marks_of(schemas: Iterable[Any], lookup: Lookup) -> Marks | None:
    """The marks of what all of these converted schemas judge; None where they have none.

    Raises ValueError where they lead through more than `MAX_NODES` places.
    """
    drawing = Drawing(lookup)
    root = drawing.draw(schemas)
    names = sorted({name for part in drawing.parts for name in part.marks})
    return Marks({name: _view(root, drawing.parts, name) for name in names}) if names else None


class Part:
    """One part of a value, with what all schemas together say of it. Filled in once; what others make of it they may
    keep with it."""

    __slots__ = ("formats", "is_chosen", "items", "kept", "marks", "more", "names", "sure", "types")

    def __init__(self) -> None:
        self.marks: dict[str, list[Any]] = {}
        """Annotations of the value itself, by name without prefix."""
        self.names: dict[str, Part] = {}
        """Declared properties of an object."""
        self.sure: set[str] = set()
        """Properties that no alternative lacks."""
        self.items: Part | None = None
        """Items of a list."""
        self.more: Part | None = None
        """Properties that are not declared by name."""
        self.types: frozenset[str] = frozenset()
        """JSON types that any of the schemas names; none where none does."""
        self.formats: frozenset[str] = frozenset()
        """Values of `format`."""
        self.is_chosen = False
        """Whether the value is one of a few that are written down: `enum`, `const`."""
        self.kept: dict[Any, Any] = {}

    def inner(self) -> Iterator["Part"]:
        """What is in it."""
        yield from self.names.values()
        yield from [each for each in (self.items, self.more) if each is not None]


class Drawing:
    """The graph of parts while it is drawn. It may go on: what several schemas have in common is drawn once."""

    def __init__(self, lookup: Lookup) -> None:
        """Schemas are told apart by identity: they must live as long as this."""
        self._lookup = lookup
        self._known: dict[frozenset[tuple[int, bool]], Part] = {}
        """By the identities of all schemas that may apply together: of those there is a finite number of sets."""
        self._waiting: list[tuple[Part, list[tuple[dict[str, Any], bool]]]] = []
        self._most = 0

    @property
    def parts(self) -> list[Part]:
        """Every part, once."""
        return list(self._known.values())

    def draw(self, schemas: Iterable[Any]) -> Part:
        """The value that all of `schemas` judge. Raises ValueError where that takes more than `MAX_NODES` new parts:
        what was drawn before stays as it is, and is not drawn on."""
        self._most = len(self._known) + MAX_NODES
        try:
            root = self._part(schemas)
            while self._waiting:
                self._fill(*self._waiting.pop())
        except ValueError:
            self._known, self._waiting = {}, []
            raise
        return root

    def _part(self, schemas: Iterable[Any]) -> Part:
        """The part of a value that all of `schemas` judge."""
        parts = list(_parts(schemas, self._lookup))
        key = frozenset((id(part), sure) for part, sure in parts)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= self._most:
                raise ValueError(f"its annotations lead through more than {MAX_NODES} places")
            known = self._known[key] = Part()
            self._waiting.append((known, parts))
        return known

    def _fill(self, node: Part, parts: list[tuple[dict[str, Any], bool]]) -> None:
        names: dict[str, list[Any]] = {}
        items: list[Any] = []
        patterns: list[Any] = []
        more: list[Any] = []
        for part, sure in parts:
            _note_marks(node, part)
            _note_types(node, part)
            for key, value in _mapping(part.get("properties")).items():
                names.setdefault(key, []).append(value)
                node.sure |= {key} if sure else set()
            prefix = part.get("prefixItems")
            items += [part.get("items"), part.get("unevaluatedItems"), *(prefix if isinstance(prefix, list) else ())]
            patterns += _mapping(part.get("patternProperties")).values()
            more += [part.get("additionalProperties"), part.get("unevaluatedProperties")]
        for part, _ in parts:  # what one declares is an additional property to another
            for key in names.keys() - _mapping(part.get("properties")).keys():
                names[key].append(part.get("additionalProperties"))
        # A property with a node of its own may match a pattern as well.
        node.names = {key: self._part([*found, *patterns]) for key, found in names.items()}
        node.items = self._part(items) if any(isinstance(each, dict) for each in items) else None
        more += patterns
        node.more = self._part(more) if any(isinstance(each, dict) for each in more) else None


def _note_types(node: Part, part: Mapping[str, Any]) -> None:
    types = part.get("type")
    if types is not None:
        node.types |= frozenset([types] if isinstance(types, str) else types)
    if "format" in part:
        node.formats |= {str(part["format"])}
    node.is_chosen = node.is_chosen or "enum" in part or "const" in part


def _note_marks(node: Part, part: Mapping[str, Any]) -> None:
    for key, value in part.items():
        if key.startswith(PREFIX):
            name = key.removeprefix(PREFIX)
            found, values = annotation(name, value), node.marks.setdefault(name, [])
            if found not in values:
                values.append(found)


def _parts(schemas: Iterable[Any], lookup: Lookup) -> Iterator[tuple[dict[str, Any], bool]]:
    """Every schema that may apply to the same value, each once, and whether it always does."""
    seen = set[int]()
    sure: list[Any] = list(schemas)
    unsure: list[Any] = []
    while sure or unsure:
        is_sure = bool(sure)
        schema = sure.pop() if is_sure else unsure.pop()
        if not isinstance(schema, dict) or id(schema) in seen:
            continue
        seen.add(id(schema))
        yield schema, is_sure
        rest = sure if is_sure else unsure
        if isinstance(schema.get("$ref"), str):
            rest.append(lookup(schema["$ref"]))
        found = schema.get("allOf")
        rest += found if isinstance(found, list) else ()
        for keyword in _ALTERNATIVES:
            found = schema.get(keyword)
            unsure += found if isinstance(found, list) else [found]
        unsure += _mapping(schema.get("dependentSchemas")).values()


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _view(root: Part, nodes: list[Part], name: str) -> View:
    """The graph from `root` on, as far as it leads to the annotation `name`."""
    leading = _leading(nodes, name)
    views = {id(node): View() for node in nodes if id(node) in leading}
    for node in nodes:
        view = views.get(id(node))
        if view is None:
            continue
        view.here = tuple(node.marks.get(name, ()))
        view.names = {key: views[id(inner)] for key, inner in node.names.items() if id(inner) in views}
        view.folded = {key.casefold(): inner for key, inner in view.names.items()}
        view.items, view.more = views.get(id(node.items)), views.get(id(node.more))
        view.is_leaf = not view.names and view.items is None and view.more is None
        view.others = frozenset(node.names.keys() - view.names.keys()) if view.more is not None else frozenset()
        view.described = frozenset(node.names) if node.more is None else None
        marked = sorted(key for key in view.names if name in node.names[key].marks)
        view.sure = tuple(key for key in marked if key in node.sure)
        view.some = () if view.sure else tuple(marked)
    return views.get(id(root), View())


def _leading(nodes: list[Part], name: str) -> set[int]:
    """The identities of the nodes from which the annotation can be reached."""
    above: dict[int, list[Part]] = {}
    for node in nodes:
        for inner in node.inner():
            above.setdefault(id(inner), []).append(node)
    leading: set[int] = set()
    rest = [node for node in nodes if name in node.marks]
    while rest:
        node = rest.pop()
        if id(node) not in leading:
            leading.add(id(node))
            rest += above.get(id(node), ())
    return leading
