"""Running: every check in an order in which none spoils another's proof."""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.probe import Stop
from garrison.assess.progress import Moment, Progress
from garrison.assess.target import Target
from garrison.core.finding import CheckId, Finding
from garrison.core.ids import OperationId

_RESERVED: Final = {
    Disturbs.NOTHING: 0.28, Disturbs.OBJECTS: 0.28, Disturbs.ACCOUNTS: 0.23, Disturbs.SERVICE: 0.01,
    Disturbs.EVERYTHING: 0.0,
}  # fmt: skip
"""Of the requests to one operation, the share that is kept for the checks that run later: else they would find nothing
left of the operations that everything goes through, such as logging in."""


class Ran(msgspec.Struct, frozen=True):
    """One check that ran."""

    check: CheckId
    operations: tuple[OperationId, ...] = ()
    """Where it ran to its end; empty for a check of the API as a whole."""
    requests: int = 0
    found: int = 0


class Outcome(msgspec.Struct):
    """What a run found, as it grows."""

    findings: list[Finding] = []
    ran: list[Ran] = []


def run(assessment: Assessment, checks: Sequence[Check], outcome: Outcome, progress: Progress) -> None:
    """Run the checks. Findings of the same fingerprint are one: the first that was proven."""
    for check in sorted(checks, key=lambda each: each.disturbs):
        missing = assessment.probe.stopped or _missing(assessment, check)
        if missing:
            assessment.skip(check, missing)
            continue
        assessment.probe.reserved = _RESERVED[check.disturbs]
        before, known = assessment.probe.total, len(outcome.findings)
        progress(Moment(check.title, before, known))
        operations = tuple(_run(assessment, check, outcome))
        sent, found = assessment.probe.total - before, len(outcome.findings) - known
        outcome.ran.append(Ran(check.id, operations, sent, found))


def _run(assessment: Assessment, check: Check, outcome: Outcome) -> Iterator[OperationId]:
    """Run one check; gives the operations where it came to its end, and had something to look at."""
    if check.run is not None:
        with assessment.probe.allowance(None, check.most):
            _collect(assessment, check, check.run(assessment), outcome, None)
        return
    each = check.each
    for target in assessment.api.targets if each is not None else ():
        before = assessment.probe.total
        with assessment.probe.allowance(target.id, check.most):
            is_done = each is not None and _collect(assessment, check, each(assessment, target), outcome, target)
        # of an operation that answers nobody today nothing is known: what was found there before is not mended
        if is_done and (assessment.probe.total > before or assessment.is_reached(target)):
            yield target.id


def _collect(
    assessment: Assessment, check: Check, findings: Iterator[Finding], outcome: Outcome, target: Target | None
) -> bool:
    """Take what a check finds; whether it came to its end."""
    known = {each.fingerprint for each in outcome.findings}
    try:
        for finding in findings:
            if finding.fingerprint not in known:
                known.add(finding.fingerprint)
                outcome.findings.append(finding)
    except Stop as stop:
        assessment.skip(check, str(stop), target)
        return False
    return True


def _missing(assessment: Assessment, check: Check) -> str:
    """What a check needs and does not have; empty where nothing is missing."""
    for need in check.needs:
        if need == "identity" and not assessment.identities:
            return "no identity was given, and the API lets nobody register"
        if need == "two-identities" and assessment.pair is None:
            return "it takes two identities of the same kind: give a second `--identity`"
        if need == "account" and not assessment.accounts:
            return "it spoils an account, and the API lets nobody register one"
        if need == "listener" and assessment.listener is None:
            return "no listener could be opened"
    return ""
