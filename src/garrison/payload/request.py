"""What of a request is inspected: everything that a client can say freely, as the contract of its operation has it."""

import string
from collections.abc import Hashable, Mapping
from typing import Any, Final

from garrison.contract.body import BodySchema
from garrison.contract.catalogue import CompiledOperation
from garrison.contract.parameters import Reading
from garrison.contract.pinned import NOTHING_PINNED, Pins
from garrison.core.document import Document, JsonDocument
from garrison.core.field_memory import VARYING
from garrison.engine.decode import Undecodable
from garrison.engine.facts import Facts
from garrison.payload.gather import (
    ADDRESSES,
    Places,
    body_texts,
    head_texts,
    is_free,
    json_said,
    query_said,
    query_texts,
    raw_texts,
    target_texts,
)

_NOTHING_KEPT: Final = frozenset[tuple[str, str]]()
_NO_NAMES: Final = frozenset[str]()
_LENGTH: Final = frozenset({"content-length"})
"""What is remembered of a head holds only where its length is one (`field_memory.py`)."""
_HEX_AS_ONE: Final = bytes([ord("0") if chr(code) in string.hexdigits else code for code in range(256)])
_MOST_ORIGINS: Final = 256


class Free:
    """The texts of one operation's requests that nothing pins down."""

    def __init__(self, operation: CompiledOperation | None, *, plain: bool = False) -> None:
        """`plain` wants also those texts of a body that are too plain to say anything in another language."""
        parameters = operation.parameters if operation is not None else None
        self._plain = plain
        self._parameters = parameters.pinned if parameters is not None else _NOTHING_KEPT
        self._query, self._headers = _names(self._parameters, "query"), _names(self._parameters, "header")
        self._is_addressed = operation is None or any(
            ("path", name) not in self._parameters for name in (parameters.variables if parameters is not None else ())
        )
        """Whether anything in its path is said freely."""
        bodies = operation.request_schemas if operation is not None else ()
        self._bodies: Mapping[int, Pins] = {id(each): each.pins() for each in bodies}
        self._origins = frozenset[bytes]()
        """Forms of `ADDRESSES` that were seen: one hexadecimal digit is there as good as another."""

    @property
    def headers(self) -> frozenset[str]:
        """The fields of the head that are pinned down."""
        return self._headers

    def said(self, facts: Facts, judged: Hashable) -> list[str] | None:
        """The same as `texts`, and now and then more, without places, which nearly no request needs; None where that
        cannot be told quickly: the head was not `judged` yet, or something is wrong with the request.

        `judged` must stand for the fields that are pinned down, too.
        """
        canonical, reading, document = facts.canonical, facts.reading, facts.document
        varying: tuple[str, ...] | None = canonical.lasting.get(judged)
        if varying is None or (self._parameters if reading is None else not _holds(reading)):
            return None
        if type(document) is Undecodable:
            return None
        found: list[str] = []
        for name in varying:
            value = canonical.headers[name]
            if value.encode().translate(_HEX_AS_ONE) not in self._origins and self._says(name, value):
                found.append(value)
        if self._is_addressed:
            arguments = _arguments(facts)
            found += [text for _, text in target_texts(canonical.path, canonical.segments, arguments, self._parameters)]
        if canonical.query:
            found += query_said(canonical.query, self._query)
        if type(document) is JsonDocument:
            schema = facts.expected.body_schema
            is_kept = schema is not None and facts.accepted is document
            pins = self._bodies.get(id(schema), NOTHING_PINNED) if is_kept else self._pins(facts, document)
            found += json_said(document.value, pins)
        elif document is not None:
            found += [text for _, text in body_texts(document, self._pins(facts, document))]
        return found

    def texts(self, facts: Facts, judged: Hashable = None) -> Places:
        """Each with its place: `query.q`, `body/items/0/name`.

        Those of a head that is remembered (`field_memory.py`) are left out once `judged` was noted of it.
        """
        canonical = facts.canonical
        is_kept = _holds(facts.reading)
        kept = self._parameters if is_kept else _NOTHING_KEPT
        texts = target_texts(canonical.path, canonical.segments, _arguments(facts), kept)
        if canonical.query:
            pairs = query_texts(canonical.query, self._query if is_kept else _NO_NAMES)
            texts += [(f"query.{name}", text) for name, text in pairs]
        texts += _of_head(facts, self._headers if is_kept else _NO_NAMES, judged if self._notes(facts) else None)
        document = facts.document
        if document is None:
            return texts
        if type(document) is Undecodable:
            data = facts.body
            if data is None and document.reason != "decompressed-too-large":  # which is coded as it says
                data = facts.received  # who passes over a coding reads what came
            return texts + raw_texts(data or b"", facts.body_kind or "text")
        return texts + body_texts(document, self._pins(facts, document), plain=self._plain)

    def _says(self, name: str, value: str) -> bool:
        """`is_free`, and a form is remembered that need not be asked about again."""
        if not ADDRESSES.fullmatch(value):
            return is_free(name, value)
        if len(self._origins) < _MOST_ORIGINS:
            self._origins |= {value.encode().translate(_HEX_AS_ONE)}
        return False

    def note(self, facts: Facts, judged: Hashable) -> None:
        """That nothing was found in the request, and so in what its head always says."""
        if self._notes(facts):
            kept = self._headers | _LENGTH
            names = [name for name in facts.canonical.headers if name in VARYING and name not in kept]
            facts.canonical.lasting[judged] = tuple(names)

    def _notes(self, facts: Facts) -> bool:
        """Whether what is pinned down in the head is what its operation says."""
        return not self._headers or _holds(facts.reading)

    def _pins(self, facts: Facts, document: Document) -> Pins:
        schema = facts.body_schema
        pins = self._bodies.get(id(schema), NOTHING_PINNED) if schema is not None else NOTHING_PINNED
        return pins if facts.accepted is document else held(pins, schema, document)


def _holds(reading: Reading | None) -> bool:
    """Whether what is pinned down in the head is what its operation says: of a name that stands in the query again only
    the first value was asked about."""
    return reading is not None and not reading.violations and not reading.repeated


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
        if name in VARYING and name not in kept and is_free(name, headers[name])
    ]
    if judged is not None and judged in lasting:
        return texts
    key = (__name__, kept)
    steady: Places | None = lasting.get(key)
    if steady is None:
        steady = lasting[key] = head_texts({name: headers[name] for name in headers if name not in VARYING}, kept)
    return texts + steady
