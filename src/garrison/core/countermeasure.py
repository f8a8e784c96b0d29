"""Countermeasures: time-limited measures against somebody, taken by an operator or because of a detection."""

import ipaddress
import re
from enum import StrEnum
from typing import TypeAlias

import msgspec


class Action(StrEnum):
    """What is done to those whom a countermeasure names."""

    BLOCK = "block"
    """They are refused."""
    REVOKE = "revoke"
    """Credentials of theirs that were issued before a moment are refused; newer ones hold."""


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

    @property
    def key(self) -> "Key":
        """What tells it from others."""
        return self.action, self.scope, self.value

    def holds(self, now: float) -> bool:
        """Whether it is in force at `now`."""
        return self.until is None or now < self.until


Key: TypeAlias = tuple[Action, Scope, str]
"""Action, scope and value of a countermeasure."""


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
