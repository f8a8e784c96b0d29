"""Broken object level authorization: a list of one's own shows what belongs to others."""

from collections.abc import Iterator
from typing import Any, Final

from garrison.assess.assessment import Assessment
from garrison.assess.call import NOT_JSON
from garrison.assess.check import Check
from garrison.assess.checks.authorization.grounds import is_private_kind, is_shared_kind, items, says_own, sensitive
from garrison.assess.checks.authorization.objects import pairs, requests_about
from garrison.assess.checks.authorization.samples import OWNER_SAMPLES
from garrison.assess.identity import Identity
from garrison.assess.probe import Exchange
from garrison.assess.request import Request
from garrison.assess.target import Target
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId, Finding


def _each(a: Assessment, target: Target) -> Iterator[Finding]:
    if target.method != "GET" or a.survey.is_public(target) or not (is_private_kind(target) or says_own(target)):
        return
    if target.template.endswith("}"):
        return  # one object is no list
    if is_shared_kind(target) and not says_own(target):
        return
    for owner, other in pairs(a):
        exchange = a.survey.baseline(target, other)
        value = exchange.answer.json() if exchange is not None else NOT_JSON
        for item in items(value) if value is not NOT_JSON else ():
            hidden = sensitive(item)
            if exchange is None or not (hidden or says_own(target)) or not _is_of(a, target, item, owner):
                continue
            yield _finding(a, target, exchange, (owner, other), hidden, _refusals(a, target, item, owner, other))
            return


def _is_of(a: Assessment, target: Target, item: dict[str, Any], owner: Identity) -> bool:
    """Whether an object is the owner's: its fields say so, or it has the id of what the owner made."""
    return a.survey.owner_of(item) == owner or next(_single(a, target, item, owner), None) is not None


def _single(a: Assessment, target: Target, item: dict[str, Any], owner: Identity) -> Iterator[Request]:
    """Requests that read the object alone."""
    values = {str(value) for value in item.values() if isinstance(value, str | int)}
    for each in a.api.targets:
        if each.method == "GET" and each.collection == target.template.rstrip("/") and each.variables:
            yield from (request for request, owned in requests_about(a, each, owner) if owned.id in values)


def _refusals(
    a: Assessment, target: Target, item: dict[str, Any], owner: Identity, other: Identity
) -> tuple[Exchange, ...]:
    """What shows that the object is not for the other: they are refused it where they ask for it alone."""
    request = next(_single(a, target, item, owner), None)
    if request is None:
        return ()
    allowed = a.probe.send(request, owner, says=f"{owner.name} reads one of them alone")
    refused = a.probe.send(request, other, says=f"to {other.name} that one is refused")
    return (allowed, refused) if allowed.is_success and not refused.is_success else ()


def _finding(
    a: Assessment,
    target: Target,
    listed: Exchange,
    people: tuple[Identity, Identity],
    hidden: list[str],
    refusals: tuple[Exchange, ...],
) -> Finding:
    owner, other = people
    step = listed.says_that(f"{other.name} gets a list in which objects of {owner.name} stand")
    shown = f", `{hidden[0]}` among it" if hidden else ""
    says = f"the list that `{other.name}` gets shows what belongs to `{owner.name}`{shown}"
    confidence = Confidence.HIGH if says_own(target) or refusals else Confidence.MEDIUM
    return a.found(CHECK, [step, *refusals], says=says, target=target, confidence=confidence)


CHECK: Final = Check(
    id=CheckId("list-shows-others"),
    title="a list shows what belongs to others",
    family="authorization",
    severity=Severity.HIGH,
    tags=("owasp.api1", "owasp.api3", "cwe.639", "rec.12"),
    looks="Looks, in lists of what people keep to themselves, for objects whose own fields name another identity as "
    "their owner, or that another identity made. It is certain where the contract says that the list is of one's own, "
    "or where the same object is refused when it is asked for alone.",
    why="One request shows what belongs to everybody.",
    mend="Filter by the principal in the query itself, not in the client.",
    samples=OWNER_SAMPLES,
    each=_each,
    most=4,
    needs=("two-identities",),
)
