"""Countermeasures: time-limited measures against somebody, taken by an operator or because of a detection."""

import ipaddress
import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta
from msgspec.structs import replace


class Action(StrEnum):
    """What is done to those whom a countermeasure names."""

    BLOCK = "block"
    """They are refused."""
    REVOKE = "revoke"
    """Credentials of theirs that were issued before a moment are refused; newer ones hold."""
    THROTTLE = "throttle"
    """All of them together may ask so often, and no more."""
    STEP_UP = "step-up"
    """They must prove anew who they are (RFC 9470); whoever has proved nothing must do so."""
    TIGHTEN = "tighten"
    """Budgets allow them a part of what they otherwise do."""


class Scope(StrEnum):
    """What kind of thing a countermeasure names."""

    NETWORK = "network"
    """An address or a network (CIDR)."""
    SYSTEM = "as"
    """An autonomous system, by its number (RFC 6793)."""
    OPERATION = "operation"
    """An operation of the contract, by its id."""
    USER_AGENT = "user-agent"
    """A product in `User-Agent` (RFC 9110, 10.1.5), or a class of them."""
    PRINCIPAL = "principal"
    """A principal, as events name it."""
    SUBJECT = "subject"
    """A subject of any realm."""
    CLIENT = "client"
    """An OAuth client."""
    TOKEN = "token"  # noqa: S105  # no secret
    """A token or key, by its id (`jti`)."""
    ALL = "all"
    """Everybody who proved who they are."""


NETWORK_SIDE = frozenset({Scope.NETWORK, Scope.SYSTEM, Scope.OPERATION, Scope.USER_AGENT})
"""What is known before anybody has proved anything."""


class Countermeasure(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One measure. It is told from others by action, scope and value: taken again, it replaces the earlier one."""

    action: Action
    scope: Scope
    value: str
    """In its one form: networks with their prefix length, user agents in lower case."""
    since: float
    """When it was taken: seconds since the epoch."""
    until: float | None = None
    """When it ends; None: when it is lifted."""
    reason: str = ""
    """Why, in a word: `credential-stuffing`."""
    note: str = ""
    """For people."""
    issued_before: float = 0.0
    """Of a revocation: credentials issued before this are refused, and those whose age is not known."""
    incident: str = ""
    """The incident because of which it was taken; empty: an operator took it."""
    simulated: bool = False
    """Whether it denies nothing: what it would have denied is among what was observed."""
    requests: Annotated[int, Meta(ge=1)] = 60
    """Of a throttle: so many are let through ..."""
    seconds: Annotated[int, Meta(ge=1)] = 60
    """... in so many seconds, evenly."""
    factor: Annotated[float, Meta(ge=0, le=1)] = 0.5
    """Of tightening: what the limits of budgets are multiplied with."""
    spares: tuple[str, ...] = ()
    """Whom it does not touch, though it names them: principals, clients, networks and systems as commands take them."""

    @property
    def key(self) -> "Key":
        """What tells it from others."""
        return self.action, self.scope, self.value

    @property
    def asks_who(self) -> bool:
        """Whether it takes to know who asks to tell whom it spares."""
        return any(each.startswith(("principal:", "client:")) for each in self.spares)

    def holds(self, now: float) -> bool:
        """Whether it is in force at `now`."""
        return self.until is None or now < self.until


Key: TypeAlias = tuple[Action, Scope, str]
"""Action, scope and value of a countermeasure."""


def reinforced(
    before: Iterable[Countermeasure], added: Iterable[Countermeasure], now: float
) -> tuple[Countermeasure, ...]:
    """`before` and `added`, where nothing in `added` takes the place of what is stronger: of a measure in force that
    denies, one that is only simulated; of one that lasts longer, one that ends earlier. Credentials must be as new as
    the newer of both demands."""
    found = {each.key: each for each in before}
    for each in added:
        known = found.get(each.key)
        if known is None or not known.holds(now):
            found[each.key] = each
        elif _is_stronger(each, known):
            found[each.key] = _as_new(each, known)
        elif each.simulated is known.simulated:
            found[each.key] = _as_new(known, each)
    return tuple(found.values())


def asks_for_newer(measure: Countermeasure) -> bool:
    """Whether it refuses credentials that are older than itself, and no others."""
    return measure.action is Action.STEP_UP or (measure.action is Action.REVOKE and measure.scope is not Scope.TOKEN)


def is_as_strict(one: Countermeasure, other: Countermeasure) -> bool:
    """Whether `one` lets nothing through that `other`, which does the same, does not, as long as both last."""
    if one.action is Action.THROTTLE:
        return one.requests <= other.requests and one.requests * other.seconds <= other.requests * one.seconds
    return one.action is not Action.TIGHTEN or one.factor <= other.factor


def _as_new(one: Countermeasure, other: Countermeasure) -> Countermeasure:
    if not asks_for_newer(one) or one.simulated is not other.simulated:
        return one
    newest = max(one.issued_before, other.issued_before)
    return replace(one, since=max(one.since, other.since), issued_before=newest)


def _is_stronger(one: Countermeasure, other: Countermeasure) -> bool:
    if one.simulated is not other.simulated:
        return other.simulated
    return other.until is not None and (one.until is None or one.until > other.until)


def shown(measure: Countermeasure) -> str:
    """What it is against, in the form that commands take: `203.0.113.0/24`, `client:shop`."""
    if measure.scope in {Scope.NETWORK, Scope.ALL}:
        return measure.value
    return f"as{measure.value}" if measure.scope is Scope.SYSTEM else f"{measure.scope}:{measure.value}"


_NAMED = {scope.value: scope for scope in (Scope.OPERATION, Scope.USER_AGENT, Scope.PRINCIPAL, Scope.SUBJECT,
                                           Scope.CLIENT, Scope.TOKEN)}  # fmt: skip
_SYSTEM = re.compile(r"[aA][sS]([0-9]{1,10})\Z")
FORMS = "`203.0.113.7`, `2001:db8::/32`, `as64496`, " + ", ".join(f"`{name}:NAME`" for name in _NAMED)
"""What a target may look like, for people."""


def parse_target(text: str) -> tuple[Scope, str]:
    """Scope and value of a target as operators write it; raises ValueError whose text says what is wrong."""
    kind, colon, rest = text.partition(":")
    if colon and kind in _NAMED:
        if not rest.strip():
            raise ValueError(f"`{text}` names nobody")
        return _NAMED[kind], rest.strip().lower() if kind == Scope.USER_AGENT else rest.strip()
    number = system_number(text)
    if number is not None:
        return Scope.SYSTEM, str(number)
    return Scope.NETWORK, network(text)


def network(text: str) -> str:
    """An address or a network in its one form: `203.0.113.7`, `203.0.113.0/24`; raises ValueError."""
    try:
        found = ipaddress.ip_network(text.strip())
    except ValueError as error:
        try:
            near = ipaddress.ip_network(text.strip(), strict=False)
        except ValueError:
            raise ValueError(f"`{text}` is no target: write {FORMS}") from error
        raise ValueError(f"`{text}` is no network: did you mean `{near}`?") from error
    return str(found.network_address) if found.num_addresses == 1 else str(found)


def system_number(text: str) -> int | None:
    """The number of an autonomous system written `as64496` (RFC 5396, asplain); None where it is none."""
    found = _SYSTEM.match(text)
    return int(found[1]) if found and int(found[1]) < 1 << 32 else None
