"""Broken object level authorization: a list of one's own shows what belongs to others."""

from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.call import NOT_JSON
from garrison.assess.check import Check
from garrison.assess.checks.authorization.objects import is_private_kind, items, says_own, sensitive
from garrison.assess.checks.authorization.samples import OWNER_SAMPLES
from garrison.assess.target import Target
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId, Finding


def _each(a: Assessment, target: Target) -> Iterator[Finding]:
    if target.method != "GET" or a.survey.is_public(target) or a.pair is None:
        return
    owner, other = a.pair
    exchange = a.survey.baseline(target, other)
    value = exchange.answer.json() if exchange is not None else NOT_JSON
    if exchange is None or value is NOT_JSON or not (is_private_kind(target) or says_own(target)):
        return
    for item in items(value):
        hidden = sensitive(item)
        if a.survey.owner_of(item) == owner and (hidden or says_own(target)):
            step = exchange.says_that(f"{other.name} gets a list in which objects of {owner.name} stand")
            shown = f", `{hidden[0]}` among it" if hidden else ""
            says = f"the list that `{other.name}` gets shows what belongs to `{owner.name}`{shown}"
            confidence = Confidence.HIGH if says_own(target) else Confidence.MEDIUM
            yield a.found(CHECK, [step], says=says, target=target, confidence=confidence)
            return


CHECK: Final = Check(
    id=CheckId("list-shows-others"),
    title="a list shows what belongs to others",
    family="authorization",
    severity=Severity.HIGH,
    tags=("owasp.api1", "owasp.api3", "cwe.639", "rec.12"),
    looks="Looks, in lists of what people keep to themselves, for objects whose own fields name another identity as "
    "their owner. It is certain where the contract says that the list is of one's own.",
    why="One request shows what belongs to everybody.",
    mend="Filter by the principal in the query itself, not in the client.",
    samples=OWNER_SAMPLES,
    each=_each,
    most=1,
    needs=("two-identities",),
)
