"""What of an answer is inspected: the keys and texts of JSON that the contract of its operation does not pin down."""

from collections.abc import Mapping
from typing import Final

from garrison.contract.catalogue import CompiledOperation
from garrison.contract.pinned import NOTHING_PINNED, Pins
from garrison.core.document import JsonDocument
from garrison.engine.facts import Facts
from garrison.payload.gather import Places, body_texts
from garrison.payload.request import held

_NONE: Final[Places] = []


class Answered:
    """The texts of one operation's answers that nothing pins down."""

    def __init__(self, operation: CompiledOperation | None) -> None:
        bodies = operation.response_schemas if operation is not None else ()
        self._bodies: Mapping[int, Pins] = {id(each): each.pins() for each in bodies}

    def texts(self, facts: Facts) -> Places:
        """Each with its place: `body/items/0/name`."""
        document, schema = facts.response_document, facts.response_body_schema
        if not isinstance(document, JsonDocument):
            return _NONE
        pins = self._bodies.get(id(schema), NOTHING_PINNED)
        return body_texts(document, held(pins, schema, document))
