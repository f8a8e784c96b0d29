"""Differences between what is known of an API and what a run saw of it: pure.

Each change is told once: what is known afterwards is given back with the differences, and both are kept in one step.
What a run did not find or could not test may be there all the same: it takes two runs one after another to say so.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import msgspec

from garrison.core.detection import Severity
from garrison.core.difference import Difference, DifferenceKind
from garrison.core.picture import Ending, Picture, Sighting, Standing, Weakness
from garrison.report.patch_differences import compared_patches
from garrison.report.shape_differences import compared_shapes

DAYS: Final = (30, 14, 7, 1, 0)
"""Days before the end of a certificate at which somebody is told: once each, and at its end."""
MOST_STRANGERS: Final = 2_000
"""Ways of traffic that the contract does not know that are remembered."""
SURE: Final = 2
"""Runs one after another that must not find a weakness before it is told to be fixed."""
_DAY: Final = 86400.0
_GRAVITY: Final = {30: Severity.LOW, 14: Severity.MEDIUM, 7: Severity.HIGH, 1: Severity.HIGH, 0: Severity.CRITICAL}


def compare(known: Picture, seen: Sighting) -> tuple[Picture, tuple[Difference, ...]]:
    """What is known from now on, and what is different, the gravest first."""
    described = frozenset(seen.operations)
    settled = _settled(known, seen)
    shapes, changed = compared_shapes(known.shapes, seen.shapes, described)
    patches, of_patches = compared_patches(known.patches, seen)
    found = [
        *_operations(known, seen),
        *_strangers(known, seen),
        *changed,
        *_weaknesses(known.weaknesses, settled),
        *_certificates(known, seen),
        *_untested(known, seen),
        *_notes(known, seen),
        *of_patches,
    ]
    after = Picture(
        operations=tuple(sorted(described)),
        shapes=shapes,
        strangers=tuple(dict.fromkeys((*known.strangers, *sorted(seen.strangers))))[-MOST_STRANGERS:],
        certificates={
            **known.certificates,  # one that could not be looked at this time is not forgotten
            **{name: _ending(known, name, ends, seen.at) for name, ends in seen.certificates.items()},
        },
        weaknesses={**known.weaknesses, **settled},
        tested=_tested(known, seen),
        doubted=_doubted(known, seen),
        stopped=seen.stopped,
        notes=tuple(sorted(seen.notes)),
        patches=patches,
        until=seen.at,
    )
    return after, in_order(found)


def in_order(found: list[Difference]) -> tuple[Difference, ...]:
    """The gravest first, then by what they are about."""
    return tuple(sorted(found, key=lambda each: (-each.severity.rank, each.kind, each.key)))


def _operations(known: Picture, seen: Sighting) -> Iterator[Difference]:
    if known.operations is None:
        return
    before, now = set(known.operations), set(seen.operations)
    for each in sorted(now - before):
        text = f"the contract describes a new operation: {each}"
        yield Difference(DifferenceKind.OPERATION_ADDED, each, Severity.LOW, text)
    for each in sorted(before - now):
        text = f"the contract describes {each} no more"
        yield Difference(DifferenceKind.OPERATION_REMOVED, each, Severity.INFORMATIONAL, text)


def _strangers(known: Picture, seen: Sighting) -> Iterator[Difference]:
    for name in sorted(set(seen.strangers) - set(known.strangers)):
        remark = seen.strangers[name]
        yield Difference(DifferenceKind.UNKNOWN_TRAFFIC, name, remark.severity, remark.text)


def _settled(known: Picture, seen: Sighting) -> Mapping[str, Weakness]:
    """How it stands with each weakness, as far as one can be sure."""
    return {name: _sure(known.weaknesses.get(name), now, seen.stopped) for name, now in seen.weaknesses.items()}


def _sure(before: Weakness | None, now: Weakness, stopped: str) -> Weakness:
    if before is None or now.standing is not Standing.FIXED or before.standing is Standing.FIXED:
        return now
    missed = before.missed + (0 if stopped else 1)
    return now if missed >= SURE else msgspec.structs.replace(before, missed=missed)


def _weaknesses(known: Mapping[str, Weakness], seen: Mapping[str, Weakness]) -> Iterator[Difference]:
    for fingerprint, now in seen.items():
        before = known.get(fingerprint)
        change = _CHANGES.get((before.standing if before is not None else None, now.standing))
        if change is not None:
            kind, word = change
            is_fixed = kind is DifferenceKind.FINDING_FIXED
            text = f"{word}: {now.text} ({now.severity}, {fingerprint[:8]})"
            yield Difference(kind, fingerprint, Severity.INFORMATIONAL if is_fixed else now.severity, text)


_CHANGES: Final[Mapping[tuple[Standing | None, Standing], tuple[DifferenceKind, str]]] = {
    (None, Standing.OPEN): (DifferenceKind.FINDING_NEW, "new"),
    (Standing.FIXED, Standing.OPEN): (DifferenceKind.FINDING_REGRESSED, "found again after it was fixed"),
    (Standing.ACCEPTED, Standing.OPEN): (DifferenceKind.FINDING_COUNTS_AGAIN, "stands, and is accepted no more"),
    (Standing.OPEN, Standing.FIXED): (DifferenceKind.FINDING_FIXED, "fixed"),
    (Standing.ACCEPTED, Standing.FIXED): (DifferenceKind.FINDING_FIXED, "fixed"),
}
"""What is told of how a finding stood and stands. What was found and accepted, or mended, in between is old news."""


def _certificates(known: Picture, seen: Sighting) -> Iterator[Difference]:
    for name, ends in sorted(seen.certificates.items()):
        ending = _ending(known, name, ends, seen.at)
        before = _told(known, name, ends)
        if ending.told is None or ending.told == before:
            continue
        left = (ends - seen.at) / _DAY
        whole = int(left)
        days = "less than a day is" if whole < 1 else "1 day is" if whole == 1 else f"{whole} days are"
        text = f"{days} left of the certificate {name}" if left > 0 else f"the certificate {name} has run out"
        yield Difference(DifferenceKind.CERTIFICATE_ENDING, name, _GRAVITY[ending.told], text)


def _told(known: Picture, name: str, ends: float) -> int | None:
    """The last number of days that was told of this very certificate."""
    before = known.certificates.get(name)
    return before.told if before is not None and before.ends == ends else None


def _ending(known: Picture, name: str, ends: float, now: float) -> Ending:
    reached = [days for days in DAYS if ends - now <= days * _DAY]
    told = _told(known, name, ends)
    return Ending(ends, min([*reached, *([told] if told is not None else [])], default=None))


def _untested(known: Picture, seen: Sighting) -> Iterator[Difference]:
    if seen.stopped:
        if not known.stopped:
            text = f"a run ended before its work was done: {seen.stopped}"
            yield Difference(DifferenceKind.CUT_SHORT, "run", Severity.LOW, text)
        return
    for what, why in sorted(seen.untested.items()):
        if what in known.tested and what in known.doubted:
            text = f"no longer tested: {what}" + (f" ({why})" if why else "")
            yield Difference(DifferenceKind.NO_LONGER_TESTED, what, Severity.LOW, text)


def _tested(known: Picture, seen: Sighting) -> tuple[str, ...]:
    """What counts as tested from now on; a run that was cut short takes nothing away."""
    described = {f"operation {each}" for each in seen.operations}
    still: Callable[[str], bool] = lambda each: each in described or not each.startswith("operation ")  # noqa: E731
    gone = set() if seen.stopped else seen.untested.keys() & set(known.doubted)
    return tuple(sorted({*filter(still, known.tested), *seen.tested} - gone))


def _doubted(known: Picture, seen: Sighting) -> tuple[str, ...]:
    if seen.stopped:
        return known.doubted
    return tuple(sorted(seen.untested.keys() & set(known.tested) - set(known.doubted)))


def _notes(known: Picture, seen: Sighting) -> Iterator[Difference]:
    for name in sorted(set(seen.notes) - set(known.notes)):
        remark = seen.notes[name]
        yield Difference(DifferenceKind.NOTED, name, remark.severity, remark.text)


def not_assessed(times: int, why: str) -> Difference:
    """What is told where several runs one after another could not be made."""
    text = f"the API could not be assessed {times} times one after another: {why}"
    return Difference(DifferenceKind.NOT_ASSESSED, "run", Severity.MEDIUM, text)
