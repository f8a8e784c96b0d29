"""The end of an exchange: who is told of it, and what its event needs besides."""

from typing import Final

from garrison.core.decision import Decision, Disposition, Reason
from garrison.core.event import Event
from garrison.core.http import RequestHead
from garrison.core.ids import ControlId, EventId
from garrison.engine.facts import Facts
from garrison.engine.measures import first_product
from garrison.engine.plan import Plan, Policy

GONE: Final = frozenset({404, 410})
"""Statuses that say that there is nothing of what was asked for (RFC 9110, 15.5.5 and 15.5.11)."""
_AGENT: Final = b"agent"
"""Under which it is remembered, with the head's fields, what program sends them."""


class _Undescribed:
    id = None
    template = ""


UNDESCRIBED: Final = _Undescribed()
"""Stands for the operation where there is none."""


def tell_end(plan: Plan, facts: Facts, decision: Decision, reasons: tuple[Reason, ...]) -> tuple[ControlId, ...]:
    """Tell all who want to know that it is over; the controls that failed, at that or before."""
    facts.reasons, facts.observed = reasons, decision.observed
    facts.has_left = decision.allowed and facts.response is not None
    errors = decision.errors
    for control, end in plan.ends:
        try:
            end(facts)
        except Exception:  # noqa: BLE001 - the engine's guard: the event is made whatever it lacks
            errors += (control,)
    if facts.taken:
        facts.state.budgets.settle(facts.taken, has_left=facts.has_left)
    if facts.on_close:
        waiting, facts.on_close = facts.on_close, ()  # what refers to the facts must not be held by them for ever
        for done in waiting:
            done()
    return errors


def agent_of(facts: Facts) -> str:
    """The program that sends the request, as it says itself."""
    canonical = facts.canonical
    agent: str | None = canonical.lasting.get(_AGENT)
    if agent is None:
        agent = canonical.lasting[_AGENT] = first_product(canonical.headers.get("user-agent", ""))
    return agent


def unread_event(
    event_id: EventId,
    head: RequestHead | None,
    judged: tuple[Policy, Decision, Disposition],
    status: int,
    moments: tuple[float, float, float, float],
) -> Event:
    """The event of an exchange of which not even the head was read. `moments` are its begin, how long it took, and the
    parts of that: as in `Event`."""
    policy, decision, disposition = judged
    time, duration, engine, upstream = moments
    return Event(
        id=event_id,
        time=time,
        method=head.method[:16] if head is not None else "",
        operation=None,
        template="",
        peer=head.peer.address if head is not None else "",
        allowed=decision.allowed,
        mode=policy.mode,
        disposition=disposition,
        status=status,
        reasons=decision.reasons,
        observed=decision.observed,
        errors=decision.errors,
        duration=duration,
        engine=engine,
        upstream=upstream,
        policy=policy.digest,
    )
