"""Objects of others: requests about what belongs to somebody, and what became of it."""

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from garrison.assess.assessment import Assessment
from garrison.assess.call import NOT_JSON, Answer
from garrison.assess.compare import leaves, resembles, same, succeeded
from garrison.assess.explore import SELVES
from garrison.assess.identity import Identity
from garrison.assess.probe import Exchange
from garrison.assess.request import Request
from garrison.assess.sampling import MARK
from garrison.assess.survey import Owned
from garrison.assess.target import Target
from garrison.exposure.types.rule import words

_DELETED: Final = frozenset({"deleted", "removed", "archived", "trashed", "cancelled", "canceled", "deactivated"})
"""Words with which what was deleted is marked where it is kept."""


def pairs(a: Assessment) -> Iterator[tuple[Identity, Identity]]:
    """Owner and other, both ways round."""
    if a.pair is not None:
        yield a.pair
        yield a.pair[1], a.pair[0]


def requests_about(
    a: Assessment, target: Target, owner: Identity, *, own: bool = False
) -> Iterator[tuple[Request, Owned]]:
    """Requests to the operation about objects of `owner`; with `own` only about what the assessment made."""
    known = a.survey.baseline(target)
    base = known.request if known is not None else a.api.request(target, every=not target.is_safe)
    for owned in a.survey.objects(target):
        if owned.owner == owner and (owned.is_own or not own):
            yield a.survey.as_it_is(base.about(owned.values), owned.values, owner), owned


def is_account(owned: Owned) -> bool:
    """Whether it is an account that the assessment registered, and no object that an account made."""
    return owned.owner is not None and owned.owner.is_throwaway and (owned.made is None or owned.made.identity is None)


def gives_the_same(mine: Exchange, other: Exchange) -> bool:
    """Whether somebody else got what the owner got, and not an error, an empty answer or something of their own."""
    marks = [value for value in mine.request.path.values() if value in mine.answer.text]
    marks += re.findall(rf"{MARK}\w+", mine.answer.text)
    is_it = all(mark in other.answer.text for mark in marks) if marks else same(mine.answer, other.answer)
    return succeeded(other.answer, mine.answer) and is_it and resembles(mine.answer, other.answer)


def is_gone(before: Exchange, done: Exchange, after: Exchange) -> bool:
    """Whether what was there is not there any more: it is not found, or says itself that it was deleted.

    What cannot be read for another reason, such as a server that is busy, is not gone.
    """
    if succeeded(after.answer, before.answer):
        return bool(_signs_of_deletion(after.answer) - _signs_of_deletion(before.answer))
    return (
        after.answer.is_success
        or after.answer.status in (404, 410)
        or (done.is_success and after.answer.status in (400, 403))
    )


def _signs_of_deletion(answer: Answer) -> set[str]:
    value = answer.json()
    return {
        way
        for way, leaf in (leaves(value) if value is not NOT_JSON else ())
        if (not _DELETED.isdisjoint(words(way.rpartition("/")[2])) and leaf not in (None, "", False, 0))
        or str(leaf).lower() in _DELETED
    }


def readers(a: Assessment, target: Target) -> tuple[Target, ...]:
    """Operations that read the state of what `target` changes: on the same path, on one around it, or of oneself."""
    found = [
        each
        for each in a.api.targets
        if each.method == "GET" and (each.template == target.template or (each.variables and _is_around(each, target)))
    ]
    found.sort(key=lambda each: -len(each.template))
    me = a.doors.me
    return (*found, me.target) if me is not None else tuple(found)


def _is_around(outer: Target, inner: Target) -> bool:
    """Whether one path goes on where the other ends."""
    return inner.template.startswith(f"{outer.template}/")


def read_state(a: Assessment, target: Target, request: Request, owner: Identity) -> Exchange | None:
    """What its owner sees of the object that `request` is about; None where nothing shows it."""
    for reader in readers(a, target):
        path = {name: request.path.get(name, "") for name in reader.variables}
        exchange = a.probe.send(msgspec.structs.replace(a.api.request(reader), path=path), owner)
        if exchange.is_success and exchange.answer.body:
            return exchange
    return None


def pairs_with_accounts(a: Assessment) -> Iterator[tuple[Identity, Identity]]:
    """Owner and other, the assessment's own accounts first: what they own may be spoiled."""
    if len(a.accounts) > 1:
        yield a.accounts[0].identity, a.accounts[1].identity
    if a.pair is not None:
        yield a.pair
        yield a.pair[1], a.pair[0]


def remade(a: Assessment, target: Target, owner: Identity) -> Owned | None:
    """A new object of `owner` that `target` can be about, made as the exploration made one."""
    for owned in a.survey.objects(target):
        if owned.owner != owner or owned.made is None or is_account(owned):
            continue
        made = a.probe.send(fresh(a, owned.made.request), owner)
        if not a.survey.note(made):
            return None
        return next((each for each in a.survey.objects(target) if each.made == made), None)
    return None


def fresh(a: Assessment, request: Request) -> Request:
    """The request with new words where it had words of the assessment's own, but for names of who sends it."""
    for slot in request.slots("body", "query"):
        value = request.value(slot)
        if isinstance(value, str) and value.startswith(MARK) and "".join(words(slot.leaf)) not in SELVES:
            word = a.api.sampler.word()
            request = request.put(slot, f"{word}@example.com" if "@" in value else word)
    return request
