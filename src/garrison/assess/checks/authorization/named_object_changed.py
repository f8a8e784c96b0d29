"""Broken object level authorization: a name in the body says whose data is changed."""

from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.authorization.changes import changed
from garrison.assess.checks.authorization.objects import read_state
from garrison.assess.checks.authorization.samples import OWNER_SAMPLES
from garrison.assess.identity import Identity
from garrison.assess.request import Request, Slot
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding
from garrison.exposure.types.rule import words


def _each(a: Assessment, target: Target) -> Iterator[Finding]:
    if target.is_safe or target.variables or target.id in a.doors.targets or a.api.gives_rights(target):
        return  # `own_rights_raised` is about those that give rights
    base = a.api.request(target, every=True)
    if not any(_is_name(slot) for slot in base.slots("body", "query")):
        return
    account = a.new_account()
    if account is None:
        return
    owner = account.identity
    other = next(each.identity for each in a.accounts if each.identity != owner)
    for slot, value in _names(a, base, owner):
        aimed = changed(a, base.put(slot, value), besides=slot)
        if aimed is None:
            continue
        request, mark = aimed
        before = read_state(a, target, request, owner)
        if before is None:
            return
        write = a.probe.send(request, other, says=f"{other.name} names {owner.name} in `{slot.text}`")
        after = a.probe.send(before.request, owner, says=f"{owner.name} sees what {other.name} wrote")
        if mark in after.answer.text and mark not in before.answer.text:
            says = f"`{other.name}` changes what belongs to `{owner.name}` by naming them in `{slot.text}`"
            steps = [before.says_that(f"{owner.name} reads it before"), write, after]
            yield a.found(CHECK, steps, says=says, target=target, slot=slot)
            return


def _names(a: Assessment, request: Request, owner: Identity) -> Iterator[tuple[Slot, str]]:
    """Places that take what is known of the owner, the clearest names first."""
    known = a.survey.of(owner)
    for slot in request.slots("body", "query"):
        if words(slot.leaf) in known and _is_name(slot):
            yield slot, known[words(slot.leaf)]


def _is_name(slot: Slot) -> bool:
    """Whether a place takes what says who somebody is."""
    said = words(slot.leaf)
    return "".join(said) in ("username", "login", "user", "id") or said[-1:] in (("id",), ("number",), ("username",))


CHECK: Final = Check(
    id=CheckId("named-object-changed"),
    title="naming another in a request changes what is theirs",
    family="authorization",
    severity=Severity.CRITICAL,
    tags=("owasp.api1", "cwe.639", "rec.12"),
    looks="Sends a change as one account and names another one in its body. It counts where the other one reads the "
    "new value afterwards.",
    why="Anybody with an account changes addresses, names and rights of everybody.",
    mend="Take whom a request is about from the credential, never from its body.",
    samples=OWNER_SAMPLES,
    each=_each,
    most=10,
    disturbs=Disturbs.ACCOUNTS,
    needs=("account",),
)
