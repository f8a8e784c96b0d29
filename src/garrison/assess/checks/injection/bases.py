"""Bases: for each operation the request that injection starts from, as whom, and the places in it that take values."""

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from garrison.assess.assessment import Assessment
from garrison.assess.doors import Door, credentials_in, registration
from garrison.assess.identity import Identity
from garrison.assess.request import Request, Slot
from garrison.assess.sampling import MARK
from garrison.assess.target import Target
from garrison.exposure.types.rule import words

_LEFT_ALONE: Final = frozenset({"DELETE", "OPTIONS", "TRACE", "CONNECT", "HEAD"})
_REFUSING: Final = frozenset({0, 401, 403, 405, 501})
_OF_ACCOUNTS: Final = frozenset(
    {"password", "passwd", "pwd", "email", "mail", "username", "user", "login", "role", "roles", "phone"}
)
_NUMBERED: Final = frozenset({"id", "pk", "number", "no", "num", "index", "page", "limit", "offset", "year"})
_SEARCHING: Final = frozenset({"search", "query", "find", "filter", "lookup", "list", "suggest", "autocomplete"})
_TELLING: Final = frozenset({"accept", "content-type", "authorization", "content-length", "host"})
MAX_PLACES: Final = 12


class Base(msgspec.Struct, frozen=True):
    """The request that injection starts from."""

    request: Request
    identity: Identity | None = None
    is_log_in: bool = False
    """Whether it logs in: with a name and a password that are right, where the assessment has an account."""
    reads: bool = False
    """Whether it only reads whatever its method, so that a query that matches everything does no harm."""
    makes: bool = False
    """Whether each success makes something new, so that names must be fresh every time."""


class Place(msgspec.Struct, frozen=True):
    """One place of a request that takes a value."""

    slot: Slot
    request: Request
    """With a harmless value there."""
    value: str
    """That value, as text."""
    is_text: bool
    """Whether it seems to take any text: no number, no choice."""

    @property
    def said(self) -> frozenset[str]:
        """The words of its name."""
        return frozenset(words(self.slot.leaf))

    @property
    def is_number(self) -> bool:
        """Whether its value is a whole number."""
        return self.value.isdigit()

    @property
    def may_be_number(self) -> bool:
        """Whether its value is a whole number, or could be one by its name."""
        return self.is_number or not self.said.isdisjoint(_NUMBERED)


def base_of(a: Assessment, target: Target) -> Base | None:
    """Where to start with an operation; None where nothing may be put into it, or nothing would get in."""
    if target.method in _LEFT_ALONE or is_graphql(target) or _is_of_others(a, target):
        return None
    doors = a.doors
    if doors.log_in is not None and doors.log_in.target is target:
        return _logging_in(a, doors.log_in)
    if doors.register is not None and doors.register.target is target:
        return Base(registration(a.api, doors.register)[0], makes=True)
    changing = (doors.log_out, doors.change_password, doors.refresh)
    if any(door is not None and door.target is target for door in changing):
        return None
    known = (a.survey.baseline(target, a.low) if a.low is not None else None) or a.survey.baseline(target)
    reads = target.method == "POST" and not _SEARCHING.isdisjoint(words(target.described.path.rpartition("/")[2]))
    makes = target.method == "POST" and not reads
    if known is not None:
        return Base(known.request, known.identity, reads=reads, makes=makes)
    failed = a.survey.failed(target)
    if failed is not None and failed.answer.status in _REFUSING:
        return None
    if failed is not None:
        return Base(failed.request, failed.identity, reads=reads, makes=makes)
    request = a.api.request(target, every=not target.is_safe)
    return Base(request, a.low, reads=reads, makes=makes)


def is_graphql(target: Target) -> bool:
    """Whether it takes GraphQL: then its body is one text, and the places are the arguments of fields."""
    return target.method == "POST" and target.described.path.rstrip("/").rpartition("/")[2].lower() == "graphql"


def _is_of_others(a: Assessment, target: Target) -> bool:
    """Whether it would change what the assessment did not make, or somebody's rights."""
    if target.method not in ("PUT", "PATCH"):
        return False
    return a.survey.baseline(target) is None or a.api.gives_rights(target)


def places_of(a: Assessment, target: Target, base: Base) -> tuple[Place, ...]:
    """The places of an operation, the likeliest first."""
    if base.is_log_in and a.doors.log_in is not None:
        door = a.doors.log_in
        taken = (*door.names[:1], *([door.password] if door.password is not None else []))
        return tuple(_place(base.request, slot) for slot in taken)
    found = [_place(base.request, slot) for slot in base.request.slots() if not _is_spared(target, slot)]
    found += list(_optional(a, target, base))
    order = {"path": 0, "query": 0, "body": 1, "cookie": 2, "header": 2}
    return tuple(sorted(found, key=lambda place: (order[place.slot.where], not place.is_text))[:MAX_PLACES])


def _logging_in(a: Assessment, door: Door) -> Base:
    """With an account that may be locked out; without one only as somebody whom nobody knows."""
    request = a.api.request(door.target, every=True)
    account = a.new_account()
    if account is None:
        return Base(request, is_log_in=True)
    return Base(credentials_in(request, door, account.name, account.password), is_log_in=True)


def _is_spared(target: Target, slot: Slot) -> bool:
    """Whether a value there would lock somebody out, or says how the request itself is to be read."""
    if slot.where == "header" and slot.name in _TELLING:
        return True
    changes = target.method in ("PUT", "PATCH")
    return changes and slot.where == "body" and not _OF_ACCOUNTS.isdisjoint(words(slot.leaf))


def _optional(a: Assessment, target: Target, base: Base) -> Iterator[Place]:
    """Parameters and properties that the base request leaves out."""
    request = base.request
    there = set(request.slots())
    whole = a.api.request(target, every=True)
    for slot in whole.slots("body") if isinstance(request.body, Mapping) else ():
        if slot not in there and "/" not in slot.name and not _is_spared(target, slot):
            yield _place(request.put(slot, whole.value(slot)), slot)
    for each in target.described.parameters:
        where = each.location
        if where == "path" or where == "querystring" or each.name.lower() in _TELLING:  # noqa: PLR1714 - narrows
            continue
        slot = Slot(where, each.name.lower() if where == "header" else each.name)
        if slot not in there:
            value = a.api.sampler.text(each.schema, each.name, each.node)
            yield _place(request.put(slot, value), slot)


def _place(request: Request, slot: Slot) -> Place:
    value = request.value(slot)
    text = value if isinstance(value, str) else "" if isinstance(value, bytes) else msgspec.json.encode(value).decode()
    return Place(slot, request, text, isinstance(value, str) and MARK in value)
