"""Explains one recorded exchange: what each control said, and what would have turned the decision."""

import msgspec

from garrison.adapters.recorded.compare import is_same_decision
from garrison.adapters.recorded.exchange import RecordedExchange
from garrison.adapters.recorded.instead import Specs, breach, instead
from garrison.adapters.recorded.play import play
from garrison.adapters.recorded.remedy import Build, Remedies, Remedy, plan_of
from garrison.config.model import Settings
from garrison.core.event import Event
from garrison.engine.answers import ControlAnswer, Trace, derived_answers, seen_answers
from garrison.engine.plan import Policy
from garrison.engine.trace import traced


class Explanation(msgspec.Struct, frozen=True):
    """Everything that can be said of one exchange."""

    event: Event
    """As it was recorded."""
    policy: str
    """The digest of the policy that explains."""
    is_same_policy: bool
    """Whether that is the one that judged then."""
    decided_now: Event | None
    """What the policy decides on it now, where it was kept and that is something else."""
    is_replayed: bool
    """Whether the answers were seen by playing the exchange; otherwise they follow from event and plan."""
    is_otherwise_alone: bool
    """Whether the exchange was kept and comes to something else when the policy that judged it plays it alone: what
    went before had a say, a budget, a limit, a measure or what a server said. Then event and plan explain it."""
    missing: str
    """What the policy wanted to see and the record does not hold."""
    answers: tuple[ControlAnswer, ...]
    turns_to: str
    """`allow` for what was denied, `refuse` for what was allowed."""
    instead: tuple[str, ...]
    """What another request would have to say to be decided the other way."""
    change: Remedy
    """What garrison.yaml would have to say."""


def explain(
    event: Event, sample: RecordedExchange | None, policy: Policy, settings: Settings, specs: Specs, build: Build
) -> Explanation:
    """Explain `event` by `policy`, which `settings` amount to; `sample` is the exchange, where it was kept."""
    trace = Trace()
    played = play(traced(policy, trace), sample) if sample is not None else None
    is_same_policy = policy.digest == event.policy
    is_otherwise_alone = played is not None and is_same_policy and not is_same_decision(played.event, event)
    if is_otherwise_alone:
        sample = played = None
    now = played.event if played is not None else event
    plan = plan_of(policy, now)
    operation = plan.operation.operation if plan.operation is not None else None
    remedies = Remedies(now, sample, settings, specs, build)
    if now.allowed:
        sides = tuple(instead(reason, operation, specs) for reason in now.observed)
        wanted = sides or (breach(operation),)
        change = remedies.refusing(plan)
    else:
        wanted = tuple(dict.fromkeys(instead(reason, operation, specs) for reason in now.reasons))
        change = remedies.allowing()
    return Explanation(
        event=event,
        policy=policy.digest,
        is_same_policy=is_same_policy,
        decided_now=now if not is_same_decision(now, event) else None,
        is_replayed=played is not None,
        is_otherwise_alone=is_otherwise_alone,
        missing=played.missing if played is not None else "",
        answers=seen_answers(plan, now, trace.said) if played is not None else derived_answers(plan, event),
        turns_to="refuse" if now.allowed else "allow",
        instead=wanted,
        change=change,
    )
