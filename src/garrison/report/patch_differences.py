"""What is told of virtual patches as their proofs are made again: pure."""

from collections.abc import Mapping
from typing import Final

from garrison.core.detection import Severity
from garrison.core.difference import Difference, DifferenceKind
from garrison.core.picture import Held, ProofState, Proven, Sighting

_SURE: Final = {ProofState.NEEDLESS: 2, ProofState.UNPROVEN: 2}
"""How often one after another it must have come to this before somebody is told, where that is more than once: what
was not found may be there all the same."""
_TOLD: Final = {
    ProofState.FAILS: (DifferenceKind.PATCH_FAILS, Severity.HIGH, "does not hold any more"),
    ProofState.HOLDS: (DifferenceKind.PATCH_HOLDS, Severity.INFORMATIONAL, "holds again"),
    ProofState.NEEDLESS: (DifferenceKind.PATCH_NEEDLESS, Severity.INFORMATIONAL, "can be taken out"),
    ProofState.ENDED: (DifferenceKind.PATCH_ENDED, Severity.MEDIUM, "has ended and does nothing"),
    ProofState.UNPROVEN: (DifferenceKind.PATCH_UNPROVEN, Severity.LOW, "could not be proven again"),
}


def compared_patches(known: Mapping[str, Held], seen: Sighting) -> tuple[dict[str, Held], list[Difference]]:
    """What is known of patches from now on, and what is told. One that was not proven this time is as it was; one that
    is not there any more is forgotten."""
    after: dict[str, Held] = {}
    told: list[Difference] = []
    for name in seen.patches:
        before, proven = known.get(name, Held()), seen.proofs.get(name)
        if proven is None:
            if name in known:
                after[name] = before
            continue
        after[name] = held = _held(before, proven, seen.at)
        if held.state is not before.state and (held.state is not ProofState.HOLDS or before.state is ProofState.FAILS):
            told.append(_difference(name, proven))
    return after, told


def _held(before: Held, proven: Proven, now: float) -> Held:
    times = before.times + 1 if before.seen is proven.state else 1
    state = proven.state if times >= _SURE.get(proven.state, 1) else before.state
    return Held(state, proven.state, times, now, proven.policy)


def _difference(name: str, proven: Proven) -> Difference:
    kind, severity, words = _TOLD[proven.state]
    why = f": {proven.why}" if proven.why else ""
    hint = f"; `garrison patches remove {name}`" if proven.state is ProofState.NEEDLESS else ""
    return Difference(kind, name, severity, f"the virtual patch `{name}` {words}{why}{hint}")
