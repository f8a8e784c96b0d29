"""A second decider, written from the design's words and sharing no code with the engine's.

An exchange goes through four phases. In each, every control that has something to say there is asked. It is denied
at the end of a phase if an enforced control has objected, or if an enforced granter whose last phase this was, or is
over, has neither granted nor objected. A request must be granted before it is forwarded: if no granter is done by
then, nobody grants. A failure is an objection where the control fails closed, and silence where it fails open.
What a monitored control says is recorded only. A gateway that monitors enforces nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple, TypeAlias

Phase: TypeAlias = Literal["head", "body", "response-head", "response-body"]
PHASES: tuple[Phase, ...] = ("head", "body", "response-head", "response-body")

Mode: TypeAlias = Literal["enforce", "monitor", "off"]

Word: TypeAlias = Literal["nothing", "grant", "object", "object-twice", "object-nowhere", "mend", "fail", "babble"]
"""What a control says; babble is no answer at all, and so a failure."""
WORDS: tuple[Word, ...] = ("nothing", "grant", "object", "object-twice", "object-nowhere", "mend", "fail", "babble")

REASONS: Mapping[Word, frozenset[str]] = {
    "object": frozenset({"one"}),
    "object-twice": frozenset({"one", "two"}),
}


class Control(NamedTuple):
    """A control and everything it will say."""

    name: str
    grants: bool
    says: Mapping[Phase, Word]


class Policy(NamedTuple):
    """How controls are set, by name, and the gateway."""

    gateway: Literal["enforce", "monitor"]
    modes: Mapping[str, Mode | None]
    fails_open: frozenset[str]


class Outcome(NamedTuple):
    """What becomes of an exchange. Reasons are pairs of control and reason."""

    denied_at: Phase | None
    reasons: frozenset[tuple[str, str]]
    observed: frozenset[tuple[str, str]]
    failed: frozenset[str]
    mended: frozenset[str]


def mode(policy: Policy, name: str) -> Mode:
    """The mode in force for a control."""
    if name == "engine":
        return policy.gateway
    own = policy.modes.get(name) or policy.gateway
    return "monitor" if own == "enforce" and policy.gateway == "monitor" else own


def decide(controls: Sequence[Control], policy: Policy) -> Outcome:
    """The outcome of an exchange that goes as far as it is let."""
    for count in range(1, len(PHASES) + 1):
        outcome = _at_end_of(PHASES[:count], controls, policy)
        if outcome.denied_at:
            break
    return outcome


def _at_end_of(phases: Sequence[Phase], controls: Sequence[Control], policy: Policy) -> Outcome:
    active = [control for control in controls if mode(policy, control.name) != "off"]
    said = {(control.name, control.says[phase]) for control in active for phase in phases if phase in control.says}
    failed = {name for name, word in said if word in {"fail", "babble"}}
    objections = {(name, reason) for name, word in said for reason in REASONS.get(word, ())}
    objections |= {(name, "control-error") for name in failed - policy.fails_open}
    spoken = {name for name, word in said if word == "grant"} | {name for name, _ in objections}
    objections |= {(name, "not-granted") for name in _due(phases, active) - spoken}
    mends = {name for name, word in said if word == "mend"}
    observed = {pair for pair in objections if mode(policy, pair[0]) == "monitor"}
    enforced = objections - observed
    return Outcome(
        denied_at=phases[-1] if enforced else None,
        reasons=frozenset(enforced),
        observed=frozenset(observed | {(name, "mended") for name in mends if mode(policy, name) == "monitor"}),
        failed=frozenset(failed),
        mended=frozenset(name for name in mends if mode(policy, name) == "enforce"),
    )


def _due(phases: Sequence[Phase], active: Sequence[Control]) -> set[str]:
    """Who must have granted by the end of `phases`."""
    last = {
        (control.name, max(map(PHASES.index, control.says))) for control in active if control.grants and control.says
    }
    in_time = {name for name, index in last if index <= PHASES.index("body")}
    due = {name for name, index in last if index < len(phases)}
    return due if in_time else due | {"engine"}
