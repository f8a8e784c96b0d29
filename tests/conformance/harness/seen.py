"""What a driver saw of an exchange."""

import msgspec

from garrison.core.decision import Disposition
from garrison.core.event import Event


class Forwarded(msgspec.Struct, frozen=True):
    """One request as the upstream got it."""

    method: str
    target: str
    body: bytes


class Decided(msgspec.Struct, frozen=True):
    """The event's facts that every driver must agree on."""

    method: str
    operation: str | None
    template: str
    disposition: Disposition
    status: int
    reasons: frozenset[tuple[str, str, str]]
    observed: frozenset[tuple[str, str, str]]
    errors: tuple[str, ...]
    uninspected: frozenset[str]
    missed: bool
    asked: int
    """How many: each driver has a key of its own."""
    forms: tuple[str, ...]
    agent: str


class Seen(msgspec.Struct, frozen=True):
    """One exchange from both ends, and its event (None where the engine never saw the request)."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    forwarded: tuple[Forwarded, ...]
    event: Event | None


def decided(event: Event) -> Decided:
    """What must not depend on the driver; ids, times, peers and sizes may."""
    return Decided(
        method=event.method,
        operation=event.operation,
        template=event.template,
        disposition=event.disposition,
        status=event.status,
        reasons=frozenset((reason.id, reason.control, reason.location) for reason in event.reasons),
        observed=frozenset((reason.id, reason.control, reason.location) for reason in event.observed),
        errors=event.errors,
        uninspected=frozenset(event.uninspected),
        missed=event.missed,
        asked=len(event.asked),
        forms=event.forms,
        agent=event.agent,
    )
