"""`payload`: values stay values. Nothing in a request breaks out of its place into another language.

What the contract pins down is not looked at (`contract/pinned.py`), as long as the request keeps it; free text and what
the contract does not declare are read as each language would read them (`payload/`).
"""

import functools
from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from garrison.config.controls import ControlsSettings, PayloadSettings
from garrison.contract.catalogue import CompiledOperation
from garrison.core.decision import Mode, Outcome, Reason
from garrison.core.ids import ControlId
from garrison.engine.control import Checks, ControlSpec, Reasons, ReasonSpec, few
from garrison.engine.facts import Facts
from garrison.payload.classes.catalogue import CLASSES
from garrison.payload.evidence import evidence_of
from garrison.payload.gather import Places
from garrison.payload.judge import CROWDED, Finding, is_harmless, judge_besides, prepare
from garrison.payload.places import signs_of
from garrison.payload.prose import Prose
from garrison.payload.request import Free
from garrison.payload.usual import Usual

_ID = ControlId("payload")
_ANY: Final = "/*"
_CROWDED: Final = "payload-crowded"
_PREFIX: Final = "payload-"
_Trusted: TypeAlias = Callable[[str], bool]

_reason = Reasons(
    _ID,
    *[
        ReasonSpec(f"payload-{each.id}", 403, f"a text leaves its place: {each.title}")
        for each in sorted(CLASSES, key=lambda each: each.id)
    ],
    ReasonSpec(_CROWDED, 403, "a text with so many signs that not each is looked at: any class may be in it"),
)


def compile_checks(operation: CompiledOperation | None, settings: ControlsSettings) -> Checks:
    """Asked once the whole request is known: one pass over all of its texts."""
    if settings.payload.mode is Mode.OFF:
        return Checks()
    trusts = _trusting(settings.payload.unsafe_trusted_places)
    usual, free = Usual(settings.payload.classes, settings.payload.usual), Free(operation)
    prose = Prose(operation)
    # an exception for one class must not hide another in the same text
    named = {each.reason.removeprefix(_PREFIX) for each in settings.payload.excepted}
    besides = {each.id: signs_of(each.id) for each in CLASSES if each.id in named}

    judged = _under(settings.payload, free.headers)

    def check(facts: Facts) -> Outcome:
        said = free.said(facts, judged)
        if said is not None and (not said or is_harmless(said)):
            return None
        places = free.texts(facts, judged)
        if trusts is not None:
            places = [place for place in places if not trusts(place[0])]
        texts, spared = [text for _, text in places], usual.spared(places)
        found = judge_besides(texts, spared, besides)
        if not found:
            free.note(facts, judged)
            return None
        if (less := prose.spared(facts, places, found, spared)) is not spared:
            found = judge_besides(texts, less, besides)
        return tuple(_reasons(few(found, _kind), places)) or None

    return Checks(body=check, prepare=prepare)


@functools.lru_cache(maxsize=64)
def _under(settings: PayloadSettings, pinned: frozenset[str]) -> object:
    """What notes that a head was judged under `settings`, the fields left out that are `pinned`: operations that have
    the same share it."""
    del settings, pinned
    return object()


def _kind(finding: Finding) -> str:
    """What its reasons are: those that one exception would take away together."""
    return f"{finding.kind} {CROWDED}" if CROWDED in finding.signs else finding.kind


def _reasons(found: tuple[Finding, ...], places: Places) -> Iterator[Reason]:
    for each in found:
        yield _reason(f"{_PREFIX}{each.kind}", places[each.index][0], evidence_of(each))
        if CROWDED in each.signs:
            yield _reason(_CROWDED, places[each.index][0])


def _trusting(places: tuple[str, ...]) -> _Trusted | None:
    if not places:
        return None
    exact = frozenset(places)
    below = tuple([place[:-1] for place in places if place.endswith(_ANY)])
    return lambda place: place in exact or place.startswith(below)


CONTROL = ControlSpec(
    id=_ID,
    title="Values that stay values",
    kind="objector",
    reasons=_reason,
    compile=compile_checks,
    tags=("API8:2023", "API10:2023", "API7:2023", "CWE-74", "CWE-20", "REC-API-10"),
)
