"""Broken object level authorization: an id in the query, a header or the body names an object of another."""

from collections.abc import Iterator
from typing import Any, Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.authorization.grounds import TENANTS, is_shared_kind
from garrison.assess.checks.authorization.objects import gives_the_same, pairs
from garrison.assess.checks.authorization.samples import OWNER_SAMPLES
from garrison.assess.compare import same
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
        for slot, value in _swaps(a, target, mine.request, theirs.request, owner.name):
            yield from _swap(a, target, slot, theirs.request.put(slot, value), mine, (owner.name, other.name))
        return


def _swaps(a: Assessment, target: Target, mine: Request, theirs: Request, owner: str) -> Iterator[tuple[Slot, Any]]:
    """Places that name the owner or something of theirs, and hold something else in the other's request."""
    known = {
        value
        for each in a.given + tuple(account.identity for account in a.accounts)
        if each.name == owner
        for value in a.survey.of(each).values()
    }
    for slot in mine.slots("query", "header", "cookie", "body"):
        value = mine.value(slot)
        if _IDS.isdisjoint(words(slot.leaf)) or not isinstance(value, str | int) or isinstance(value, bool):
            continue
        if theirs.value(slot) != value and (str(value) in known or words(slot.leaf)[-1:] == ("id",)):
            yield slot, value


def _swap(
    a: Assessment, target: Target, slot: Slot, request: Request, mine: Exchange, names: tuple[str, str]
) -> Iterator[Finding]:
    owner, other = names
    identities = {each.name: each for each in a.identities}
    first = a.probe.send(mine.request, identities[owner], says=f"{owner} sends it about what is theirs")
    got = a.probe.send(
        request, identities[other], says=f"{other} puts {owner}'s value into `{slot.text}`, and gets the same"
    )
    own = a.probe.send(
        request.put(slot, _nobodys(request.value(slot))),
        identities[other],
        says="a value of nobody gives something else",
    )
    if gives_the_same(first, got) and not same(own.answer, got.answer) and not is_shared_kind(target):
        says = f"`{other}` gets what belongs to `{owner}` by naming it in `{slot.text}`"
        if TENANTS.isdisjoint(words(slot.leaf)):
            yield a.found(CHECK, [first, got, own], says=says, target=target, slot=slot)
            return
        yield a.found(
            CHECK,
            [first, got, own],
            says=says,
            target=target,
            slot=slot,
            title="another tenant's data is read by naming the tenant",
            severity=Severity.CRITICAL,
            tags=("cwe.284",),
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
