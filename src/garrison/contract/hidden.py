"""Hidden properties: readOnly ones in requests, writeOnly ones in responses (OpenAPI 3.2, section 4.24)."""

from collections.abc import Iterator, Mapping

from garrison.contract.dialect import Direction
from garrison.contract.documents import Documents, Node
from garrison.contract.place import Place
from garrison.contract.violations import READ_ONLY, WRITE_ONLY

HIDDEN_NAME: Mapping[Direction, str] = {"request": READ_ONLY, "response": WRITE_ONLY}
"""What a hidden property is replaced by: nothing is valid there, and the violation says why."""

_KEYWORD: Mapping[Direction, str] = {"request": "readOnly", "response": "writeOnly"}
_MAX_PARTS = 1000
"""Schemas that are looked at for one: real ones consist of a few dozen."""


class Hidden:
    """Finds the properties of schemas that are not for one direction."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._known: dict[tuple[Place, Direction], frozenset[str]] = {}

    def is_hidden(self, node: Node, direction: Direction) -> bool:
        """Whether the property schema at `node`, or what it refers to or consists of, carries the flag."""
        if direction == "neutral":
            return False
        keyword = _KEYWORD[direction]
        return any(part.value.get(keyword) is True for part in self._parts(node, ("allOf",)))

    def names(self, node: Node, direction: Direction) -> frozenset[str]:
        """The hidden properties of an object schema, its members and what they refer to included."""
        key = (node.place, direction)
        if key not in self._known:
            found = set()
            for part in self._parts(node, ("allOf", "oneOf", "anyOf")):
                properties = part.value.get("properties")
                for name, value in properties.items() if isinstance(properties, dict) else ():
                    inner = Node(part.place.child("properties", name), value)
                    if name not in found and self.is_hidden(inner, direction):
                        found.add(name)
            self._known[key] = frozenset(found)
        return self._known[key]

    def _parts(self, node: Node, keywords: tuple[str, ...]) -> Iterator[Node]:
        """The schema at `node`, what it refers to, and its members under `keywords`, each once."""
        rest, seen = [node], set[Place]()
        while rest and len(seen) < _MAX_PARTS:
            part = rest.pop()
            if part.place in seen or not isinstance(part.value, dict):
                continue
            seen.add(part.place)
            yield part
            reference = part.value.get("$ref")
            target = self._documents.resolve(part.place, reference) if isinstance(reference, str) else None
            if target is not None:
                rest.append(target)
            for keyword in keywords:
                members = part.value.get(keyword)
                for index, member in enumerate(members if isinstance(members, list) else ()):
                    rest.append(Node(part.place.child(keyword, index), member))
