"""Traffic that the contract does not know, told apart without a path."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from garrison.adapters.store.events import EVENTS
from garrison.adapters.store.spool import SpoolWriter
from garrison.adapters.store.strangers import strangers, way_of
from garrison.core.decision import Disposition, Mode, Reason
from garrison.core.detection import Severity
from garrison.core.event import Event
from garrison.core.ids import ControlId, EventId, OperationId, ReasonId


def reason(name: str, detail: str = "") -> Reason:
    return Reason(ReasonId(name), ControlId("inventory"), 404, "path", detail)


def event(number: int, method: str = "GET", *, time: float = 1000.0, **more: Any) -> Event:
    values = {"operation": None, "template": "", "allowed": True, "status": 200} | more
    return Event(
        EventId(f"event-{number}"), time, method, peer="192.0.2.7", mode=Mode.MONITOR,
        disposition=Disposition.LOGGED, **values,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("one", "way"),
    [
        (event(1), "GET where nothing is described, answered"),
        (event(1, status=404), "GET where nothing is described, refused"),
        (event(1, allowed=False, status=404), "GET where nothing is described, refused"),
        (
            event(1, "PATCH", observed=(reason("method-not-allowed", "GET"),)),
            "PATCH where only GET is described, answered",
        ),
        (event(1, "mailto:ann"), "another method where nothing is described, answered"),
    ],
)
def test_ways(one: Event, way: str) -> None:
    assert way_of(one) == way


def test_each_way_is_found_once_with_its_first_event(tmp_path: Path) -> None:
    spool = SpoolWriter(tmp_path / EVENTS.spool)
    for each in (
        event(1, time=1000.0),
        event(2, time=1010.0),
        event(3, "POST", time=1020.0, status=405, observed=(reason("method-not-allowed", "GET, PUT"),)),
        event(4, time=1030.0, operation=OperationId("known"), template="/known"),
        event(5, "HEAD", time=1040.0, agent="garrison-assess"),
        event(6, "PUT", time=1050.0, reasons=(reason("ambiguous-path"),), allowed=False, status=400),
        event(7, "DELETE", time=9000.0),
    ):
        spool.append(msgspec.json.encode(each) + b"\n")
    spool.close()
    found = strangers(tmp_path, 1000.0, 2000.0)
    assert {way: (each.severity, each.text.rpartition(" (")[2]) for way, each in found.items()} == {
        "GET where nothing is described, answered": (Severity.MEDIUM, "2 times, first event event-1)"),
        "POST where only GET, PUT is described, refused": (Severity.LOW, "once, first event event-3)"),
    }
    assert list(strangers(tmp_path, 8000.0, 9500.0)) == ["DELETE where nothing is described, answered"]


def test_without_a_record_there_are_none(tmp_path: Path) -> None:
    assert strangers(tmp_path, 0.0, 1.0) == {}
