"""What the breaches have in common: who the benign people are, and how APIs answer."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from garrison.lab.background import Visit
from garrison.lab.breach import Answer, Who
from garrison.lab.tokens import CUSTOMERS, PARTNERS, STAFF, scheme

BEARER: Final = {"authentication": {"schemes": {"bearer": scheme(CUSTOMERS, PARTNERS, STAFF)}}}
"""Everybody's tokens are believed."""
NOT_FOUND: Final = Answer(404, b'{"title":"Not Found"}')
OWN_OBJECTS: Final = 200
"""Objects of the synchronising client: those at the first places of the register."""

_STEP = 7_919  # a prime: people stand all over the register
_encode = msgspec.json.Encoder().encode


def as_json(value: Any) -> bytes:
    """A JSON body."""
    return _encode(value)


def moment(day: str) -> float:
    """Midnight (UTC) of a day, in seconds since the epoch."""
    return datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()


def customer(visit: Visit, size: int, name: Callable[[int], str], claim: str, scope: str) -> tuple[Who, int]:
    """Who comes to an API whose customers have tokens, and which place of its register of `size` they ask for.

    People ask for themselves, whatever they sit behind; support and a partner's shop for those whom they help.
    """
    if visit.role == "agent":
        return Who(STAFF, f"agent{visit.person}", {"roles": ["support"], "scope": scope}), visit.item % size
    if visit.role == "shop":
        return Who(PARTNERS, f"shop{visit.person}", {"roles": ["partner"], "scope": scope}), visit.item % size
    if visit.role == "sync":
        own = [name(place) for place in range(OWN_OBJECTS)]
        return Who(CUSTOMERS, "fleet", {claim: own, "scope": scope}), visit.item
    place = OWN_OBJECTS + visit.person * _STEP % (size - OWN_OBJECTS)
    return Who(CUSTOMERS, f"u{visit.person}", {claim: name(place), "scope": scope}), place
