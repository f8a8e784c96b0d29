"""`payload`: values stay values. Nothing in a request breaks out of its place into another language.

What the contract pins down is not looked at (`contract/pinned.py`), as long as the request keeps it; free text and what
the contract does not declare are read as each language would read them (`payload/`).
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from garrison.config.controls import ControlsSettings
from garrison.contract.catalogue import CompiledOperation
from garrison.contract.pinned import NOTHING_PINNED, Pins
from garrison.core.canonical import MAX_OF_A_KIND
from garrison.core.decision import Mode, Outcome
from garrison.core.document import Document
from garrison.core.ids import ControlId
from garrison.engine.control import Checks, ControlSpec, Reasons, ReasonSpec
from garrison.engine.decode import Undecodable
from garrison.engine.facts import Facts
from garrison.payload.classes.catalogue import CLASSES
from garrison.payload.evidence import evidence_of
from garrison.payload.gather import Places, body_texts, head_texts, query_texts, raw_texts, target_texts
from garrison.payload.judge import judge, prepare

_ID = ControlId("payload")
_ANY: Final = "/*"
_Trusted: TypeAlias = Callable[[str], bool]

_reason = Reasons(
    _ID,
    *[
        ReasonSpec(f"payload-{each.id}", 403, f"a text leaves its place: {each.title}")
        for each in sorted(CLASSES, key=lambda each: each.id)
    ],
)


def compile_checks(operation: CompiledOperation | None, settings: ControlsSettings) -> Checks:
    """Asked once the whole request is known: one pass over all of its texts."""
    if settings.payload.mode is Mode.OFF:
        return Checks()
    prepare()  # what is compiled once in a process, for seconds: no request waits for it
    wanted = frozenset(settings.payload.classes)
    trusts = _trusting(settings.payload.unsafe_trusted_places)
    pinned = _Pinned(operation)

    def check(facts: Facts) -> Outcome:
        places = [place for place in _texts(facts, pinned) if not trusts(place[0])]
        found = judge([text for _, text in places])
        return tuple([
            _reason(f"payload-{each.kind}", places[each.index][0], evidence_of(each))
            for each in found[:MAX_OF_A_KIND]
            if each.kind in wanted
        ]) or None  # fmt: skip

    return Checks(body=check)


class _Pinned:
    """What of one operation's requests is pinned down."""

    def __init__(self, operation: CompiledOperation | None) -> None:
        parameters = operation.parameters if operation is not None else None
        self.parameters = parameters.pinned if parameters is not None else frozenset[tuple[str, str]]()
        bodies = operation.request_schemas if operation is not None else ()
        self._bodies: Mapping[int, Pins] = {id(each): each.pins() for each in bodies}

    def body(self, facts: Facts, document: Document) -> Pins:
        """What of the body is pinned down: nothing where it breaks its schema, whatever becomes of that."""
        schema = facts.body_schema
        pins = self._bodies.get(id(schema), NOTHING_PINNED) if schema is not None else NOTHING_PINNED
        if schema is None or pins == NOTHING_PINNED:
            return NOTHING_PINNED
        return pins if schema.accepts(document) or not schema.violations(document) else NOTHING_PINNED


def _trusting(places: tuple[str, ...]) -> _Trusted:
    exact = frozenset(places)
    below = tuple([place[:-1] for place in places if place.endswith(_ANY)])
    return lambda place: place in exact or place.startswith(below) if exact else False


def _texts(facts: Facts, pinned: _Pinned) -> Places:
    canonical = facts.canonical
    reading = facts.reading
    kept = pinned.parameters if reading is not None and not reading.violations else frozenset[tuple[str, str]]()
    texts = target_texts(canonical.path, canonical.segments, _arguments(facts), kept)
    texts += [(f"query.{name}", text) for name, text in query_texts(canonical.query, _names(kept, "query"))]
    texts += _of_head(facts, _names(kept, "header"))
    document = facts.document
    if type(document) is Undecodable:
        texts += raw_texts(facts.body or b"", facts.body_kind or "text")
    elif document is not None:
        texts += body_texts(document, pinned.body(facts, document))
    return texts


def _names(kept: frozenset[tuple[str, str]], place: str) -> frozenset[str]:
    return frozenset([name for where, name in kept if where == place]) if kept else frozenset()


def _arguments(facts: Facts) -> Mapping[str, Any] | None:
    """The values of the path's variables; None where no operation says which they are."""
    return facts.values.get("path", {}) if facts.operation is not None else None


def _of_head(facts: Facts, kept: frozenset[str]) -> Places:
    """What the head's fields say: clients send the same ones again and again, so it is kept with them."""
    derived = facts.canonical.derived
    key = (_ID, kept)
    texts: Places | None = derived.get(key)
    if texts is None:
        texts = derived[key] = head_texts(facts.canonical.headers, kept)
    return texts


CONTROL = ControlSpec(
    id=_ID,
    title="Values that stay values",
    kind="objector",
    reasons=_reason,
    compile=compile_checks,
    default_mode=Mode.OFF,
    tags=("API8:2023", "API10:2023", "API7:2023", "CWE-74", "CWE-20", "REC-API-10"),
)
