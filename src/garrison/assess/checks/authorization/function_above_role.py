"""Broken function level authorization: an ordinary identity, or nobody, uses what only others should."""

from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.authorization.samples import ROLE_SAMPLES
from garrison.assess.compare import succeeded
from garrison.assess.target import Target
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId, Finding
from garrison.exposure.types.rule import words

_HIGH: Final = frozenset(
    {
        "admin",
        "admins",
        "administrator",
        "administration",
        "superuser",
        "backoffice",
        "internal",
        "management",
        "staff",
        "root",
        "moderator",
    }
)
_PHRASES: Final = (
    "only admin",
    "admin only",
    "admins only",
    "administrators only",
    "only administrators",
    "requires admin",
    "admin role",
    "only staff",
    "staff only",
    "(only admins)",
    "only managers",
    "privileged users",
)


def _each(a: Assessment, target: Target) -> Iterator[Finding]:
    """Reads only: `function_used_above_role` is about what changes something."""
    if not target.is_safe:
        return
    ground = ground_for(a, target)
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


def ground_for(a: Assessment, target: Target) -> str:
    """Why an operation is not for everybody; empty where nothing says so."""
    said = target.described.words.lower()
    phrase = next((each for each in _PHRASES if each in said), "")
    if phrase:
        return f"the contract says `{phrase}`"
    scopes = {scope for each in target.described.security or () for names in each.values() for scope in names}
    named = sorted(_HIGH & {word for scope in scopes for word in words(scope)})
    if named:
        return f"the contract asks for the scope `{named[0]}`"
    if target.described.node.value.get("security") == []:
        return ""  # the contract says of this very operation that it is for everybody
    steps = [step for step in target.described.path.split("/") if "{" not in step]
    named = sorted(_HIGH & {word for step in (*steps, *target.described.tags) for word in words(step)})
    return f"`{named[0]}` stands in its path or tags" if named else ""


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
