"""Broken function level authorization: an ordinary identity, or nobody, uses what only others should."""

from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.authorization.roles import kept_for_roles
from garrison.assess.checks.authorization.samples import ROLE_SAMPLES
from garrison.assess.compare import succeeded
from garrison.assess.target import Target
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId, Finding


def _each(a: Assessment, target: Target) -> Iterator[Finding]:
    """Reads only: `function_used_above_role` is about what changes something."""
    if not target.is_safe:
        return
    ground = kept_for_roles(target)
    low = a.low
    if not ground or low is None:
        return
    known = a.survey.baseline(target, low)
    if known is None:
        return
    again = a.probe.send(known.request, low, says=f"{low.name}, who has no such role, gets it all the same")
    if not succeeded(again.answer, known.answer):
        return
    steps = [again]
    high = a.high
    if high is not None and high != low:
        first = a.probe.send(known.request, high, says=f"{high.name} may")
        if succeeded(first.answer, known.answer):
            steps.insert(0, first)
    nobody = a.probe.send(known.request, says="without a credential")
    whose = "anybody" if nobody.is_success else f"`{low.name}`"
    says = f"{whose} uses what is not for everybody: {ground}"
    confidence = Confidence.HIGH if "contract" in ground or len(steps) > 1 else Confidence.MEDIUM
    yield a.found(CHECK, [*steps, nobody], says=says, target=target, confidence=confidence)


CHECK: Final = Check(
    id=CheckId("function-above-role"),
    title="what is for administrators can be read by others",
    family="authorization",
    severity=Severity.HIGH,
    tags=("owasp.api5", "cwe.285", "cwe.862", "rec.12"),
    looks="Calls what the contract's words, scopes, tags or paths keep for administrators as the identity with the "
    "least rights. It counts where that gets what others get.",
    why="Whoever reads the documentation, or guesses a path, has the rights of an administrator.",
    mend="Refuse by default, and let every function say which roles may call it.",
    samples=ROLE_SAMPLES,
    each=_each,
    most=6,
    needs=("identity",),
)
