"""Cases: compact sequences of events, and what a rule must find in them. Each shipped rule has some, in `cases.yml`."""

import re
from collections.abc import Iterator
from typing import Final

import msgspec
import yaml

from garrison.core.decision import Disposition, Mode, Reason
from garrison.core.detection import Detection
from garrison.core.errors import ConfigError, Problem
from garrison.core.event import Event
from garrison.core.exposure import Attribution, Disclosure
from garrison.core.ids import ControlId, EventId, OperationId, ReasonId
from garrison.detect.detector import Detector
from garrison.detect.rule import RuleSet

BEGINS: Final = 1_767_225_600.0
"""When every case begins: 1 January 2026, a Thursday, in seconds since the epoch."""
_SPAN: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)(s|m|h|d)\Z")
_UNITS: Final = {"s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}
_NUMBER: Final = re.compile(r"\{n(?:(%|//)([1-9][0-9]*))?\}")


class _Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An event, in short: what is left out is as in an ordinary answer."""

    principal: str = ""
    client: str = ""
    token: str = ""
    peer: str = "192.0.2.1"
    agent: str = ""
    method: str = "GET"
    operation: str | None = "getCustomer"
    status: int = 200
    people: tuple[str, ...] = ()
    """Others whose data was disclosed; `{n}` is the number of the event in its sequence."""
    own: tuple[str, ...] = ()
    """As `people`, but the principal itself."""
    asked: tuple[str, ...] = ()
    missed: bool = False
    unissued: int = 0
    near: bool = False
    forms: tuple[str, ...] = ()
    claimed: str = ""
    denied: tuple[str, ...] = ()
    """Reasons for which it was denied."""
    observed: tuple[str, ...] = ()
    response_bytes: int = 600
    request_bytes: int = 0
    duration: float = 0.0
    policy: str = "p"


class _Sequence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Some events of one kind."""

    event: _Told
    at: str = "0s"
    """When the first comes, counted from the case's beginning."""
    repeat: int = 1
    every: str = "1s"


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One case."""

    name: str
    events: tuple[_Sequence, ...]
    expect: tuple[str, ...] = ()
    """Rules that must find something, each at least once; all others must find nothing."""
    within: str = ""
    """How long after its first event of the last sequence the first detection must come at the latest."""
    until: str = ""
    """Let so much time pass after the beginning, for what is judged when a window is over."""


class _Cases(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    cases: tuple[Case, ...]


def read_cases(text: bytes, file: str) -> tuple[Case, ...]:
    """The cases in `text`. Raises ConfigError."""
    try:
        return msgspec.convert(yaml.safe_load(text), _Cases).cases
    except yaml.YAMLError as error:
        raise ConfigError([Problem(file, "$", " ".join(f"is no YAML: {error}".split()))]) from None
    except msgspec.ValidationError as error:
        said, _, place = str(error).partition(" - at `")
        raise ConfigError([Problem(file, place.rstrip("`") or "$", said[:1].lower() + said[1:])]) from None


def case_events(case: Case) -> list[Event]:
    """The events of `case`, in the order in which they ended."""
    events = [event for place, sequence in enumerate(case.events) for event in _events(place, sequence)]
    return sorted(events, key=lambda event: (event.ended, event.id))


def run_case(case: Case, rules: RuleSet) -> list[Detection]:
    """What `rules` find in `case`."""
    detector = Detector(rules)
    found = detector.feed_all(case_events(case))
    return [*found, *(detector.advance(BEGINS + _seconds(case.until)) if case.until else ())]


def case_fault(case: Case, found: list[Detection]) -> str:
    """How what was found differs from what is expected; empty where it does not."""
    rules = {detection.rule for detection in found}
    missing = sorted(set(case.expect) - rules)
    if missing:
        return f"`{missing[0]}` found nothing"
    surplus = sorted(rules - set(case.expect))
    if surplus:
        return f"`{surplus[0]}` found something"
    if case.within and found:
        took = found[0].time - (BEGINS + _seconds(case.events[-1].at))
        if took > _seconds(case.within):
            return f"`{found[0].rule}` took {took:g} s"
    return ""


def _events(place: int, sequence: _Sequence) -> Iterator[Event]:
    first, every = BEGINS + _seconds(sequence.at), _seconds(sequence.every)
    for number in range(sequence.repeat):
        yield _event(sequence.event, first + number * every, f"{place:04}-{number:08}", number)


def _event(told: _Told, time: float, name: str, number: int) -> Event:
    def text(value: str) -> str:
        return _NUMBER.sub(lambda found: _numbered(found, number), value)

    def texts(values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(text(value) for value in values)

    groups = ((told.people, False if told.principal else None), (told.own, True))
    exposed = tuple(Disclosure("person", texts(names), ("name",), own) for names, own in groups if names)
    reasons = _reasons(told.denied)
    return Event(
        id=EventId(name),
        time=time,
        method=told.method,
        operation=OperationId(text(told.operation)) if told.operation is not None else None,
        template="/v1/things" if told.operation is not None else "",
        peer=text(told.peer),
        allowed=not told.denied,
        mode=Mode.ENFORCE,
        disposition=Disposition.BLOCKED if told.denied else Disposition.ALLOWED,
        status=told.status,
        principal=text(told.principal),
        client=text(told.client),
        token=text(told.token),
        agent=text(told.agent),
        reasons=reasons,
        observed=_reasons(told.observed),
        request_bytes=told.request_bytes,
        response_bytes=told.response_bytes,
        duration=told.duration,
        policy=told.policy,
        attribution=Attribution.ANNOTATED,
        exposed=exposed,
        asked=texts(told.asked),
        missed=told.missed,
        unissued=told.unissued,
        near=told.near,
        forms=texts(told.forms),
        claimed=text(told.claimed),
    )


def _numbered(found: re.Match[str], number: int) -> str:
    if found[1] == "%":
        return str(number % int(found[2]))
    return str(number // int(found[2]) if found[1] else number)


def _reasons(names: tuple[str, ...]) -> tuple[Reason, ...]:
    return tuple(Reason(ReasonId(name), ControlId("case"), 403) for name in names)


def _seconds(text: str) -> float:
    found = _SPAN.match(text)
    if not found:
        raise ConfigError([Problem("<cases>", "$", f"`{text}` is no time", "examples: `30s`, `1.5h`, `10d`")])
    return float(found[1]) * _UNITS[found[2]]
