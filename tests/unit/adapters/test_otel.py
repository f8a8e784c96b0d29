"""Events reach a collector as spans and log records by OTLP over HTTP; what does not is counted."""

import socket
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from tests.unit.adapters.collector import Collector

from garrison.adapters.event_ids import event_ids
from garrison.adapters.otel import Telemetry
from garrison.core.decision import Disposition, Mode, Reason
from garrison.core.event import Event
from garrison.core.ids import ControlId, OperationId, ReasonId

NEW_ID = event_ids()
REASON = Reason(ReasonId("body-invalid"), ControlId("request-schema"), 400, "body/name", "must be text")


@pytest.fixture
def collector() -> Iterator[Collector]:
    server = Collector()
    yield server
    server.close()


def event(**changes: Any) -> Event:
    given = Event(
        id=NEW_ID(1000.0),
        time=1000.25,
        method="GET",
        operation=OperationId("getPet"),
        template="/pets/{petId}",
        peer="192.0.2.1",
        allowed=True,
        mode=Mode.ENFORCE,
        disposition=Disposition.ALLOWED,
        status=200,
        duration=0.5,
        response_bytes=7,
        policy="0123456789ab",
    )
    return msgspec.structs.replace(given, **changes)


def sent(collector: Collector, *events: Event) -> Telemetry:
    telemetry = Telemetry(collector.url, version="1.0", timeout=1)
    for one in events:
        telemetry(one)
    telemetry.close()
    return telemetry


def attributes(of: Any) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in of.attributes}


def test_an_event_is_a_span(collector: Collector) -> None:
    given = event()
    telemetry = sent(collector, given)
    (span,) = collector.spans
    assert (telemetry.sent, telemetry.lost) == (1, 0)
    assert (span.name, span.kind) == ("getPet", 2)  # SPAN_KIND_SERVER
    assert span.trace_id.hex() == given.id.replace("-", "")
    assert span.span_id == span.trace_id[8:]
    assert (span.start_time_unix_nano, span.end_time_unix_nano) == (1_000_250_000_000, 1_000_750_000_000)
    assert collector.resources[0]["service.name"] == "garrison"
    told = attributes(span)
    assert told["http.request.method"] == "GET"
    assert told["http.route"] == "/pets/{petId}"
    assert told["http.response.status_code"] == 200
    assert told["client.address"] == "192.0.2.1"
    assert told["http.response.body.size"] == 7
    assert (told["garrison.event.id"], told["garrison.policy"]) == (given.id, "0123456789ab")
    assert "error.type" not in told
    assert collector.logs == []


def test_each_objection_is_a_log_record_of_its_span(collector: Collector) -> None:
    given = event(
        allowed=False, disposition=Disposition.BLOCKED, status=400, reasons=(REASON,), observed=(REASON, REASON)
    )
    sent(collector, given)
    (span,) = collector.spans
    assert [record.severity_text for record in collector.logs] == ["WARN", "INFO", "INFO"]
    first = collector.logs[0]
    assert (first.trace_id, first.span_id) == (span.trace_id, span.span_id)
    assert first.time_unix_nano == span.end_time_unix_nano
    assert first.body.string_value == "GET /pets/{petId} objected to: body-invalid body/name: must be text"
    assert attributes(first)["garrison.control"] == "request-schema"
    assert [value.string_value for value in attributes(span)["garrison.reasons"].values] == ["body-invalid"]


@pytest.mark.parametrize(
    ("changes", "name", "error"),
    [
        ({"status": 502}, "getPet", "502"),
        ({"status": 0, "disposition": Disposition.ABORTED}, "getPet", "aborted"),
        ({"operation": None, "template": "", "method": "BREW"}, "_OTHER (undescribed)", None),
    ],
)
def test_failures_and_unknown_operations(
    changes: dict[str, Any], name: str, error: str | None, collector: Collector
) -> None:
    sent(collector, event(**changes))
    (span,) = collector.spans
    assert span.name == name
    assert attributes(span).get("error.type") == error
    assert (span.status.code == 2) is (error is not None)  # STATUS_CODE_ERROR


def test_batches_carry_everything(collector: Collector) -> None:
    telemetry = sent(collector, *(event() for _ in range(1200)))
    assert (telemetry.sent, telemetry.lost, len(collector.spans)) == (1200, 0, 1200)
    assert len({span.trace_id for span in collector.spans}) == 1200


def test_what_a_collector_refuses_is_counted(collector: Collector) -> None:
    collector.status = 400
    telemetry = sent(collector, event(), event())
    assert (telemetry.sent, telemetry.lost) == (0, 2)


def test_a_collector_that_is_down_costs_events_and_nothing_else() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # accepts, and never answers
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        telemetry = Telemetry(url, version="1.0", queue=10, timeout=0.2)
        for _ in range(50):
            telemetry(event())
            assert len(telemetry._waiting) <= 10
        telemetry.close()
    assert (telemetry.sent, telemetry.lost) == (0, 50)
