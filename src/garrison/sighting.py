"""What one assessment sees of an API, put together with what was recorded of it."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from garrison.adapters.probing.certificates import filed_certificate, shown_certificate
from garrison.adapters.store.findings import Findings, Kept
from garrison.adapters.store.only_one import BusyError, the_only_one
from garrison.adapters.store.strangers import strangers
from garrison.assess.assessment import Assessment
from garrison.assess.probe import INTERRUPTED
from garrison.assess.shapes import shapes_of
from garrison.assessing import LOCK, Wanted, perform
from garrison.core.finding import State
from garrison.core.findings_report import Outcome, Report
from garrison.core.picture import Picture, Proven, Remark, Shapes, Sighting, Standing, Weakness
from garrison.proving import SHARE, Budget, Proving
from garrison.report.findings_text import place

LOOK_BACK: Final = 7 * 86400.0
"""Seconds of recorded traffic that the first run looks at."""
_STANDINGS: Final = {State.FIXED: Standing.FIXED, State.ACCEPTED: Standing.ACCEPTED}


class Looking:
    """Looks at an API by assessing it, and at what was recorded of it."""

    def __init__(
        self,
        wanted: Wanted,
        data: Path,
        *,
        certificates: Sequence[str] = (),
        proving: Proving | None = None,
        notes: Callable[[], Mapping[str, Remark]] = dict,
    ) -> None:
        """`certificates` are PEM files to watch, `proving` makes the proofs of virtual patches again, and `notes` is
        what other parts have to say at the moment."""
        self._wanted = msgspec.structs.replace(wanted, data=data)
        self._data = data
        self._files = tuple(certificates)
        self._proving = proving
        self._notes = notes

    def __call__(self, known: Picture, now: float, seconds: float) -> Sighting:
        """What there is to see, sending nothing more after so many seconds. Raises GarrisonError."""
        shapes: list[Shapes] = []

        def witness(assessment: Assessment) -> None:
            shapes.append(shapes_of(assessment))

        minutes = min(self._wanted.minutes or float("inf"), seconds / 60)
        proving = self._proving
        is_due = proving is not None and bool(proving.due(known.patches, now))
        report = perform(bounded(self._wanted, minutes, 1.0 - SHARE if is_due else 1.0), witness=witness)
        wanted = self._wanted
        certificates = shown_certificate(wanted.url)
        for file in self._files:
            certificates |= filed_certificate(file)
        tested, untested = _coverage(report)
        patches, proofs, sent = self._proofs(known, now, report, minutes)
        return Sighting(
            at=now,
            operations=tuple(f"{each.method} {each.template}" for each in report.operations),
            shapes=shapes[0] if shapes else {},
            strangers=strangers(self._data, known.until or now - LOOK_BACK, now),
            certificates=certificates,
            weaknesses=weaknesses(self._data, report.target, now),
            tested=tested,
            untested=untested,
            stopped=report.stopped,
            requests=report.requests + sent,
            patches=patches,
            proofs=proofs,
            notes=self._notes(),
        )

    def _proofs(
        self, known: Picture, now: float, report: Report, minutes: float
    ) -> tuple[tuple[str, ...], Mapping[str, Proven], int]:
        """The patches that are there, what came of proving them again, and requests that it took. Nobody else may
        assess meanwhile: then it waits for the next run."""
        if self._proving is None:
            return (), {}, 0
        _, patches = self._proving.patches()
        names = tuple(each.id for each in patches)
        if report.stopped == INTERRUPTED:
            return names, {}, 0
        budget = Budget(now + minutes * 60, self._wanted.limits.in_all - report.requests)
        try:
            with the_only_one(self._data, LOCK, "another assessment is under way"):
                return names, self._proving(known.patches, now, budget), budget.sent
        except BusyError:
            return names, {}, budget.sent


def bounded(wanted: Wanted, minutes: float, share: float) -> Wanted:
    """What is wanted, with this share of the time and the requests."""
    limits = msgspec.structs.replace(wanted.limits, in_all=max(1, int(wanted.limits.in_all * share)))
    whole = None if minutes == float("inf") else minutes * share
    return msgspec.structs.replace(wanted, limits=limits, minutes=whole)


def weaknesses(data: Path, target: str, now: float) -> dict[str, Weakness]:
    """Every finding that the history has of a target, by fingerprint. Raises RecordError."""
    with Findings(data, is_read=True) as history:
        kept = history.kept(now, target=target)
    return {each.listed.finding.fingerprint: _weakness(each) for each in kept}


def _weakness(kept: Kept) -> Weakness:
    finding = kept.listed.finding
    standing = _STANDINGS.get(kept.listed.state, Standing.OPEN)
    return Weakness(standing, finding.severity, f"{finding.title} at {place(finding)}")


def _coverage(report: Report) -> tuple[tuple[str, ...], dict[str, str]]:
    """What was tested, and what was not and why, in the words of a `Sighting`."""
    tested = [f"operation {each.method} {each.template}" for each in report.operations if each.reached]
    tested += [f"check {each.check}" for each in report.checks if each.outcome is Outcome.TESTED]
    named = [each for each in report.identities if not each.is_throwaway]
    tested += [f"identity {each.name}" for each in named if each.works]
    untested = {f"operation {each.method} {each.template}": each.why for each in report.operations if not each.reached}
    untested |= {f"check {each.check}": each.why for each in report.checks if each.outcome is Outcome.UNTESTED}
    untested |= {f"identity {each.name}": each.why for each in named if not each.works}
    return tuple(tested), untested
