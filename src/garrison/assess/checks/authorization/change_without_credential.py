"""Missing authorization: nobody at all changes or deletes what belongs to somebody."""

from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.authorization.changes import changed
from garrison.assess.checks.authorization.objects import is_gone, read_state, remade
from garrison.assess.checks.authorization.samples import ROLE_SAMPLES
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding


def _each(a: Assessment, target: Target) -> Iterator[Finding]:
    if target.method not in ("PUT", "PATCH", "DELETE") or not target.variables:
        return
    for owner in a.identities[:2]:
        owned = remade(a, target, owner)
        if owned is None:
            continue
        plain = a.survey.as_it_is(a.api.request(target, every=True).about(owned.values), owned.values, owner)
        request, mark = changed(a, plain) or (plain, "")
        before = read_state(a, target, request, owner)
        if before is None:
            return
        done = a.probe.send(request, says="it is sent without a credential")
        after = a.probe.send(before.request, owner, says="its owner sees what was done")
        gone = target.method == "DELETE" and is_gone(before, done, after)
        if gone or (mark and mark in after.answer.text and mark not in before.answer.text):
            what = "deletes" if gone else "changes"
            says = f"anybody {what} what belongs to `{owner.name}`, without a credential"
            yield a.found(
                CHECK, [before.says_that(f"{owner.name} reads it before"), done, after], says=says, target=target
            )
        return


CHECK: Final = Check(
    id=CheckId("change-without-credential"),
    title="anybody can change or delete what belongs to others",
    family="authorization",
    severity=Severity.CRITICAL,
    tags=("owasp.api1", "owasp.api5", "cwe.306", "cwe.862", "rec.12"),
    looks="Changes and deletes, without any credential, objects that the assessment made. It counts where the owner, "
    "reading before and after, sees the difference.",
    why="No account is needed to destroy or falsify what people keep here.",
    mend="Refuse by default: declare security for the whole contract, and enforce it.",
    samples=ROLE_SAMPLES,
    each=_each,
    most=10,
    disturbs=Disturbs.OBJECTS,
    needs=("identity",),
)
