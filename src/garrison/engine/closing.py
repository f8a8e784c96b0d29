"""The end of an exchange: who is told of it, and what its event needs besides."""

from typing import Final

from garrison.core.decision import Decision, Disposition, Reason
from garrison.core.event import Event
from garrison.core.http import RequestHead
from garrison.core.ids import ControlId, EventId
from garrison.engine.facts import Facts
from garrison.engine.plan import Plan, Policy

GONE: Final = frozenset({404, 410})
"""Statuses that say that there is nothing of what was asked for (RFC 9110, 15.5.5 and 15.5.11)."""


class _Undescribed:
    id = None
    template = ""


UNDESCRIBED: Final = _Undescribed()
"""Stands for the operation where there is none."""


def objections(decision: Decision) -> tuple[Reason, ...]:
    """What was objected to in force, mended or not."""
    reasons = decision.reasons
    if decision.rewrites:
        reasons += tuple([rewrite.reason for rewrite in decision.rewrites])
    for amendment in decision.amendments:
        reasons += amendment.reasons
    return reasons


def tell_end(plan: Plan, facts: Facts, errors: tuple[ControlId, ...]) -> tuple[ControlId, ...]:
    """Tell all who want to know that it is over, and settle what was taken; the controls that failed, at that or
    before, which are `errors`."""
    for control, end in plan.ends:
        try:
            end(facts)
        except Exception:  # noqa: BLE001 - the engine's guard: the event is made whatever it lacks
            errors += (control,)
    exposed = facts.exposed
    seen = exposed.seen
    if seen is not None:
        if seen.waiting is exposed.told and facts.has_left:
            seen.waiting = None  # as `settle`, without a call
        else:
            facts.state.budgets.settle(((seen, exposed.told),), has_left=facts.has_left)
    if facts.taken:
        facts.state.budgets.settle(facts.taken, has_left=facts.has_left)
    if facts.on_close:
        waiting, facts.on_close = facts.on_close, ()  # what refers to the facts must not be held by them for ever
        for done in waiting:
            done()
    return errors


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
