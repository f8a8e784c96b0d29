"""`payload`: values stay values. Nothing in a request breaks out of its place into another language.

What the contract pins down is not looked at (`contract/pinned.py`), as long as the request keeps it; free text and what
the contract does not declare are read as each language would read them (`payload/`).
"""

from collections.abc import Callable
from typing import Final, TypeAlias

from garrison.config.controls import ControlsSettings
from garrison.contract.catalogue import CompiledOperation
from garrison.core.canonical import MAX_OF_A_KIND
from garrison.core.decision import Mode, Outcome
from garrison.core.ids import ControlId
from garrison.engine.control import Checks, ControlSpec, Reasons, ReasonSpec
from garrison.engine.facts import Facts
from garrison.payload.classes.catalogue import CLASSES
from garrison.payload.evidence import evidence_of
from garrison.payload.judge import judge, prepare
from garrison.payload.prose import Prose
from garrison.payload.request import Free
from garrison.payload.usual import Usual

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
    trusts = _trusting(settings.payload.unsafe_trusted_places)
    usual, free, prose = Usual(settings.payload), Free(operation), Prose(operation)

    def check(facts: Facts) -> Outcome:
        places = [place for place in free.texts(facts) if not trusts(place[0])]
        if not places:
            return None
        texts, spared = [text for _, text in places], usual.spared(places)
        found = judge(texts, spared)
        if found and (less := prose.spared(facts, places, found, spared)) is not spared:
            found = judge(texts, less)
        return tuple([
            _reason(f"payload-{each.kind}", places[each.index][0], evidence_of(each))
            for each in found[:MAX_OF_A_KIND]
        ]) or None  # fmt: skip

    return Checks(body=check, prepare=prepare)


def _trusting(places: tuple[str, ...]) -> _Trusted:
    exact = frozenset(places)
    below = tuple([place[:-1] for place in places if place.endswith(_ANY)])
    return lambda place: place in exact or place.startswith(below) if exact else False


CONTROL = ControlSpec(
    id=_ID,
    title="Values that stay values",
    kind="objector",
    reasons=_reason,
    compile=compile_checks,
    tags=("API8:2023", "API10:2023", "API7:2023", "CWE-74", "CWE-20", "REC-API-10"),
)
