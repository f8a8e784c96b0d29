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


_BUDGETS: Final = ((200, "hour", "1h", "hold"), (500, "day", "1d", "deny"), (2_000, "month", "30d", "deny"))


def budgets(*more: dict[str, Any], hour: dict[str, Any] | None = None, times: int = 1) -> dict[str, Any]:
    """Settings of the control `exposure`: the shipped budgets and `more`. `hour` adds to the first of them; `times`
    is how many times as much as the shipped budgets everybody has."""
    shipped = [
        {"name": name, "limit": limit * times, "window": window, "then": then} for limit, name, window, then in _BUDGETS
    ]
    return {"budgets": [{**shipped[0], **(hour or {})}, *shipped[1:], *more]}


def of_operation(name: str, hour: int, day: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Budgets of one operation, whoever calls it."""
    common = {"per": "operation", "match": [name], "then": "deny"}
    return (
        {"name": "operation-hour", "limit": hour, "window": "1h", **common},
        {"name": "operation-day", "limit": day, "window": "1d", **common},
    )


def open_to_all(name: str) -> dict[str, Any]:
    """An operation that asks nobody who they are."""
    return {"match": name, "controls": {"authentication": {"unsafe-anonymous": True}}}
