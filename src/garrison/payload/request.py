"""What of a request is inspected: everything that a client can say freely, as the contract of its operation has it."""

from collections.abc import Mapping
from typing import Any, Final

from garrison.contract.body import BodySchema
from garrison.contract.catalogue import CompiledOperation
from garrison.contract.pinned import NOTHING_PINNED, Pins
from garrison.core.document import Document
from garrison.engine.decode import Undecodable
from garrison.engine.facts import Facts
from garrison.payload.gather import Places, body_texts, head_texts, query_texts, raw_texts, target_texts

_NOTHING_KEPT: Final = frozenset[tuple[str, str]]()


class Free:
    """The texts of one operation's requests that nothing pins down."""

    def __init__(self, operation: CompiledOperation | None, *, plain: bool = False) -> None:
        """`plain` wants also those texts of a body that are too plain to say anything in another language."""
        parameters = operation.parameters if operation is not None else None
        self._plain = plain
        self._parameters = parameters.pinned if parameters is not None else _NOTHING_KEPT
        bodies = operation.request_schemas if operation is not None else ()
        self._bodies: Mapping[int, Pins] = {id(each): each.pins() for each in bodies}

    def texts(self, facts: Facts) -> Places:
        """Each with its place: `query.q`, `body/items/0/name`."""
        canonical, reading = facts.canonical, facts.reading
        kept = self._parameters if reading is not None and not reading.violations else _NOTHING_KEPT
        texts = target_texts(canonical.path, canonical.segments, _arguments(facts), kept)
        texts += [(f"query.{name}", text) for name, text in query_texts(canonical.query, _names(kept, "query"))]
        texts += _of_head(facts, _names(kept, "header"))
        document = facts.document
        if type(document) is Undecodable:
            texts += raw_texts(facts.body or b"", facts.body_kind or "text")
        elif document is not None:
            texts += body_texts(document, self._pins(facts, document), plain=self._plain)
        return texts

    def _pins(self, facts: Facts, document: Document) -> Pins:
        schema = facts.body_schema
        pins = self._bodies.get(id(schema), NOTHING_PINNED) if schema is not None else NOTHING_PINNED
        return held(pins, schema, document)


def held(pins: Pins, schema: BodySchema | None, document: Document) -> Pins:
    """What of `document` is pinned down: nothing where it breaks its schema, whatever becomes of that."""
    if schema is None or pins == NOTHING_PINNED:
        return NOTHING_PINNED
    return pins if schema.accepts(document) or not schema.violations(document) else NOTHING_PINNED


def _names(kept: frozenset[tuple[str, str]], place: str) -> frozenset[str]:
    return frozenset([name for where, name in kept if where == place]) if kept else frozenset()


def _arguments(facts: Facts) -> Mapping[str, Any] | None:
    """The values of the path's variables; None where no operation says which they are."""
    return facts.values.get("path", {}) if facts.operation is not None else None


def _of_head(facts: Facts, kept: frozenset[str]) -> Places:
    """What the head's fields say: clients send the same ones again and again, so it is kept with them."""
    derived = facts.canonical.derived
    key = (__name__, kept)
    texts: Places | None = derived.get(key)
    if texts is None:
        texts = derived[key] = head_texts(facts.canonical.headers, kept)
    return texts
