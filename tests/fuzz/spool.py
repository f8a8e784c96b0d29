"""Spool segments that a crash or a bad disk damaged: nothing raises, and what is whole is found, once."""

import tempfile
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from tests.fuzz.mutations import damaged

from garrison.adapters.store.segments import read_lines, scan
from garrison.adapters.store.soundness import END_OF_TIME
from garrison.core.decision import Disposition, Mode, Reason
from garrison.core.event import Event
from garrison.core.ids import ControlId, EventId, OperationId, ReasonId

_texts = st.text(max_size=6) | st.sampled_from(['{"v":', '{"v":1,"id":"x"}\n', "\\", "\u2028", "\x00"])
_reasons = st.builds(Reason, _texts.map(ReasonId), _texts.map(ControlId), st.integers(400, 599), _texts, _texts)
_events = st.builds(
    Event,
    id=_texts.map(EventId),
    time=st.floats(0, END_OF_TIME, exclude_max=True),
    method=_texts,
    operation=st.none() | _texts.map(OperationId),
    template=_texts,
    peer=_texts,
    allowed=st.booleans(),
    mode=st.sampled_from(Mode),
    disposition=st.sampled_from(Disposition),
    status=st.integers(0, 999),
    reasons=st.lists(_reasons, max_size=2).map(tuple),
    uninspected=st.lists(_texts, max_size=2).map(tuple),
    duration=st.floats(0, 1e6),
)
_PIECES = (
    b"\n", b"\n\n", b'{"v":1', b'{"v":', b'{"v":2,', b'"', b"\\", b"}", b"}\n", b"\x00", b"\xff", b"\\ud800", b",",
    b"null", b'"time":-1,', b'"time":1e999,', b'"time":253402300800,', b"[" * 2000, b'{"v":1,"id":"', b"\r",
)  # fmt: skip


def _segment(events: list[Event]) -> bytes:
    return b"".join(msgspec.json.encode(event) + b"\n" for event in events)


@given(damaged(st.lists(_events, max_size=3).map(_segment), _PIECES))
def spool_damage(data: bytes) -> None:
    """Any bytes: every line that is an event by itself is read, no byte is counted twice, and files read alike."""
    found = read_lines(data, Event)
    whole = [event for line in data.split(b"\n")[:-1] if (event := _event(line)) is not None]
    assert [event for event in found.sound if event in whole] == whole
    assert all(b"\n" not in line for line in found.damaged)
    assert len(found.sound) + sum(map(bool, found.damaged)) <= 2 * (data.count(b"\n") + 1)
    assert sum(map(len, found.damaged)) <= len(data)
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "segment.jsonl"
        path.write_bytes(data)
        pieces = list(scan(path, Event))
    assert tuple(event for piece in pieces for event in piece.sound) == found.sound
    assert tuple(line for piece in pieces for line in piece.damaged) == found.damaged


@given(st.lists(_events, min_size=1, max_size=3), st.lists(_events, max_size=2), st.integers(0, 1 << 16))
def torn_write(before: list[Event], after: list[Event], cut: int) -> None:
    """A write that broke off anywhere costs its own line only, whether or not others follow on it."""
    torn = msgspec.json.encode(before[-1])
    torn = torn[: cut % (len(torn) + 1)]
    found = read_lines(_segment(before) + torn + _segment(after), Event)
    assert found.sound == (*before, *after)
    assert found.damaged == ((torn,) if torn else ())


def _event(line: bytes) -> Event | None:
    """The event that a line is; None where it is not one."""
    try:
        event: Any = msgspec.json.decode(line, type=Event)
    except (ValueError, RecursionError):
        return None
    return event if 0 <= event.time < END_OF_TIME else None
