"""Hidden properties: readOnly ones in requests, writeOnly ones in responses (OpenAPI 3.2, section 4.24)."""

from collections.abc import Mapping

from garrison.contract.dialect import Direction
from garrison.contract.documents import Documents, Node
from garrison.contract.parts import parts
from garrison.contract.place import Place
from garrison.contract.violations import READ_ONLY, WRITE_ONLY

HIDDEN_NAME: Mapping[Direction, str] = {"request": READ_ONLY, "response": WRITE_ONLY}
"""What a hidden property is replaced by: nothing is valid there, and the violation says why."""

_KEYWORD: Mapping[Direction, str] = {"request": "readOnly", "response": "writeOnly"}


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
        return any(part.value.get(keyword) is True for part in parts(self._documents, node, ("allOf",)))

    def names(self, node: Node, direction: Direction) -> frozenset[str]:
        """The hidden properties of an object schema, its members and what they refer to included."""
        key = (node.place, direction)
        if key not in self._known:
            found = set()
            for part in parts(self._documents, node, ("allOf", "oneOf", "anyOf")):
                properties = part.value.get("properties")
                for name, value in properties.items() if isinstance(properties, dict) else ():
                    inner = Node(part.place.child("properties", name), value)
                    if name not in found and self.is_hidden(inner, direction):
                        found.add(name)
            self._known[key] = frozenset(found)
        return self._known[key]
