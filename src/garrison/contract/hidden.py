"""Hidden properties: readOnly ones in requests, writeOnly ones in responses (OpenAPI 3.2, section 4.24)."""

from collections.abc import Mapping
from typing import Any

from garrison.contract.dialect import Direction
from garrison.contract.documents import Documents, Node
from garrison.contract.place import Place
from garrison.contract.violations import READ_ONLY, WRITE_ONLY

HIDDEN_NAME: Mapping[Direction, str] = {"request": READ_ONLY, "response": WRITE_ONLY}
"""What a hidden property is replaced by: nothing is valid there, and the violation says why."""

_KEYWORD: Mapping[Direction, str] = {"request": "readOnly", "response": "writeOnly"}
_MAX_DEPTH = 20
"""Levels of `allOf` and references through which a property's flag is looked for."""


class Hidden:
    """Finds the properties of schemas that are not for one direction."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._known: dict[tuple[Place, Direction], frozenset[str]] = {}

    def is_hidden(self, node: Node, direction: Direction, depth: int = 0) -> bool:
        """Whether the property schema at `node`, or what it refers to or consists of, carries the flag."""
        value = node.value
        if direction == "neutral" or not isinstance(value, dict) or depth > _MAX_DEPTH:
            return False
        if value.get(_KEYWORD[direction]) is True:
            return True
        if isinstance(value.get("$ref"), str):
            target = self._documents.resolve(node.place, value["$ref"])
            return target is not None and self.is_hidden(target, direction, depth + 1)
        members = value.get("allOf")
        return isinstance(members, list) and any(
            self.is_hidden(Node(node.place.child("allOf", index), member), direction, depth + 1)
            for index, member in enumerate(members)
        )

    def names(self, node: Node, direction: Direction) -> frozenset[str]:
        """The hidden properties of an object schema, its members and what they refer to included."""
        key = (node.place, direction)
        if key not in self._known:
            self._known[key] = frozenset()  # a schema that contains itself adds nothing the second time
            self._known[key] = self._find(node, direction)
        return self._known[key]

    def _find(self, node: Node, direction: Direction) -> frozenset[str]:
        value = node.value
        if not isinstance(value, dict):
            return frozenset()
        properties = value.get("properties")
        found = {
            name
            for name, item in (properties.items() if isinstance(properties, dict) else ())
            if self.is_hidden(Node(node.place.child("properties", name), item), direction)
        }
        if isinstance(value.get("$ref"), str):
            target = self._documents.resolve(node.place, value["$ref"])
            found |= self.names(target, direction) if target is not None else set[str]()
        for keyword in ("allOf", "oneOf", "anyOf"):
            members: Any = value.get(keyword)
            for index, member in enumerate(members if isinstance(members, list) else ()):
                found |= self.names(Node(node.place.child(keyword, index), member), direction)
        return frozenset(found)
