"""A description as it is written: every operation with its parameters, bodies and answers as schemas that can be read.

`load` compiles a description to judge traffic; here it stays text with places, for whoever reads it to say what is
wrong with it, or to make up requests. What is broken is left out: `load` says so.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from garrison.contract.documents import Node, Read
from garrison.contract.media import essence
from garrison.contract.opened import Opened
from garrison.contract.operations import OperationOutline, Operations
from garrison.contract.place import Place
from garrison.contract.schemas import Schemas
from garrison.core.errors import Problem
from garrison.core.finding import Source
from garrison.core.ids import OperationId
from garrison.core.operation import Location

_COMBINING: Final = ("allOf", "oneOf", "anyOf")
_MAX_PARTS: Final = 100
_MAX_LINE_BYTES: Final = 32 * 1024 * 1024
"""Largest file in which lines are looked for: about three seconds. A reader waits longer for them than a reload may."""


class DescribedParameter(msgspec.Struct, frozen=True):
    """One parameter, or one header of an answer."""

    name: str
    location: Location
    required: bool
    node: Node
    """The parameter object, references followed."""
    schema: Node | None
    """Its schema; of one that `content` describes, the schema of that."""
    explode: bool = True


class DescribedBody(msgspec.Struct, frozen=True):
    """One media type of a request's or an answer's body."""

    media_type: str
    """Essence, lower case."""
    node: Node
    """The media type object."""
    schema: Node | None


class DescribedResponse(msgspec.Struct, frozen=True):
    """One response."""

    status: str
    """`200`, `4XX` or `default`."""
    node: Node
    bodies: tuple[DescribedBody, ...] = ()
    headers: tuple[DescribedParameter, ...] = ()


class DescribedOperation(msgspec.Struct, frozen=True):
    """One operation."""

    id: OperationId
    method: str
    """Upper case."""
    path: str
    """The key under `paths`."""
    template: str
    """With the server's prefix in front."""
    node: Node
    """The operation object, placed where `paths` has it."""
    parameters: tuple[DescribedParameter, ...]
    """Those of the path item included."""
    bodies: tuple[DescribedBody, ...]
    body_required: bool
    responses: tuple[DescribedResponse, ...]
    security: tuple[Mapping[str, tuple[str, ...]], ...] | None
    """As in `Operation.security`."""
    deprecated: bool
    tags: tuple[str, ...]

    @property
    def words(self) -> str:
        """What the author says of it: summary and description in one text."""
        value = self.node.value
        return " ".join(str(value[key]) for key in ("summary", "description") if isinstance(value.get(key), str))


class Description:
    """An OpenAPI description, its overlays applied."""

    def __init__(self, source: str, overlays: Sequence[str] = (), *, read: Read) -> None:
        """Raises DescriptionError where it cannot be used at all."""
        self.opened = Opened(source, overlays, read=read)
        """Its files: for whoever makes more of them than a description."""
        self.source, self.version = source, self.opened.version
        self._problems, self._documents = self.opened.problems, self.opened.documents
        self.root = Node(Place(source), self.opened.root)
        schemas = Schemas(source, self._documents, self._problems)
        outlines = Operations(source, self._documents, schemas, self._problems).outline(match_hosts=False)
        self.operations = tuple(self._operation(outline) for outline in outlines)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What of it is broken, and therefore left out."""
        return self._documents.with_lines(self._problems.all(), most=_MAX_LINE_BYTES)

    def follow(self, node: Node) -> Node:
        """`node`, or what its `$ref` leads to; of one that leads nowhere an empty object."""
        return self._documents.follow(node) or Node(node.place, {})

    def child(self, node: Node, *tokens: str | int) -> Node | None:
        """What stands inside `node`, references followed at every step; None where nothing stands there."""
        found = self.follow(node)
        for token in tokens:
            value = found.value
            if not (isinstance(value, dict) and token in value) and not _is_index(value, token):
                return None
            found = self.follow(Node(found.place.child(token), value[token]))
        return found

    def parts(self, schema: Node) -> Iterator[Node]:
        """The schema itself and what it is combined of (`allOf`, `oneOf`, `anyOf`), references followed, each once."""
        rest, seen = [schema], set[Place]()
        while rest and len(seen) < _MAX_PARTS:
            node = self.follow(rest.pop(0))
            if node.place in seen or not isinstance(node.value, dict):
                continue
            seen.add(node.place)
            yield node
            for keyword in _COMBINING:
                members = node.value.get(keyword)
                for index, member in enumerate(members if isinstance(members, list) else ()):
                    rest.append(Node(node.place.child(keyword, index), member))

    def properties(self, schema: Node) -> dict[str, Node]:
        """The declared properties of an object schema, its parts' included; a name's first declaration counts."""
        found: dict[str, Node] = {}
        for part in self.parts(schema):
            declared = part.value.get("properties")
            for name, value in declared.items() if isinstance(declared, dict) else ():
                found.setdefault(str(name), self.follow(Node(part.place.child("properties", str(name)), value)))
        return found

    def said(self, schema: Node, keyword: str) -> Any:
        """What the schema or the first of its parts says under a keyword; None where none says anything."""
        return next((part.value[keyword] for part in self.parts(schema) if keyword in part.value), None)

    def types(self, schema: Node) -> frozenset[str]:
        """The JSON types that it names; empty where it names none. An object or a list without a type is told by what
        else it says."""
        found: set[str] = set()
        for part in self.parts(schema):
            named = part.value.get("type")
            several = named if isinstance(named, list) else ()
            found.update([named] if isinstance(named, str) else [each for each in several if isinstance(each, str)])
            if named is None and "properties" in part.value:
                found.add("object")
            if named is None and "items" in part.value:
                found.add("array")
        return frozenset(found)

    def sources(self, nodes: Sequence[Node]) -> tuple[Source, ...]:
        """Where nodes stand, with their lines, in their order."""
        problems = [Problem(node.place.file, node.place.path, "") for node in nodes]
        located = self._documents.with_lines(problems, most=_MAX_LINE_BYTES)
        return tuple(Source(each.file, each.path, each.line) for each in located)

    def _operation(self, outline: OperationOutline) -> DescribedOperation:
        node = self._written(outline)
        body = self.child(node, "requestBody")
        return DescribedOperation(
            id=outline.id,
            method=outline.method,
            path=outline.path,
            template=outline.template,
            node=node,
            parameters=tuple(
                self._parameter(each.name, each.location, Node(each.place, None), required=each.required)
                for each in outline.parameters
            ),
            bodies=self._bodies(body) if body is not None else (),
            body_required=outline.body_required,
            responses=tuple(self._responses(node)),
            security=outline.security,
            deprecated=outline.deprecated,
            tags=outline.tags,
        )

    def _written(self, outline: OperationOutline) -> Node:
        """The operation object as written."""
        item = self.child(self.root, "paths", outline.path) or Node(outline.place, {})
        tokens = outline.place.tokens[2:]
        found = self.child(item, *tokens)
        return found if found is not None and isinstance(found.value, dict) else Node(outline.place, {})

    def _parameter(self, name: str, location: Location, node: Node, *, required: bool) -> DescribedParameter:
        node = self.child(self._root_of(node), *node.place.tokens) or Node(node.place, {})
        value = node.value if isinstance(node.value, dict) else {}
        schema = self.child(node, "schema")
        content = self.child(node, "content")
        if schema is None and content is not None and isinstance(content.value, dict) and content.value:
            schema = self.child(content, next(iter(content.value)), "schema")
        return DescribedParameter(name, location, required, node, schema, value.get("explode") is not False)

    def _root_of(self, node: Node) -> Node:
        return Node(Place(node.place.file), self._documents.open(node.place.file))

    def _responses(self, node: Node) -> Iterator[DescribedResponse]:
        declared = self.child(node, "responses")
        for status in declared.value if declared is not None and isinstance(declared.value, dict) else ():
            found = self.child(node, "responses", status)
            if found is None or not isinstance(found.value, dict) or str(status).startswith("x-"):
                continue
            headers = self.child(found, "headers")
            names = headers.value if headers is not None and isinstance(headers.value, dict) else ()
            yield DescribedResponse(
                str(status) if status == "default" else str(status).upper(),
                found,
                self._bodies(found),
                tuple(self._header(name, self.child(found, "headers", name)) for name in names),
            )

    def _header(self, name: str, node: Node | None) -> DescribedParameter:
        node = node or self.root
        return DescribedParameter(name.lower(), "header", False, node, self.child(node, "schema"))

    def _bodies(self, node: Node) -> tuple[DescribedBody, ...]:
        content = self.child(node, "content")
        found = []
        for name in content.value if content is not None and isinstance(content.value, dict) else ():
            media = self.child(node, "content", name)
            if media is not None and isinstance(media.value, dict):
                found.append(DescribedBody(essence(str(name)) or str(name), media, self.child(media, "schema")))
        return tuple(found)


def _is_index(value: Any, token: str | int) -> bool:
    return isinstance(value, list) and isinstance(token, int) and token < len(value)
