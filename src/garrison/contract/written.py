"""Where something stands in a description as its author wrote it: what an overlay must name to annotate a field."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from garrison.contract.documents import Documents, Node, Read
from garrison.contract.overlay import apply_overlay
from garrison.contract.parts import parts
from garrison.contract.place import Place, Problems, Tokens, json_path
from garrison.core.operation import Operation

ITEM = "*"
"""The step to every item of a list, or to every property that is not declared by name."""

_MEMBERS = ("allOf", "anyOf", "oneOf")
_BRANCHES = ("if", "then", "else")
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


class Written:
    """A description with its overlays, to be looked things up in."""

    def __init__(self, source: str, overlays: Sequence[str], read: Read) -> None:
        """Raises DescriptionError where it cannot be used at all."""
        problems = Problems()
        self._documents = Documents(read, problems)
        root = self._documents.open(source)
        for overlay in overlays:
            root = apply_overlay(root, overlay, self._documents.open(overlay), problems)
        self._documents.replace(source, root)
        self._source = source
        self._root = Node(Place(source), root)

    def answer(self, operation: Operation, status: str, media_type: str, steps: Sequence[str]) -> list[Tokens]:
        """The places of the schemas of what `steps` lead to in an answer's body; those in other files are left out."""
        responses = self._inner(self._operation(operation), "responses")
        names = responses.value if responses is not None and isinstance(responses.value, dict) else {}
        written = next((name for name in names if status in {name, name.upper()}), status)
        return self._within(self._inner(responses, written, "content"), media_type, steps)

    def parameter(self, operation: Operation, place: str, name: str) -> list[Tokens]:
        """The places of a parameter; none where it is not declared."""
        method = self._operation(operation)
        item = self._inner(self._root, "paths", operation.path)
        for node in (method, item):
            found = self._parameter(node, place, name) if node is not None else None
            if found is not None:
                return [found.place.tokens] if found.place.file == self._source else []
        return []

    def _operation(self, operation: Operation) -> Node | None:
        item = self._inner(self._root, "paths", operation.path)
        found = self._inner(item, operation.method.lower())
        return found or self._inner(item, "additionalOperations", operation.method)

    def _parameter(self, node: Node, place: str, name: str) -> Node | None:
        for each in self._listed(node, "parameters"):
            found = self._follow(each)
            value = found.value if found is not None else None
            if isinstance(value, dict) and (value.get("in"), value.get("name")) == (place, name):
                return found
        return None

    def _within(self, content: Node | None, media_type: str, steps: Sequence[str]) -> list[Tokens]:
        if content is None or not isinstance(content.value, dict):
            return []
        found: list[Node] = []
        for name in content.value:
            if name.partition(";")[0].strip().lower() == media_type:
                media = self._inner(content, name)
                found += self._schemas(media)
        for step in steps:
            found = [
                inner
                for each in found
                for part in parts(self._documents, each, _MEMBERS, _BRANCHES)
                for inner in _step(part, step)
            ]
        places = [each.place for each in found if each.place.file == self._source]
        return list(dict.fromkeys(place.tokens for place in places))

    def _schemas(self, media: Node | None) -> list[Node]:
        if media is None or not isinstance(media.value, dict):
            return []
        return [
            Node(media.place.child(key), media.value[key]) for key in ("schema", "itemSchema") if key in media.value
        ]

    def _inner(self, node: Node | None, *keys: str) -> Node | None:
        """What stands under `keys`, references followed at each."""
        for key in keys:
            found = self._follow(node) if node is not None else None
            if found is None or not isinstance(found.value, dict) or key not in found.value:
                return None
            node = Node(found.place.child(key), found.value[key])
        return self._follow(node) if node is not None else None

    def _follow(self, node: Node) -> Node | None:
        return self._documents.follow(node)

    @staticmethod
    def _listed(node: Node, key: str) -> list[Node]:
        values = node.value.get(key) if isinstance(node.value, dict) else None
        return (
            [Node(node.place.child(key, index), value) for index, value in enumerate(values)]
            if isinstance(values, list)
            else []
        )


def query(tokens: Tokens) -> str:
    """The JSONPath query that selects what stands at `tokens`, and nothing else.

    Stricter than what messages show: no hyphen follows a dot (RFC 9535, 2.5.1.1)."""
    return json_path(tokens, _PLAIN)


def _step(part: Node, step: str) -> Iterator[Node]:
    """The schemas of one step on, as far as this part of a schema has them."""
    value: dict[str, Any] = part.value
    properties = value.get("properties")
    if isinstance(properties, dict) and step in properties:
        yield Node(part.place.child("properties", step), properties[step])
    elif step == ITEM:
        for keyword in ("items", "additionalProperties"):
            if isinstance(value.get(keyword), dict):
                yield Node(part.place.child(keyword), value[keyword])
