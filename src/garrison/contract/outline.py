"""Outlines: what a description says of each operation, before anything is compiled.

Everything is looked at with suspicion: a value of the wrong type is a problem with its place, never an
exception, and an operation that has any problem of its own is not compiled.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from garrison.contract.annotations import annotations, faults
from garrison.contract.documents import Documents, Node
from garrison.contract.media import essence, kind_of
from garrison.contract.place import Place, Problems, excerpt
from garrison.contract.schemas import Schemas
from garrison.contract.styles import STYLES
from garrison.core.errors import Problem
from garrison.core.operation import Location

_LOCATIONS: tuple[Location, ...] = ("path", "query", "querystring", "header", "cookie")
_IGNORED_HEADERS = frozenset({"accept", "content-type", "authorization"})
"""Header parameters of these names mean nothing (OpenAPI 3.2, section 4.12.2.1)."""

_STATUSES = ("default", *(f"{digit}XX" for digit in range(1, 6)))


class MediaOutline(msgspec.Struct, frozen=True):
    """One media type of a body."""

    media_type: str
    """Essence, lower case; may be a range."""
    definition: str = ""
    """Name of its schema's definition; empty where there is none."""
    encoding: Mapping[str, Any] = {}


class ParameterOutline(msgspec.Struct, frozen=True):
    """One parameter or response header."""

    name: str
    location: Location
    place: Place
    required: bool = False
    style: str = "simple"
    explode: bool = False
    allow_empty: bool = False
    definition: str = ""
    """Name of its schema's definition; empty where there is none."""
    media_type: str = ""
    """Where `content` describes it: the media type it is written in."""
    encoding: Mapping[str, Any] = {}
    schema: Any = None
    extensions: Mapping[str, Any] = {}


class ResponseOutline(msgspec.Struct, frozen=True):
    """One response."""

    status: str
    media: tuple[MediaOutline, ...] = ()
    headers: tuple[ParameterOutline, ...] = ()


class Outliner:
    """Reads the parts of one operation, and collects what is wrong with them."""

    def __init__(self, documents: Documents, schemas: Schemas, problems: Problems) -> None:
        self._documents = documents
        self._schemas = schemas
        self._problems = problems
        self.problems: list[Problem] = []
        """What makes the operation unusable."""
        self.definitions: set[str] = set()
        """Names of all definitions that the operation uses directly."""

    def fail(self, place: Place, message: str, hint: str = "") -> None:
        """Note a problem that makes the operation unusable."""
        self.problems.append(self._problems.add(place, message, hint))

    def note(self, place: Place, message: str, hint: str = "") -> None:
        """Note a problem that the operation can be used in spite of."""
        self._problems.add(place, message, hint)

    def child(self, node: Node, key: str) -> Node | None:
        """The object under `key`, references followed; None where there is none."""
        value = node.value.get(key)
        if value is None:
            return None
        return self.object(Node(node.place.child(key), value))

    def object(self, node: Node) -> Node | None:
        """`node` with references followed, where that is an object; else None, and a problem."""
        found = self._documents.follow(node)
        if found is None:
            self.fail(node.place, "the reference cannot be resolved")
        elif not isinstance(found.value, dict):
            self.fail(node.place, "must be an object")
            return None
        return found

    def entries(self, node: Node, key: str) -> Iterator[tuple[str, Node]]:
        """The named objects under `key`, references followed; extensions (`x-...`) are left out."""
        values = node.value.get(key)
        place = node.place.child(key)
        if values is not None and not isinstance(values, dict):
            self.fail(place, "must be an object")
            return
        for name, value in (values or {}).items():
            if name.startswith("x-") and key in ("responses", "paths", "callbacks"):
                continue
            found = self.object(Node(place.child(name), value))
            if found is not None:
                yield name, found

    def parameters(self, *lists: Node) -> tuple[ParameterOutline, ...]:
        """The parameters of path item and operation; a later list overrides an earlier one."""
        found: dict[tuple[str, str], ParameterOutline] = {}
        for node in lists:
            values = node.value.get("parameters")
            place = node.place.child("parameters")
            if values is not None and not isinstance(values, list):
                self.fail(place, "must be a list")
                continue
            for index, value in enumerate(values or ()):
                item = self.object(Node(place.child(index), value))
                outline = self._parameter(item) if item is not None else None
                if outline is not None:
                    found[outline.location, outline.name] = outline
        return tuple(found.values())

    def media(self, node: Node, direction: Any) -> tuple[MediaOutline, ...]:
        """The media types under `content`."""
        found = []
        for name, item in self.entries(node, "content"):
            bare = essence(name)
            if not bare:
                self.fail(node.place.child("content", name), f"{excerpt(name)} is not a media type")
                continue
            self.refuse_annotations(item)
            encoding = item.value.get("encoding")
            # of a sequence `itemSchema` describes each item (OpenAPI 3.2, section 4.15)
            is_sequence = "schema" not in item.value and kind_of(bare) == "stream"
            definition = self._definition(item, direction, "itemSchema" if is_sequence else "schema")
            found.append(MediaOutline(bare, definition, encoding if isinstance(encoding, dict) else {}))
        return tuple(found)

    def responses(self, node: Node) -> tuple[ResponseOutline, ...]:
        """The responses by status."""
        found = []
        for status, item in self.entries(node, "responses"):
            name = status if status == "default" else status.upper()
            if name not in _STATUSES and not (name.isascii() and name.isdigit() and len(name) == 3):
                self.fail(node.place.child("responses", status), f"{excerpt(status)} is not a status code")
                continue
            self.refuse_annotations(item)
            headers = tuple(
                self._header(name, header)
                for name, header in self.entries(item, "headers")
                if name.lower() != "content-type"
            )
            found.append(ResponseOutline(name, self.media(item, "response"), headers))
        return tuple(found)

    def refuse_annotations(self, node: Node, allowed: Sequence[str] = ()) -> None:
        """Annotations of ours belong to schemas and parameters; elsewhere they would protect nothing."""
        for key in annotations(node.value).keys() - set(allowed):
            self.fail(
                node.place.child(key),
                "means nothing here",
                "write it beside a parameter, or a schema of a parameter or body",
            )

    def _header(self, name: str, node: Node) -> ParameterOutline:
        schema = node.value.get("schema")
        self.refuse_annotations(node)
        if isinstance(schema, dict):
            self.refuse_annotations(Node(node.place.child("schema"), schema))
        return self._described(node, name.lower(), "header", "response")

    def _parameter(self, node: Node) -> ParameterOutline | None:
        name, location = node.value.get("name"), node.value.get("in")
        if not isinstance(name, str) or not name:
            self.fail(node.place, "a parameter must have a `name`")
            return None
        if location not in _LOCATIONS:
            hint = "write a `requestBody`" if location in ("body", "formData") else ""
            self.fail(node.place, f"{excerpt(location)} is not a place for a parameter", hint)
            return None
        if location == "header" and name.lower() in _IGNORED_HEADERS:
            return None
        for key, fault in faults(node.value):
            self.fail(node.place.child(key), fault)
        return self._described(node, name, location, "neutral")

    def _described(self, node: Node, name: str, location: Location, direction: Any) -> ParameterOutline:
        value = node.value
        style, explode = self._style(node, location)
        media_type, content = self._content(node)
        described = content if content is not None else node
        encoding = described.value.get("encoding")
        return ParameterOutline(
            name=name,
            location=location,
            place=node.place,
            required=location == "path" or value.get("required") is True,
            style=style,
            explode=explode,
            allow_empty=location == "query" and value.get("allowEmptyValue") is True,
            definition=self._definition(described, direction),
            media_type=media_type,
            encoding=encoding if isinstance(encoding, dict) else {},
            schema=value.get("schema"),
            extensions=extensions(value),
        )

    def _style(self, node: Node, location: Location) -> tuple[str, bool]:
        styles = STYLES.get(location, ("form",))
        style = node.value.get("style", styles[0])
        if style not in styles:
            self.fail(node.place.child("style"), f"{excerpt(style)} is not a style of {location} parameters")
            style = styles[0]
        explode = node.value.get("explode", style in ("form", "cookie", "deepObject"))
        if not isinstance(explode, bool):
            self.fail(node.place.child("explode"), "must be true or false")
        return style, explode is True

    def _content(self, node: Node) -> tuple[str, Node | None]:
        entries = list(self.entries(node, "content"))
        if not entries:
            return "", None
        if len(entries) > 1:
            self.fail(node.place.child("content"), "must hold exactly one media type")
        name, item = entries[0]
        return essence(name) or name, item

    def _definition(self, node: Node, direction: Any, keyword: str = "schema") -> str:
        if keyword not in node.value:
            return ""
        schema = Node(node.place.child(keyword), node.value[keyword])
        name = self._schemas.use(schema, direction)
        self.definitions.add(name)
        return name


def extensions(value: Mapping[str, Any]) -> dict[str, Any]:
    """The specification extensions (`x-...`) of an object."""
    return {key: item for key, item in value.items() if key.startswith("x-")}
