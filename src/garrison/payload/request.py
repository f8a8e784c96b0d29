"""What of a request is inspected: everything that a client can say freely, as the contract of its operation has it."""

from collections.abc import Hashable, Mapping
from typing import Any, Final

from garrison.contract.body import BodySchema
from garrison.contract.catalogue import CompiledOperation
from garrison.contract.pinned import NOTHING_PINNED, Pins
from garrison.core.document import Document
from garrison.core.field_memory import VARYING
from garrison.engine.decode import Undecodable
from garrison.engine.facts import Facts
from garrison.payload.gather import (
    ADDRESSES,
    GRAMMATICAL,
    Places,
    body_texts,
    head_texts,
    query_texts,
    raw_texts,
    target_texts,
)

_NOTHING_KEPT: Final = frozenset[tuple[str, str]]()
_NO_NAMES: Final = frozenset[str]()


class Free:
    """The texts of one operation's requests that nothing pins down."""

    def __init__(self, operation: CompiledOperation | None, *, plain: bool = False) -> None:
        """`plain` wants also those texts of a body that are too plain to say anything in another language."""
        parameters = operation.parameters if operation is not None else None
        self._plain = plain
        self._parameters = parameters.pinned if parameters is not None else _NOTHING_KEPT
        self._query, self._headers = _names(self._parameters, "query"), _names(self._parameters, "header")
        bodies = operation.request_schemas if operation is not None else ()
        self._bodies: Mapping[int, Pins] = {id(each): each.pins() for each in bodies}

    def texts(self, facts: Facts, judged: Hashable = None) -> Places:
        """Each with its place: `query.q`, `body/items/0/name`.

        Those of a head that is remembered (`field_memory.py`) are left out once `judged` was noted of it.
        """
        canonical, reading = facts.canonical, facts.reading
        is_kept = reading is not None and not reading.violations
        kept = self._parameters if is_kept else _NOTHING_KEPT
        texts = target_texts(canonical.path, canonical.segments, _arguments(facts), kept)
        if canonical.query:
            pairs = query_texts(canonical.query, self._query if is_kept else _NO_NAMES)
            texts += [(f"query.{name}", text) for name, text in pairs]
        texts += _of_head(facts, self._headers if is_kept else _NO_NAMES, judged)
        document = facts.document
        if document is None:
            return texts
        if type(document) is Undecodable:
            return texts + raw_texts(facts.body or b"", facts.body_kind or "text")
        return texts + body_texts(document, self._pins(facts, document), plain=self._plain)

    def note(self, facts: Facts, judged: Hashable) -> None:
        """That nothing was found in the request, and so in what its head always says."""
        reading = facts.reading
        is_kept = reading is not None and not reading.violations
        facts.canonical.lasting[__name__, judged, self._headers if is_kept else _NO_NAMES] = True

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


def _of_head(facts: Facts, kept: frozenset[str], judged: Hashable) -> Places:
    """What the head's fields say. Clients send the same ones again and again, so it is kept with them, but for those
    that are others in every request."""
    headers, lasting = facts.canonical.headers, facts.canonical.lasting
    texts = [
        (f"header.{name}", headers[name])
        for name in headers
        if name in _VARYING and name not in kept and not ADDRESSES.fullmatch(headers[name])
    ]
    if judged is not None and (__name__, judged, kept) in lasting:
        return texts
    key = (__name__, kept)
    steady: Places | None = lasting.get(key)
    if steady is None:
        steady = lasting[key] = head_texts({name: headers[name] for name in headers if name not in _VARYING}, kept)
    return texts + steady


_VARYING: Final = VARYING.difference(GRAMMATICAL)
