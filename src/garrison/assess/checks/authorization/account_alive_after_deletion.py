"""Stale access: the token of an account that was deleted still opens the API."""

from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.authorization.objects import is_account
from garrison.assess.doors import Account, credentials_in
from garrison.assess.probe import Exchange
from garrison.assess.request import Request
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding


def _each(a: Assessment, target: Target) -> Iterator[Finding]:
    if target.method != "DELETE" or len(target.variables) > 1:
        return
    reader = _reader(a)
    if reader is None or not _is_about_people(a, target):
        return
    account = a.new_account()
    if account is None:
        return
    mine = [each for each in a.survey.objects(target) if each.owner == account.identity]
    if target.variables and not mine:
        return
    yield from _proven(a, target, a.api.request(target).about(mine[0].values if mine else {}), reader, account)


def _proven(a: Assessment, target: Target, request: Request, reader: Target, account: Account) -> Iterator[Finding]:
    """The account is gone where its password does not open it any more; its token must not either."""
    held, me = a.probe.credential(account.identity), account.identity
    read = a.api.request(reader)
    before = a.probe.send(read, me, credential=held, says="the account reads with its token")
    gone = a.probe.send(request, me, credential=held, says="the account is deleted")
    if not before.is_success or not gone.is_success:
        return
    entered = _enter(a, account)
    after = a.probe.send(read, me, credential=held, says="the token still opens the API")
    if entered is not None and not entered.is_success and after.is_success:
        says = "the token of an account that was deleted is still accepted"
        yield a.found(CHECK, [before, gone, entered, after], says=says, target=target)


def _enter(a: Assessment, account: Account) -> Exchange | None:
    """Logging in with the account's password, once more."""
    door = a.doors.log_in
    if door is None:
        return None
    request = credentials_in(a.api.request(door.target), door, account.name, account.password)
    return a.probe.send(request, says="its password does not open it any more: it is gone")


def _reader(a: Assessment) -> Target | None:
    """An operation that takes a credential and no id."""
    for each in a.api.targets:
        if each.method == "GET" and not each.variables and a.survey.baselines(each) and not a.survey.is_public(each):
            return each
    return None


def _is_about_people(a: Assessment, target: Target) -> bool:
    """Whether it deletes accounts: oneself, or one of the identities."""
    me = a.doors.me
    if not target.variables:
        return me is not None and target.template == me.target.template
    return any(is_account(each) for each in a.survey.objects(target))


CHECK: Final = Check(
    id=CheckId("account-alive-after-deletion"),
    title="a deleted account still has access",
    family="authorization",
    severity=Severity.MEDIUM,
    tags=("owasp.api2", "cwe.613", "rec.11"),
    looks="Registers an account, lets it delete itself, sees that its password is refused, and uses its token "
    "once more.",
    why="Who was shut out, or whose token was stolen, stays in.",
    mend="Look up on every request whether the account still exists and may do what it asks, or keep tokens short and "
    "revoke them with the account.",
    each=_each,
    most=14,
    disturbs=Disturbs.ACCOUNTS,
    needs=("account",),
)
