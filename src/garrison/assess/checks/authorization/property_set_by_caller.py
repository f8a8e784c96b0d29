"""Mass assignment: whoever creates or changes an object sets properties that are not theirs to set."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from garrison.assess.assessment import Assessment
from garrison.assess.call import NOT_JSON, Answer
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.authorization.grounds import items
from garrison.assess.checks.authorization.objects import (
    fresh,
    is_account,
    pairs_with_accounts,
    read_state,
    requests_about,
)
from garrison.assess.checks.authorization.rights import GUESSES, has, is_kept, others
from garrison.assess.checks.authorization.samples import FIELD_SAMPLES
from garrison.assess.identity import Identity
from garrison.assess.probe import Exchange
from garrison.assess.request import Request, Slot
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_MOST: Final = 5
_TURNS: Final = 3


def _each(a: Assessment, target: Target) -> Iterator[Finding]:
    if target.method not in ("POST", "PUT", "PATCH") or target.json_body is None:
        return
    register = a.doors.register
    if register is not None and target.id == register.target.id:
        return  # `role_set_at_registration` is about it
    subject = _subject(a, target)
    if subject is None:
        return
    request, owner = subject
    plain = a.probe.send(fresh(a, request), owner, says=f"{owner.name} sends what an ordinary client sends")
    first = _state(a, target, plain, owner) if plain.is_success else None
    if first is None:
        return
    for more in _more(a, target, first.answer):
        found = list(_attempt(a, target, (plain, first), (request, owner), more))
        if found:
            yield from found
            return
        if owner.is_throwaway and owner != a.identities[0] and not a.probe.still_works(owner):
            # what it was given shuts the account out: the next one is tried by another
            subject = _subject(a, target)
            if subject is None:
                return
            request, owner = subject


def _subject(a: Assessment, target: Target) -> tuple[Request, Identity] | None:
    """A request to make or change something of one's own, and who sends it; what changes an account is sent by one that
    nothing else needs."""
    known = a.survey.baseline(target)
    if target.method == "POST" and not target.variables:
        return (known.request, known.identity) if known is not None and known.identity is not None else None
    if target.variables:
        for owner, _ in pairs_with_accounts(a):
            for request, owned in requests_about(a, target, owner, own=True):
                return _of_new_account(a, target) if is_account(owned) else (request, owner)
        return None
    return _of_new_account(a, target) if known is not None else None


def _of_new_account(a: Assessment, target: Target) -> tuple[Request, Identity] | None:
    account = a.new_account()
    if account is None:
        return None
    owner = account.identity
    mine = next((request for request, _ in requests_about(a, target, owner)), None)
    plain = mine or a.api.request(target, every=True)
    return a.survey.as_it_is(a.fitted(plain, owner), plain.path if mine else {}, owner), owner


def _attempt(
    a: Assessment,
    target: Target,
    before: tuple[Exchange, Exchange],
    subject: tuple[Request, Identity],
    more: dict[str, Any],
) -> Iterator[Finding]:
    """Send it once more with more in it, and read what became of that."""
    (plain, first), (request, owner) = before, subject
    wanted = fresh(a, request)
    for name, value in more.items():
        wanted = wanted.put(Slot("body", name), value)
    names = ", ".join(f"`{name}`" for name in more)
    extended = a.probe.send(wanted, owner, says=f"{owner.name} sends more: {names}")
    second = _state(a, target, extended, owner) if extended.is_success else None
    if second is None:
        return
    taken = {name: value for name, value in more.items() if _is_taken(first.answer, second.answer, name, value)}
    for name, value in list(taken.items())[:1]:
        steps = _distinct([plain, first, extended, second.says_that(f"`{name}` is what was sent")])
        says = f"`{name}` becomes `{value}` because whoever calls says so"
        yield a.found(CHECK, steps, says=says, target=target, slot=Slot("body", name))


def _is_taken(before: Answer, after: Answer, name: str, value: Any) -> bool:
    return has(after, name, value) and not has(before, name, value)


def _state(a: Assessment, target: Target, written: Exchange, owner: Identity) -> Exchange | None:
    """What was written, read again; of an object that nothing else reads, what the answer says."""
    request = written.request
    if target.method == "POST":
        a.survey.note(written)
        for reader in a.api.targets:
            made = [each for each in a.survey.objects(reader) if each.made == written] if reader.method == "GET" else []
            if made:
                read = a.probe.send(
                    msgspec.structs.replace(a.api.request(reader), path=dict(made[0].values)),
                    owner,
                    says=f"{owner.name} reads it",
                )
                return read if read.is_success else None
    else:
        found = read_state(a, target, request, owner)
        if found is not None:
            return found.says_that(f"{owner.name} reads it")
    return written if written.answer.body else None


def _more(a: Assessment, target: Target, answer: Answer) -> Iterator[dict[str, Any]]:
    """Properties that answers show and that requests should not set, each with another value than it has; once more
    with other values where the first may not exist."""
    body = target.json_body
    declared = a.api.description.properties(body.schema) if body is not None and body.schema is not None else {}
    writable = {name for name, schema in declared.items() if a.api.description.said(schema, "readOnly") is not True}
    value = answer.json()
    shown = {str(name): leaf for item in (items(value) if value is not NOT_JSON else ()) for name, leaf in item.items()}
    kept = {
        name: list(others(a, name, leaf))
        for name, leaf in shown.items()
        if is_kept(name) and name not in writable and not isinstance(leaf, dict)
    }
    kept = {name: values for name, values in kept.items() if values}
    if not kept:
        yield {name: guess for name, guess in GUESSES.items() if name not in writable}
    for turn in range(_TURNS if kept else 0):
        chosen = {name: values[turn] for name, values in list(kept.items())[:_MOST] if turn < len(values)}
        if chosen:
            yield chosen


def _distinct(steps: list[Exchange]) -> list[Exchange]:
    return [step for at, step in enumerate(steps) if step.call != (steps[at - 1].call if at else None)]


CHECK: Final = Check(
    id=CheckId("property-set-by-caller"),
    title="a property that is not the client's to set can be set",
    family="authorization",
    severity=Severity.HIGH,
    tags=("owasp.api3", "cwe.915", "rec.20"),
    looks="Reads which properties an object has that the request to make or change it does not declare: rights, "
    "prices, balances, states. It sends them once, with another value, and reads the object again: the new value has "
    "to be there, and must not be there after the same request without them.",
    why="Clients make themselves administrators, raise their balance or mark their own orders as paid.",
    mend="List what may be written and refuse the rest (`additionalProperties: false`); set rights and states in code.",
    samples=FIELD_SAMPLES,
    each=_each,
    most=30,
    disturbs=Disturbs.OBJECTS,
    needs=("identity",),
)
