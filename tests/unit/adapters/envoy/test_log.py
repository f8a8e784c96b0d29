"""Events are told in one bounded line each, nobody waits for them, and what is left out is counted."""

import os

import msgspec
import pytest

from garrison.adapters.envoy.log import MAX_LINE, EventWriter, Report, Teller, describe, event_line
from garrison.core.decision import Disposition, Mode, Reason
from garrison.core.event import Event
from garrison.core.ids import ControlId, EventId, OperationId, ReasonId


def reason(location: str = "path.petId", detail: str = "must be an integer") -> Reason:
    return Reason(ReasonId("parameter-invalid"), ControlId("request-schema"), 400, location, detail)


def event(*reasons: Reason, observed: tuple[Reason, ...] = (), disposition: Disposition = Disposition.BLOCKED) -> Event:
    return Event(
        id=EventId("0198"),
        time=1.0,
        method="GET",
        operation=OperationId("getPet"),
        template="/pets/{petId}",
        peer="192.0.2.1",
        allowed=not reasons,
        mode=Mode.ENFORCE,
        disposition=disposition,
        status=400,
        reasons=reasons,
        observed=observed,
    )


def told(line: bytes) -> str:
    return describe(msgspec.json.decode(line, type=Report))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            event(reason()),
            "denied GET /pets/{petId} 400 parameter-invalid path.petId: must be an integer [0198]",
        ),
        (
            event(observed=(reason(detail=""), reason()), disposition=Disposition.LOGGED),
            "would deny GET /pets/{petId} 400 parameter-invalid path.petId (and 1 more) [0198]",
        ),
        (
            event(reason("a\x1b[31m\n", "b")),
            "denied GET /pets/{petId} 400 parameter-invalid a?[31m?: b [0198]",
        ),
    ],
)
def test_a_line_reads(given: Event, expected: str) -> None:
    assert told(event_line(given)) == expected


def test_lines_are_bounded_and_say_what_they_leave_out() -> None:
    many = event(*(reason("body/" + "ü" * 1000, "\x00" * 1000) for _ in range(1000)))
    line = event_line(many)
    assert len(line) <= MAX_LINE
    assert line.endswith(b"\n")
    assert "(and 999 more)" in told(line)


def test_a_full_pipe_never_blocks_and_the_loss_is_told() -> None:
    reading, writing = os.pipe()
    write = EventWriter(writing).write
    for _ in range(2000):
        write(event(reason()))
    before = os.read(reading, 1 << 20).splitlines()
    write(event(reason()))
    after = msgspec.json.decode(os.read(reading, 1 << 20), type=Report)
    assert 0 < len(before) < 2000
    assert after.left_out == 2000 - len(before)
    os.close(reading)
    write(event(reason()))  # nobody reads any more
    os.close(writing)


def test_events_without_an_objection_are_not_told() -> None:
    reading, writing = os.pipe()
    EventWriter(writing).write(event(disposition=Disposition.ALLOWED))
    os.close(writing)
    assert os.read(reading, 100) == b""
    os.close(reading)


def test_telling_is_bounded_by_the_second() -> None:
    teller = Teller(rate=2)
    line = event_line(event(reason()))
    assert [len(teller.tell(line, now)) for now in (5.0, 5.1, 5.2, 5.9)] == [1, 1, 0, 0]
    assert teller.tell(line, 6.0)[0] == "and 2 more that are not shown"
    assert teller.rest() == []
    assert teller.tell(event_line(event(reason()), left_out=7), 6.1)[0] == "and 7 more that are not shown"


def test_a_broken_line_is_passed_over() -> None:
    assert Teller().tell(b"{", 0.0) == []
