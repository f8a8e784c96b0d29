"""What requests of one operation say of people: which fields hold it, by contract, settings and names, and whose it is.

Answers are read by `subjects.py`; here the same is read of what goes out to an API of somebody else.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from garrison.config.exposure import ExposureSettings
from garrison.contract.annotations import TYPE
from garrison.contract.body import UNREADABLE
from garrison.contract.catalogue import CompiledOperation
from garrison.core.document import Document, FormDocument, JsonDocument, TextDocument
from garrison.core.operation import Parameter
from garrison.engine.decode import Undecodable
from garrison.engine.facts import Facts
from garrison.exposure.compiling import compile_field
from garrison.exposure.fields import Field, Node, Who, mask_of, types_of
from garrison.exposure.inference import Inference, addresses_on, context_of
from garrison.exposure.places import Places, names_anybody
from garrison.exposure.subjects import Extractor, Found
from garrison.exposure.types.catalogue import type_by_format, type_by_name
from garrison.exposure.walk import Key, TooDeepError, Walk

NOTHING: Final = Field()
"""A part of which nothing is said."""
ANY_NAME: Final = sum(mask_of(name) for name in ("email", "phone", "national-id", "account", "vehicle", "card", "iban"))
"""What may name somebody: any identifier, and no secret."""
_ADDRESSES: Final = {name: mask_of(name) for name in ("email", "phone")}


class Outbound:
    """What one operation's requests hold."""

    __slots__ = ("_extractor", "_fields", "_parameters")

    def __init__(self, operation: CompiledOperation, own: ExposureSettings) -> None:
        self._extractor = Extractor(operation, own)
        self._fields = _fields(operation, own)
        self._parameters = _parameters(operation)

    def field(self, facts: Facts) -> Field:
        """What is known of the request's body."""
        return self._fields.get(id(facts.body_schema), NOTHING)

    def declared(self, place: str, name: str) -> int:
        """The mask of the types that a parameter is declared to have, by annotation, format or name; of one that names
        somebody, of every identifier."""
        mask = self._parameters.get((place, name), 0)
        return mask | ANY_NAME if (place, name) in self._extractor.parameters else mask

    def subjects(self, facts: Facts) -> list[Found]:
        """Whose data the request holds, each once, as it was forwarded."""
        field, value = self.field(facts), _value_of(facts)
        walk = Walk()
        own: list[Key] = []
        try:
            mask = walk.run(field, value, own) if value is not UNREADABLE else 0
        except TooDeepError:
            mask = 0
        named = self._extractor.named(facts)
        if not (walk.found or named) and value is not UNREADABLE:
            named = list(_addressed(field, value))
        for key in named:
            walk.found.setdefault(key, 0)
        walk.order += named
        walk.finish([*own, *named], mask if walk.found else 0)
        return [Found(who.kind, name, who.claim, types_of(mask)) for (who, name), mask in walk.found.items()]


def _addressed(field: Field, value: Any) -> Iterator[Key]:
    """Addresses of persons where nothing else names anybody: what reaches a person stands for it."""
    rest: list[tuple[Field, Any]] = [(field, value)]
    while rest:
        field, value = rest.pop()
        if isinstance(value, dict):
            rest += [(within(field, name), item) for name, item in value.items()]
        elif isinstance(value, list):
            inner = within(field, 0)
            rest += [(field if inner is NOTHING else inner, item) for item in value]
        elif isinstance(value, str) and value:
            yield from [(Who.of(kind), value) for kind, bit in _ADDRESSES.items() if field.mask & bit]


def within(field: Field, name: str | int) -> Field:
    """What is known of a property or an item of a value that `field` describes."""
    node = field.node
    if node is None:
        return NOTHING
    if type(name) is int:
        return node.items or NOTHING
    return _property(node, str(name)) or NOTHING


def _property(node: Node, name: str) -> Field | None:
    return node.names.get(name) or (None if name in node.others else node.more)


def _fields(operation: CompiledOperation, own: ExposureSettings) -> Mapping[int, Field]:
    """What to look for in bodies, by the identity of their schema; addresses where nothing better names anybody."""
    explicit = Places(operation, own)
    path = operation.operation.path
    found: dict[int, Field] = {}
    for schema in operation.request_schemas:
        part = schema.draw()
        if part is None:
            continue
        for addresses in (frozenset[str](), addresses_on(path)):
            inference = Inference(addresses=addresses) if own.infer else None
            found[id(schema)] = compile_field(part, context_of(path), explicit.sent_pointers, inference)
            if names_anybody(found[id(schema)]):
                break
    return found


def _parameters(operation: CompiledOperation) -> dict[tuple[str, str], int]:
    marks = operation.parameters.marks if operation.parameters is not None else {}
    found: dict[tuple[str, str], int] = {}
    for each in operation.operation.parameters:
        place = "query" if each.location == "querystring" else each.location
        key = place, each.name.lower() if place == "header" else each.name
        view = marks[key].view(TYPE) if key in marks else None
        mask = 0
        for name in view.everything() if view is not None else ():
            mask |= mask_of(name)
        found[key] = mask | mask_of(_told(each))
    return found


def _told(parameter: Parameter) -> str:
    schema = parameter.schema
    said = schema.get("format") if isinstance(schema, Mapping) else None
    return type_by_format([said] if isinstance(said, str) else []) or type_by_name(parameter.name)


def _value_of(facts: Facts) -> Any:
    """The value of what was forwarded of the body; `UNREADABLE` where it has none."""
    document: Document | Undecodable | None = facts.left if facts.left is not None else facts.document
    if isinstance(document, JsonDocument):
        return document.value
    if isinstance(document, FormDocument | TextDocument) and facts.body_schema is not None:
        return facts.body_schema.read(document)
    return UNREADABLE
