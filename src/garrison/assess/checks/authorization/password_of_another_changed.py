"""Broken object level authorization at its worst: one identity sets the password of another."""

from collections.abc import Iterator
from typing import Final

import msgspec

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.authorization.samples import OWNER_SAMPLES
from garrison.assess.doors import Account, Door, credentials_in
from garrison.assess.probe import Exchange
from garrison.assess.request import Request
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding


def _run(a: Assessment) -> Iterator[Finding]:
    change, log_in = a.doors.change_password, a.doors.log_in
    if change is None or change.password is None or log_in is None:
        a.skip(CHECK, "no operation that changes a password was recognised")
        return
    victim, attacker = a.new_account(), a.new_account()
    if victim is None or attacker is None:
        a.skip(CHECK, "it takes two accounts that may be spoiled")
        return
    before = _enter(a, log_in, victim, victim.password, f"{victim.identity.name} logs in with their password")
    if not before.is_success:
        return
    new = f"{a.api.sampler.word()}-Aa1!"
    request = _aimed(a, change, victim, attacker, new)
    if request is None:
        a.skip(CHECK, "the operation that changes a password takes nobody's name", change.target)
        return
    write = a.probe.send(request, attacker.identity, says=f"{attacker.identity.name} sets another password for them")
    after = _enter(a, log_in, victim, new, "the password that somebody else set opens the account")
    a.probe.forget(victim.identity)
    if after.is_success:
        says = f"`{attacker.identity.name}` sets the password of `{victim.identity.name}` and logs in with it"
        yield a.found(CHECK, [before, write, after], says=says, target=change.target, slot=_slot(change))


def _enter(a: Assessment, log_in: Door, account: Account, password: str, says: str) -> Exchange:
    request = credentials_in(a.api.request(log_in.target, every=True), log_in, account.name, password)
    return a.probe.send(request, says=says)


def _aimed(a: Assessment, change: Door, victim: Account, attacker: Account, new: str) -> Request | None:
    """The request that sets the victim's password: by the path, or by a name in the body."""
    request = a.api.request(change.target, every=True)
    known = a.survey.of(victim.identity)
    objects = [each for each in a.survey.objects(change.target) if each.owner == victim.identity]
    if change.target.variables:
        if not objects:
            return None
        request = msgspec.structs.replace(request, path=dict(objects[0].values))
    elif change.names:
        for slot in change.names:
            request = request.put(
                slot, next((value for name, value in known.items() if name[-1:] == (slot.leaf,)), victim.name)
            )
    else:
        return None
    if change.old_password is not None:
        request = request.put(change.old_password, attacker.password)
    for slot in request.slots("body", "query"):
        if slot != change.old_password and "assword" in slot.leaf:
            request = request.put(slot, new)
    return request.put(change.password, new) if change.password is not None else request


def _slot(change: Door) -> str:
    return f"path.{change.target.variables[-1]}" if change.target.variables else change.names[0].text


CHECK: Final = Check(
    id=CheckId("password-of-another-changed"),
    title="the password of another can be set",
    family="authorization",
    severity=Severity.CRITICAL,
    tags=("owasp.api1", "owasp.api2", "cwe.639", "cwe.620", "rec.12"),
    looks="Registers two accounts. One of them sets the other's password, which then has to open the other's account: "
    "the answer to the change alone proves nothing.",
    why="Anybody with an account takes over every other account, the administrators' included.",
    mend="Change the password of the principal whom the credential names, never of one named in the request, and ask "
    "for the present password first.",
    samples=OWNER_SAMPLES,
    run=_run,
    most=30,
    disturbs=Disturbs.ACCOUNTS,
    needs=("account",),
)
