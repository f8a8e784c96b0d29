"""What an assessment did and found, as the report that all forms are made of."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.identity import Identity
from garrison.assess.keeper import Left
from garrison.assess.run import Ran as Run
from garrison.assess.target import Target
from garrison.core.finding import Finding, Untested
from garrison.core.findings_report import Covered, Explained, Listed, Outcome, Participant, Ran, in_order


class Coverage(msgspec.Struct, frozen=True):
    """What an assessment reached, and what became of its checks."""

    identities: tuple[Participant, ...]
    operations: tuple[Covered, ...]
    checks: tuple[Ran, ...]
    untested: tuple[Untested, ...]
    left: tuple[str, ...]


def coverage_of(
    assessment: Assessment, checks: Sequence[Check], runs: Sequence[Run], how: Mapping[str, str], left: Sequence[Left]
) -> Coverage:
    """What was reached and tested; `how` says how each identity that was named shows who it is."""
    return Coverage(
        tuple(_participants(assessment, how)),
        tuple(_covered(assessment, target) for target in assessment.api.every),
        tuple(_ran(assessment, check, runs) for check in checks),
        tuple(assessment.untested),
        tuple(f"{each.what}: {each.why}" for each in left),
    )


def explained(check: Check) -> Explained:
    """What a check says of itself."""
    return Explained(
        check.id, check.title, check.severity, check.family, check.tags, check.looks, check.why, check.mend,
        check.samples,
    )  # fmt: skip


def listed(findings: Sequence[Finding]) -> tuple[Listed, ...]:
    """Findings, none of which is known yet, the worst first."""
    return in_order(tuple(map(Listed, findings)))


def _participants(assessment: Assessment, how: Mapping[str, str]) -> Iterator[Participant]:
    lost = assessment.probe.lost
    people: dict[str, Identity] = {each.name: each for each in assessment.identities}
    for name in dict.fromkeys((*how, *people)):
        roles = people[name].roles if name in people else ()
        says = how.get(name, "an account that the assessment registered")
        yield Participant(name, says, name not in lost, lost.get(name, ""), roles, name not in how)


def _covered(assessment: Assessment, target: Target) -> Covered:
    requests = assessment.probe.sent[target.id]
    reached = assessment.is_reached(target)
    statuses = {each.answer.status for each in assessment.survey.seen(target)}
    why = "" if reached else _why(assessment, target, requests)
    return Covered(target.id, target.method, target.template, requests, tuple(sorted(statuses)), reached, why)


def _why(assessment: Assessment, target: Target, requests: int) -> str:
    """Why an operation was never answered as its contract says."""
    said = [each.why for each in assessment.untested if each.operation == target.id and each.check is None]
    if said:
        return said[0]
    if target.is_wiping:
        return "its name says that it may wipe data: one check alone calls it"
    failed = assessment.survey.failed(target)
    if failed is not None:
        return failed.answer.fault or f"it answered {failed.answer.status}"
    if requests == 0 and target.variables and not assessment.survey.objects(target):
        return "nothing is known that it could be about: create an object, or say what an identity owns"
    if requests:
        return "checks tried it on what they made themselves, and it was refused"
    return "it changes or deletes, and no check had anything of its own to try it on"


def _ran(assessment: Assessment, check: Check, runs: Sequence[Run]) -> Ran:
    run = next((each for each in runs if each.check == check.id), None)
    why = next((each.why for each in assessment.untested if each.check == check.id and each.operation is None), "")
    if run is None:
        return Ran(check.id, Outcome.UNTESTED, why, check.run is not None)
    outcome = Outcome.TESTED if run.requests or run.found or check.most == 1 else Outcome.NOT_APPLICABLE
    if why and not run.found:
        outcome = Outcome.UNTESTED
    return Ran(check.id, outcome, why, check.run is not None, run.operations, run.requests, run.found)
