"""Broken object level authorization: an id in the query, a header or the body names an object of another."""

from collections.abc import Iterator
from typing import Any, Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.authorization.grounds import TENANTS, is_shared_kind
from garrison.assess.checks.authorization.objects import gives_the_same, pairs
from garrison.assess.checks.authorization.samples import OWNER_SAMPLES
from garrison.assess.compare import same
from garrison.assess.identity import Identity
from garrison.assess.probe import Exchange
from garrison.assess.request import Request, Slot
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding
from garrison.exposure.types.rule import words

_IDS: Final = TENANTS | {
    "account", "customer", "email", "guid", "id", "member", "number", "owner", "user", "username", "uuid",
}  # fmt: skip
"""Words of places that name an object or a person."""


def _each(a: Assessment, target: Target) -> Iterator[Finding]:
    """The other sends their own request with the owner's id in one place."""
    if target.id in a.doors.targets or not (target.is_safe or target.method == "POST"):
        return
    for owner, other in pairs(a):
        mine = a.survey.baseline(target, owner)
        theirs = a.survey.baseline(target, other) or mine
        if mine is None or theirs is None or a.survey.is_public(target) or not mine.answer.body:
            continue
        for slot, value in _swaps(a, mine.request, theirs.request, owner):
            yield from _swap(a, target, slot, theirs.request.put(slot, value), mine, (owner, other))
        return


def _swaps(a: Assessment, mine: Request, theirs: Request, owner: Identity) -> Iterator[tuple[Slot, Any]]:
    """Places that name the owner or something of theirs, and hold something else in the other's request."""
    known = set(a.survey.of(owner).values())
    for slot in mine.slots("query", "header", "cookie", "body"):
        value = mine.value(slot)
        if _IDS.isdisjoint(words(slot.leaf)) or not isinstance(value, str | int) or isinstance(value, bool):
            continue
        if theirs.value(slot) != value and (str(value) in known or words(slot.leaf)[-1:] == ("id",)):
            yield slot, value


def _swap(
    a: Assessment, target: Target, slot: Slot, request: Request, mine: Exchange, people: tuple[Identity, Identity]
) -> Iterator[Finding]:
    owner, other = people
    first = a.probe.send(mine.request, owner, says=f"{owner.name} sends it about what is theirs")
    says = f"{other.name} puts {owner.name}'s value into `{slot.text}`, and gets the same"
    got = a.probe.send(request, other, says=says)
    if is_shared_kind(target) or not gives_the_same(first, got):
        return
    nobodys = request.put(slot, _nobodys(request.value(slot)))
    none = a.probe.send(nobodys, other, says="a value of nobody gives something else")
    if same(none.answer, got.answer):
        return  # what is named makes no difference
    says = f"`{other.name}` gets what belongs to `{owner.name}` by naming it in `{slot.text}`"
    is_tenant = not TENANTS.isdisjoint(words(slot.leaf))
    yield a.found(
        CHECK,
        [first, got, none],
        says=says,
        target=target,
        slot=slot,
        title="another tenant's data is read by naming the tenant" if is_tenant else "",
        severity=Severity.CRITICAL if is_tenant else None,
        tags=("cwe.284",) if is_tenant else (),
    )


def _nobodys(value: Any) -> Any:
    if isinstance(value, int):
        return value + 7_777_777
    return (
        f"{value[:-1]}{'0' if value[-1:] != '0' else '1'}"
        if value.replace("-", "").isalnum() and len(value) > 8
        else f"nobody-{value}"
    )


CHECK: Final = Check(
    id=CheckId("named-object-of-another"),
    title="naming another in a request gives what is theirs",
    family="authorization",
    severity=Severity.HIGH,
    tags=("owasp.api1", "cwe.639", "rec.12"),
    looks="Takes a request that an identity may send and puts another's id, name or tenant into one place of its "
    "query, headers or body. It counts where the answer is what the other gets, and a value of nobody gives something "
    "else.",
    why="Ids that do not stand in the path are forgotten most often; whole tenants are read so.",
    mend="Take whom a request is about from the credential; where it must be named, check that the principal may.",
    samples=OWNER_SAMPLES,
    each=_each,
    most=16,
    disturbs=Disturbs.OBJECTS,
    needs=("two-identities",),
)
