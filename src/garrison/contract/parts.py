"""The parts of a schema: itself, what it refers to, and the schemas that it consists of."""

from collections.abc import Iterator, Sequence

from garrison.contract.documents import Documents, Node
from garrison.contract.place import Place

MAX_PARTS = 1000
"""Schemas that are looked at for one: real ones consist of a few dozen."""


def parts(documents: Documents, node: Node, lists: Sequence[str], single: Sequence[str] = ()) -> Iterator[Node]:
    """The schema at `node`, what it refers to, its members in the `lists` of these keywords, and what stands under
    `single` ones: each once, and only those that are objects."""
    rest, seen = [node], set[Place]()
    while rest and len(seen) < MAX_PARTS:
        part = rest.pop()
        if part.place in seen or not isinstance(part.value, dict):
            continue
        seen.add(part.place)
        yield part
        reference = part.value.get("$ref")
        target = documents.resolve(part.place, reference) if isinstance(reference, str) else None
        rest += [target] if target is not None else []
        rest += [each for keyword in lists for each in _members(part, keyword)]
        rest += [Node(part.place.child(keyword), part.value[keyword]) for keyword in single if keyword in part.value]


def _members(part: Node, keyword: str) -> list[Node]:
    members = part.value.get(keyword)
    if not isinstance(members, list):
        return []
    return [Node(part.place.child(keyword, index), member) for index, member in enumerate(members)]
