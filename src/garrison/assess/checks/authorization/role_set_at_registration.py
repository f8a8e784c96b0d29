"""Mass assignment at the door: who registers says what rights they have."""

from collections.abc import Iterator
from typing import Any, Final

from garrison.assess.assessment import Assessment
from garrison.assess.call import NOT_JSON
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.authorization.grounds import items
from garrison.assess.checks.authorization.rights import GUESSES, is_kept, others
from garrison.assess.checks.authorization.samples import FIELD_SAMPLES
from garrison.assess.doors import Account
from garrison.assess.identity import Identity
from garrison.assess.probe import Exchange
from garrison.assess.request import Slot
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding


def _run(a: Assessment) -> Iterator[Finding]:
    register = a.doors.register
    if register is None or not a.accounts:
        return
    plain = _seen(a, a.accounts[0].identity)
    if not plain:
        a.skip(CHECK, "nothing shows what rights an account has")
        return
    wanted = _wanted(a, plain)
    account = a.new_account({Slot("body", name): value for name, value in wanted.items()})
    if account is None:
        a.skip(CHECK, "an account with more properties is not taken, or enough accounts were made", register.target)
        return
    before, after = plain[0], _seen(a, account.identity)
    known = a.survey.of(a.accounts[0].identity).values()
    for name, value in wanted.items():
        new = a.survey.of(account.identity).values()
        read = next((each for each in after if _is_given(_rights_of(each, new).get(name), value)), None)
        if read is None or _is_given(_rights_of(before, known).get(name), value):
            continue
        steps = [
            before.says_that(f"an account that was registered in the ordinary way has no such `{name}`"),
            _registered(a, account, name),
            read.says_that(f"`{name}` of the new account is what it asked for"),
        ]
        says = f"who registers sets `{name}` to `{value}`, and has it"
        yield a.found(CHECK, steps, says=says, target=register.target, slot=Slot("body", name))


def _is_given(held: Any, value: Any) -> bool:
    """Whether a right is what was asked for, or a list that has it."""
    return held == value or (isinstance(held, list) and isinstance(value, list) and all(each in held for each in value))


def _registered(a: Assessment, account: Account, name: str) -> Exchange:
    found = next(each for each in reversed(a.probe.log) if each.request == account.made)
    return found.says_that(f"somebody registers and says what their `{name}` is")


def _seen(a: Assessment, identity: Identity) -> list[Exchange]:
    """What an account reads of itself: its own profile, and what lists and single reads show of it."""
    found = []
    targets = [a.doors.me.target] if a.doors.me is not None else []
    targets += [each for each in a.api.targets if each.method == "GET" and each not in targets]
    for target in targets:
        mine = [owned for owned in a.survey.objects(target) if owned.owner == identity] if target.variables else []
        if target.variables and not mine:
            continue
        request = a.api.request(target).about(mine[0].values) if mine else a.api.request(target)
        exchange = a.probe.send(request, identity)
        if exchange.is_success and _rights_of(exchange, a.survey.of(identity).values()):
            found.append(exchange)
        if len(found) > 2:
            break
    return found


def _own_items(exchange: Exchange, known: Any) -> list[dict[str, Any]]:
    """The objects in an answer that are the account's own."""
    value = exchange.answer.json()
    texts = {str(each) for each in known if len(str(each)) > 3}
    return [
        item
        for item in (items(value) if value is not NOT_JSON else ())
        if any(str(each) in texts for each in item.values())
    ]


def _rights_of(exchange: Exchange, known: Any) -> dict[str, Any]:
    return {
        name: leaf
        for item in _own_items(exchange, known)
        for name, leaf in item.items()
        if is_kept(str(name)) and isinstance(leaf, bool | int | float | str | list)
    }


def _wanted(a: Assessment, seen: list[Exchange]) -> dict[str, Any]:
    rights = {
        name: value
        for each in seen
        for name, value in _rights_of(each, a.survey.of(a.accounts[0].identity).values()).items()
    }
    wanted = {
        name: other for name, value in rights.items() if (other := next(others(a, name, value), None)) is not None
    }
    return wanted or dict(GUESSES)


CHECK: Final = Check(
    id=CheckId("role-set-at-registration"),
    title="who registers chooses their own rights",
    family="authorization",
    severity=Severity.CRITICAL,
    tags=("owasp.api3", "owasp.api5", "cwe.915", "cwe.269", "rec.20"),
    looks="Registers an account in the ordinary way and reads what rights it has. Registers another one and sends "
    "those rights along, with other values: it counts where the new account has them.",
    why="Anybody makes themselves an administrator.",
    mend="List what a registration may say and refuse the rest; give rights in code, never from the request.",
    samples=FIELD_SAMPLES,
    run=_run,
    most=30,
    disturbs=Disturbs.ACCOUNTS,
    needs=("account",),
)
