"""`circuit-breaker`: a third party that misbehaves is asked nothing for a while. Off unless told otherwise.

What counts is what it does, not what callers do: answers that break the contract, its own errors, none at all in time.
Answers with status 4xx are brought about by requests, so they are no failures, whatever is wrong with them: else anyone
could have the third party cut off by asking for what is not there.

Requests are refused before anything else is looked at, and told when to come again. Once the pause is over a few are
let through, of those that may pass: who cannot prove who they are takes nobody's place. When all of them go well, all
are again.
"""

from math import ceil
from typing import Final

from garrison.config.controls import ControlsSettings
from garrison.contract.catalogue import CompiledOperation
from garrison.core.decision import Mode, Outcome, Reason
from garrison.core.ids import ControlId
from garrison.engine.circuit import TURNED_AWAY, Phase, Terms, Ticket
from garrison.engine.control import Checks, ControlSpec, Reasons, ReasonSpec
from garrison.engine.facts import Facts

_ID = ControlId("circuit-breaker")

_reason = Reasons(
    _ID,
    ReasonSpec("circuit-open", 503, "the third party misbehaves, and is asked nothing for a while"),
    ReasonSpec("circuit-opened", 503, "with this exchange it was too much; noted, and denies nothing by itself"),
    ReasonSpec("circuit-closed", 503, "with this exchange all probes went well; noted, and denies nothing"),
)

_BAD: Final = 502
"""What only a third party can be to blame for."""
_TIMED_OUT: Final = 504
_FAILED: Final = frozenset({502, 503})
"""What Envoy answers by itself where the third party could not be reached, broke off or could take no more."""


def compile_checks(operation: CompiledOperation | None, settings: ControlsSettings) -> Checks:
    """The same for every operation: there is one circuit for the gateway."""
    del operation
    own = settings.circuit_breaker
    if own.mode is Mode.OFF:
        return Checks()
    terms = Terms(own.window, own.least, own.share, own.pause, own.probes)
    counts = frozenset(own.counts)
    monitors = own.mode is Mode.MONITOR

    def first(facts: Facts) -> Outcome:
        return _admit(facts, terms) if facts.state.circuit.left(terms, facts.now) else None

    def head(facts: Facts) -> Outcome:
        return _admit(facts, terms) if facts.ticket is None else None  # else it was turned away at first

    def end(facts: Facts) -> None:
        if facts.ticket is None:
            return
        # one that only monitors counts what others only monitor: it says what it would do
        failed = _failed(facts, (*facts.reasons, *facts.observed) if monitors else facts.reasons)
        if failed and failed not in counts:
            failed = None
        led_to = facts.state.circuit.note(terms, facts.ticket, failed, facts.ended)
        if led_to is Phase.OPEN:
            facts.noted += (_reason("circuit-opened", "", _told(facts)),)
        elif led_to is Phase.CLOSED:
            facts.noted += (_reason("circuit-closed"),)

    return Checks(first=first, head=head, end=end, wants_outcome=True)


def _admit(facts: Facts, terms: Terms) -> Outcome:
    admission = facts.state.circuit.admit(terms, facts.now)
    if isinstance(admission, Ticket):
        facts.ticket = admission
        return None
    facts.ticket = TURNED_AWAY
    facts.refusal_headers += ((503, "retry-after", str(ceil(admission))),)
    return _reason("circuit-open", "", f"tried again in {ceil(admission)} s")


def _failed(facts: Facts, reasons: tuple[Reason, ...]) -> str | None:
    """Which kind of failure an exchange was; empty where it went well, None where that cannot be said."""
    response = facts.response
    if not facts.is_forwarded:
        return None
    if facts.own_status == _TIMED_OUT:
        return "timeouts"
    if facts.own_status in _FAILED:
        return "errors"
    if response is None:
        return None  # the caller left, or what it sent was broken
    if response.status >= 500:
        return "errors"
    if response.status < 400 and any(reason.status == _BAD for reason in reasons):
        return "contract"
    return None if facts.is_aborted else ""


def _told(facts: Facts) -> str:
    """What it was that opened the circuit, for the operator."""
    picture = facts.state.circuit.picture()
    if picture.exchanges == 1:
        return f"a probe failed ({picture.why})"
    return f"{picture.failures} of {picture.exchanges} exchanges failed, most of all {picture.why}"


CONTROL = ControlSpec(
    id=_ID,
    title="A third party that misbehaves is cut off",
    kind="objector",
    reasons=_reason,
    compile=compile_checks,
    default_mode=Mode.OFF,
    tags=("API10:2023", "CWE-754", "REC-API-16"),
)
