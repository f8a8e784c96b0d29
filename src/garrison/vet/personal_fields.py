"""Personal fields: where requests and answers hold data about people, field by field with the way that leads there."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from garrison.audit.personal import EITHER, kind_of, personal
from garrison.audit.walk import Reading
from garrison.contract.described import DescribedOperation, Description
from garrison.contract.documents import Node
from garrison.contract.place import Place
from garrison.core.opinion import Datum
from garrison.core.semantics import SEMANTIC_TYPES

_MOST_FIELDS: Final = 3_000
"""Fields of one schema that are looked at."""
_DEEPEST: Final = 10
_MOST_NAMES: Final = 6
"""Names that a summary shows of each type."""
_LISTS: Final = ("items", "additionalProperties")


class PersonalField(msgspec.Struct, frozen=True):
    """One field of a request or an answer."""

    way: str
    """Names that lead there, lists left out: `customer/address/city`; of a parameter `query.email`."""
    node: Node
    """Where it is declared."""
    kind: str = ""
    """Semantic type, where it is about people; empty for any other field."""
    required: bool = False


class Fields:
    """The fields of all operations of a description."""

    def __init__(self, reading: Reading) -> None:
        self._description: Description = reading.description
        self._reading = reading
        self._kinds: Mapping[Place, str] = {
            field.node.place: kind for spot in reading.spots for field, kind in personal(spot).items()
        }

    def asked(self, operation: DescribedOperation) -> Iterator[PersonalField]:
        """What its requests may hold: parameters, then the fields of every body."""
        for each in operation.parameters:
            said = self._description.said(each.schema, "format") if each.schema is not None else None
            kind = _kind_of_parameter(each.name, said if isinstance(said, str) else "")
            yield PersonalField(f"{each.location}.{each.name}", each.node, kind, each.required)
        for body in operation.bodies:
            if body.schema is not None:
                yield from self._fields(body.schema, is_needed=operation.body_required)

    def given(self, operation: DescribedOperation) -> Iterator[PersonalField]:
        """What its successful answers may hold."""
        for answer in operation.responses:
            for body in answer.bodies if answer.status[:1] == "2" else ():
                if body.schema is not None:
                    yield from self._fields(body.schema, is_needed=False)

    def summary(self) -> tuple[Datum, ...]:
        """The types of personal data that the API asks for and gives, in the order in which reports list them."""
        asked, given, names = defaultdict[str, int](int), defaultdict[str, int](int), defaultdict[str, list[str]](list)
        for spot in self._reading.spots:
            for field, kind in personal(spot).items():
                asked[kind] |= spot.requests
                given[kind] |= spot.answers
                names[kind].append(field.name)
        for parameter in self._reading.parameters:
            if kind := _kind_of_parameter(parameter.name, parameter.spot.format if parameter.spot is not None else ""):
                asked[kind] |= parameter.users
                names[kind].append(parameter.name)
        return tuple(
            Datum(
                each.id,
                asked[each.id].bit_count(),
                given[each.id].bit_count(),
                tuple(dict.fromkeys(names[each.id]))[:_MOST_NAMES],
            )
            for each in SEMANTIC_TYPES
            if asked[each.id] or given[each.id]
        )

    def _fields(self, schema: Node, *, is_needed: bool) -> Iterator[PersonalField]:
        rest: list[tuple[Node, tuple[str, ...], frozenset[Place], bool]] = [(schema, (), frozenset(), is_needed)]
        count = 0
        while rest and count < _MOST_FIELDS:
            node, way, above, needed = rest.pop()
            parts = tuple(self._description.parts(node))
            within = above | {part.place for part in parts}
            if len(way) > _DEEPEST or not above.isdisjoint(part.place for part in parts):
                continue
            demanded = {name for part in parts for name in _texts(part.value.get("required"))}
            for part in parts:
                rest.extend(
                    (Node(part.place.child(each), part.value[each]), way, within, needed)
                    for each in _LISTS
                    if isinstance(part.value.get(each), dict)
                )
                declared = part.value.get("properties")
                for name, value in declared.items() if isinstance(declared, dict) else ():
                    count += 1
                    inner, steps = Node(part.place.child("properties", str(name)), value), (*way, str(name))
                    is_required = needed and name in demanded
                    yield PersonalField("/".join(steps), inner, self._kinds.get(inner.place, ""), is_required)
                    rest.append((inner, steps, within, is_required))


def _kind_of_parameter(name: str, form: str) -> str:
    """Its semantic type; none of those that things have too, for nothing beside it says whose it is."""
    kind = kind_of(name, form)
    return "" if kind in EITHER else kind


def _texts(value: object) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
