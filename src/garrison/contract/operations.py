"""Operations: every operation under a description's paths, outlined, with where it is served."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from garrison.contract.documents import Documents, Node
from garrison.contract.outline import (
    MediaOutline,
    Outliner,
    ParameterOutline,
    ResponseOutline,
    extensions,
)
from garrison.contract.place import Place, Problems, excerpt
from garrison.contract.schemas import Schemas
from garrison.contract.servers import Served, served
from garrison.contract.template import Template, parse_template
from garrison.core.errors import Problem
from garrison.core.ids import OperationId

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
_STREAM = "x-garrison-stream"
_STREAMS = (True, False, "websocket", "sse", "grpc")
"""Values of `x-garrison-stream`: which way an operation streams."""

MAX_OPERATIONS = 50_000
"""Operations of one description; the largest public ones have some thousands."""


class OperationOutline(msgspec.Struct, frozen=True):
    """What the description says of one operation."""

    id: OperationId
    method: str
    path: str
    place: Place
    routes: tuple[tuple[str, Template], ...]
    """Host (empty for any) and template with the server's prefix; at least one."""
    parameters: tuple[ParameterOutline, ...]
    media: tuple[MediaOutline, ...]
    """Media types of the request body."""
    has_body: bool
    body_required: bool
    responses: tuple[ResponseOutline, ...]
    security: tuple[Mapping[str, tuple[str, ...]], ...] | None
    tags: tuple[str, ...]
    deprecated: bool
    extensions: Mapping[str, Any]
    definitions: frozenset[str]
    problems: tuple[Problem, ...]

    @property
    def template(self) -> str:
        """The first route's template."""
        return self.routes[0][1].text


class _Item(msgspec.Struct, frozen=True):
    """A path item and what its operations inherit."""

    path: str
    place: Place
    """Where `paths` names it, which is where people look for it."""
    node: Node
    routes: tuple[tuple[str, Template], ...]
    servers: tuple[Served, ...]


class Operations:
    """Reads the operations of one description."""

    def __init__(self, source: str, documents: Documents, schemas: Schemas, problems: Problems) -> None:
        self._source = source
        self._documents = documents
        self._schemas = schemas
        self._problems = problems
        self._root = Node(Place(source), documents.open(source))
        self._ids: dict[str, Place] = {}

    def outline(self, match_hosts: bool) -> Iterator[OperationOutline]:
        """Every operation, in the order of the description."""
        paths = self._root.value.get("paths")
        if paths is not None and not isinstance(paths, dict):
            self._problems.add(Place(self._source, ("paths",)), "must be an object")
            return
        everywhere = self._served(self._root, (("", ""),))
        count = 0
        for path, value in (paths or {}).items():
            if path.startswith("x-"):
                continue
            item = self._item(path, Node(Place(self._source, ("paths", path)), value), everywhere)
            for method, place, node in self._methods(item) if item is not None else ():
                count += 1
                if count > MAX_OPERATIONS:
                    self._problems.add(place, f"the description has more than {MAX_OPERATIONS} operations")
                    return
                if item is not None:
                    yield self._operation(item, method, place, node, match_hosts)

    def _served(self, node: Node, inherited: tuple[Served, ...]) -> tuple[Served, ...]:
        servers = node.value.get("servers")
        if not servers:
            return inherited
        return served(Node(node.place.child("servers"), servers), self._source, self._problems)

    def _item(self, path: str, node: Node, everywhere: tuple[Served, ...]) -> _Item | None:
        found = self._documents.follow(node)
        if found is None or not isinstance(found.value, dict):
            self._problems.add(node.place, "a path item must be an object")
            return None
        value = found.value
        if isinstance(node.value, dict) and len(node.value) > 1 and found.place != node.place:
            # Beside a path item's reference its own fields stay (OpenAPI 3.1, section 4.8.9).
            value = {**value, **{key: item for key, item in node.value.items() if key != "$ref"}}
        merged = Node(found.place, value)
        return _Item(path, node.place, merged, (), self._served(merged, everywhere))

    def _methods(self, item: _Item) -> Iterator[tuple[str, Place, Node]]:
        """Method (upper case), place as `paths` has it, and node as written, of each operation."""
        value = item.node.value
        for name in _METHODS:
            if name in value:
                yield name.upper(), item.place.child(name), Node(item.node.place.child(name), value[name])
        more = value.get("additionalOperations")
        for name, operation in more.items() if isinstance(more, dict) else ():
            tokens = ("additionalOperations", name)
            yield name, item.place.child(*tokens), Node(item.node.place.child(*tokens), operation)

    def _operation(self, item: _Item, method: str, shown: Place, node: Node, match_hosts: bool) -> OperationOutline:
        outliner = Outliner(self._documents, self._schemas, self._problems)
        # The standard has no references to operations; descriptions split into files use them all the same.
        node = outliner.object(node) or Node(node.place, {})
        value = node.value
        routes = self._routes(item, self._served(node, item.servers), outliner, match_hosts)
        body = outliner.child(node, "requestBody")
        parameters = outliner.parameters(item.node, node)
        _check_variables(routes, parameters, item, outliner)
        _check_stream(value, shown, outliner)
        outliner.refuse_annotations(Node(shown, value), (_STREAM,))
        outliner.refuse_annotations(item.node, (_STREAM,))
        if body is not None:
            outliner.refuse_annotations(body)
        return OperationOutline(
            id=self._id(value, method, item.path, shown),
            method=method,
            path=item.path,
            place=shown,
            routes=routes,
            parameters=parameters,
            media=outliner.media(body, "request") if body is not None else (),
            has_body=body is not None,
            body_required=body is not None and body.value.get("required") is True,
            responses=outliner.responses(node),
            security=_security(value.get("security", self._root.value.get("security"))),
            tags=tuple(tag for tag in _list(value.get("tags")) if isinstance(tag, str)),
            deprecated=value.get("deprecated") is True,
            extensions={**extensions(item.node.value), **extensions(value)},
            definitions=frozenset(outliner.definitions),
            problems=tuple(outliner.problems),
        )

    def _routes(
        self, item: _Item, everywhere: tuple[Served, ...], outliner: Outliner, match_hosts: bool
    ) -> tuple[tuple[str, Template], ...]:
        routes: dict[tuple[str, str], Template] = {}
        for host, prefix in everywhere:
            template, fault = parse_template(prefix + item.path)
            if fault:
                outliner.fail(item.place, fault)
            routes.setdefault((host if match_hosts else "", template.text), template)
        return tuple((host, template) for (host, _), template in routes.items())

    def _id(self, value: dict[str, Any], method: str, path: str, place: Place) -> OperationId:
        """The `operationId`; where it is missing or taken, method and path."""
        given = value.get("operationId")
        if isinstance(given, str) and given:
            if given not in self._ids:
                self._ids[given] = place
                return OperationId(given)
            other = self._ids[given].path
            self._problems.add(
                place.child("operationId"), f"the operation id {excerpt(given)} is taken by {excerpt(other)}"
            )
        return OperationId(f"{method} {path}")


def _check_variables(
    routes: tuple[tuple[str, Template], ...],
    parameters: tuple[ParameterOutline, ...],
    item: _Item,
    outliner: Outliner,
) -> None:
    """Variables of the template and path parameters must be the same names; what is missing is only noted."""
    declared = {each.name: each for each in parameters if each.location == "path"}
    variables = routes[0][1].variables
    for name in variables:
        if name not in declared:
            outliner.note(item.place, f"the path variable {excerpt(name)} has no parameter")
    for name, each in declared.items():
        if name not in variables:
            outliner.note(each.place, f"the path has no variable {excerpt(name)}")


def _check_stream(value: Mapping[str, Any], place: Place, outliner: Outliner) -> None:
    if "x-garrison-stream" in value and value["x-garrison-stream"] not in _STREAMS:
        names = ", ".join(f"`{name}`" for name in _STREAMS[2:])
        outliner.note(place.child("x-garrison-stream"), f"must be true, false or one of {names}")


def _security(value: Any) -> tuple[Mapping[str, tuple[str, ...]], ...] | None:
    if not isinstance(value, list):
        return None
    return tuple(
        {
            name: tuple(scope for scope in _list(scopes) if isinstance(scope, str))
            for name, scopes in requirement.items()
        }
        for requirement in value
        if isinstance(requirement, dict)
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
