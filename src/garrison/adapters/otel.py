"""OpenTelemetry: each event becomes a span, each objection a log record, sent to a collector by OTLP over HTTP.

Off the request's path: events come from the spool's reader, wait in a bounded queue, and are sent in batches by a
thread of their own. What finds no room, or does not reach the collector, is counted and not sent again.

An event is already over when it comes here, so spans are made finished and given to the SDK's exporters, without a
tracer, which would measure time and choose ids itself. A span's trace id is the event's id without its hyphens.
Needs the extra `garrison[otel]`; read `OTEL_EXPORTER_OTLP_HEADERS` and its kin in the exporter's own reference.
"""

import threading
import uuid
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Final

from opentelemetry import trace
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk._logs.export import LogRecordExportResult
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

from garrison.core.decision import Disposition, Reason
from garrison.core.event import Event
from garrison.core.operation import UNDESCRIBED

QUEUE: Final = 8192
"""Events that may wait; four times the SDK's own default for spans (`OTEL_BSP_MAX_QUEUE_SIZE`), as a gateway makes
more of them than one application."""
BATCH: Final = 512
"""Events sent at once (the SDK's `OTEL_BSP_MAX_EXPORT_BATCH_SIZE`)."""
DELAY: Final = 1.0
"""Seconds that an event waits for others to be sent with."""
TIMEOUT: Final = 5.0
"""Seconds for the collector to take one batch, repetitions included."""

_METHODS: Final = frozenset({"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"})
"""Methods that `http.request.method` may name; all others are `_OTHER` (semantic conventions, HTTP spans)."""
_FAILED: Final = frozenset({Disposition.ERROR, Disposition.ABORTED})


class Telemetry:
    """Takes events and sends them until closed; `lost` counts those that a collector never got."""

    def __init__(self, url: str, *, version: str, queue: int = QUEUE, timeout: float = TIMEOUT) -> None:
        """Send to the collector at `url`, without its `/v1/...`; `version` is Garrison's own."""
        base = url.rstrip("/")
        self.sent = 0
        self.lost = 0
        self._spans = OTLPSpanExporter(f"{base}/v1/traces", timeout=timeout)
        self._logs = OTLPLogExporter(f"{base}/v1/logs", timeout=timeout)
        self._resource = Resource.create({"service.name": "garrison", "service.version": version})
        self._scope = InstrumentationScope("garrison", version)
        self._limit = queue
        self._waiting: deque[Event] = deque()
        self._due = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="garrison-otel", daemon=True)
        self._thread.start()

    def __call__(self, event: Event) -> None:
        """Take `event`; never waits. To be called from one thread."""
        if len(self._waiting) >= self._limit:
            self.lost += 1
            return
        self._waiting.append(event)
        if len(self._waiting) >= BATCH:
            self._due.set()

    def close(self, timeout: float = 2 * TIMEOUT) -> None:
        """Send what waits, for at most `timeout` seconds; the rest is lost."""
        self._closing.set()
        self._due.set()
        self._thread.join(timeout)
        self._spans.shutdown()  # type: ignore[no-untyped-call]  # the SDK annotates no result
        self._logs.shutdown()  # type: ignore[no-untyped-call]  # as above
        self._thread.join(1)  # a shutdown wakes an exporter that waits to try again
        self.lost += len(self._waiting)
        self._waiting.clear()

    def _run(self) -> None:
        while not (self._closing.is_set() and not self._waiting):
            self._due.wait(DELAY)
            if len(self._waiting) < BATCH and not self._closing.is_set():
                self._due.clear()
            if not self._waiting:
                continue
            batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
            if self._send(batch):
                self.sent += len(batch)
            else:
                self.lost += len(batch)
                if self._closing.is_set():
                    return  # nobody is there to take the rest

    def _send(self, batch: Sequence[Event]) -> bool:
        """Whether the collector took all that `batch` amounts to."""
        if self._spans.export([self._span(event) for event in batch]) is not SpanExportResult.SUCCESS:
            return False
        records = [record for event in batch for record in self._records(event)]
        return not records or self._logs.export(records) is LogRecordExportResult.SUCCESS

    def _span(self, event: Event) -> ReadableSpan:
        failed = event.status >= 500 or event.disposition in _FAILED
        start = round(event.time * 1e9)
        return ReadableSpan(
            event.operation or f"{_method(event)} {UNDESCRIBED}",
            context=span_context(event),
            kind=SpanKind.SERVER,
            resource=self._resource,
            instrumentation_scope=self._scope,
            attributes=dict(_attributes(event)),
            status=Status(StatusCode.ERROR) if failed else Status(StatusCode.UNSET),
            start_time=start,
            end_time=start + round(event.duration * 1e9),
        )

    def _records(self, event: Event) -> Iterator[ReadableLogRecord]:
        for reason in event.reasons:
            yield self._record(event, reason, SeverityNumber.WARN)
        for reason in event.observed:
            yield self._record(event, reason, SeverityNumber.INFO)

    def _record(self, event: Event, reason: Reason, severity: SeverityNumber) -> ReadableLogRecord:
        done = "would be denied" if severity is SeverityNumber.INFO else "objected to"
        text = f"{event.method} {event.template or UNDESCRIBED} {done}: {reason.id} {reason.location}".rstrip()
        record = LogRecord(
            timestamp=round((event.time + event.duration) * 1e9),
            context=trace.set_span_in_context(trace.NonRecordingSpan(span_context(event))),
            severity_number=severity,
            severity_text=severity.name,
            body=f"{text}: {reason.detail}" if reason.detail else text,
            attributes={
                "garrison.reason": reason.id,
                "garrison.control": reason.control,
                "garrison.location": reason.location,
                "garrison.operation": event.operation or "",
                "garrison.event.id": event.id,
            },
            event_name="garrison.objection",
        )
        return ReadableLogRecord(record, self._resource, self._scope)


def span_context(event: Event) -> SpanContext:
    """The ids of `event`'s span: the UUID that names the event is the trace, its lower half the span."""
    number = uuid.UUID(event.id).int
    return SpanContext(number, number & ((1 << 64) - 1), is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED))


def _method(event: Event) -> str:
    return event.method if event.method in _METHODS else "_OTHER"


def _attributes(event: Event) -> Iterator[tuple[str, str | int | float | bool | tuple[str, ...]]]:
    """By the semantic conventions for HTTP servers as far as these have a name, else under `garrison.`."""
    yield "http.request.method", _method(event)
    if event.method not in _METHODS:
        yield "http.request.method_original", event.method
    if event.template:
        yield "http.route", event.template
    if event.status:
        yield "http.response.status_code", event.status
    if event.status >= 500:
        yield "error.type", str(event.status)
    elif event.disposition in _FAILED:
        yield "error.type", str(event.disposition)
    if event.peer:
        yield "client.address", event.peer
    if event.principal:
        yield "user.id", event.principal
    yield "http.request.body.size", event.request_bytes
    yield "http.response.body.size", event.response_bytes
    yield "garrison.event.id", event.id
    yield "garrison.allowed", event.allowed
    yield "garrison.mode", str(event.mode)
    yield "garrison.disposition", str(event.disposition)
    yield "garrison.policy", event.policy
    yield "garrison.engine.duration", event.engine
    yield "garrison.upstream.duration", event.upstream
    if told := (*event.reasons, *event.observed):
        yield "garrison.reasons", tuple(dict.fromkeys(str(reason.id) for reason in told))
