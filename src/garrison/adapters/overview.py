"""How a gateway is, read from its data directory alone: for `garrison status` and for `/metrics`.

Works whether or not anything runs, and does not disturb what does.
"""

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec

from garrison.adapters.recording import SPOOL
from garrison.adapters.status import (
    ASSESS,
    GATEWAY,
    GUARD,
    STALE,
    WATCH,
    AssessStatus,
    GatewayStatus,
    GuardStatus,
    WatchStatus,
    is_running,
    read_status,
)
from garrison.adapters.store.assessments import AssessmentRun, Assessments
from garrison.adapters.store.casebook import Casebook
from garrison.adapters.store.events import EVENTS
from garrison.adapters.store.exposures import EXPOSURES
from garrison.adapters.store.manifest import read_manifest
from garrison.adapters.store.outbox import Delivery, Outbox
from garrison.adapters.store.segments import is_closed, segment_files
from garrison.engine.circuit import Phase

LAG: Final = 60.0
"""Seconds that a finished segment may wait in the spool before that is a problem: the watch process takes one
within a second, or twenty while processors are busy, and comes back from a crash in thirty (`supervise.BACKOFF`)."""


class Process(msgspec.Struct, frozen=True):
    """One process of the gateway."""

    name: str
    """`guard`, `envoy`, `watch` or `assess`."""
    pid: int
    """0 where none runs or is known."""
    alive: bool
    since: float = 0.0
    """When it was started: seconds since the epoch."""
    restarts: int = 0


class Spool(msgspec.Struct, frozen=True):
    """What waits to be turned into the data set."""

    segments: int = 0
    bytes: int = 0
    oldest: float | None = None
    """When its oldest segment was begun: seconds since the epoch; None where the spool is empty."""
    lag: float = 0.0
    """Seconds that the oldest finished segment has been waiting; what is still written to is not late."""


class Stored(msgspec.Struct, frozen=True):
    """The data set."""

    events: int = 0
    bytes: int = 0
    files: int = 0
    days: int = 0
    first_day: str = ""
    """UTC: `2026-07-23`; empty where it has none."""
    last_day: str = ""
    damaged: int = 0
    """Lines that could not be read, ever; they are kept in `damaged`."""


class Exposed(msgspec.Struct, frozen=True):
    """The ledger."""

    exposures: int = 0
    bytes: int = 0
    files: int = 0
    first_day: str = ""
    """UTC: `2026-07-23`; empty where it has none."""
    last_day: str = ""


class Assessing(msgspec.Struct, frozen=True):
    """How it stands with assessing the API again and again."""

    target: str
    alive: bool
    """Whether a process does it."""
    due: float = 0.0
    """When the next run begins; 0 where none will."""
    since: float = 0.0
    """When the one under way began; 0 where none is."""
    last: AssessmentRun | None = None
    """The last run that has ended."""
    trouble: str = ""
    """Why the last one could not be made; empty where it could."""


class Overview(msgspec.Struct, frozen=True):
    """All of it, and what is wrong."""

    data: str
    url: str
    metrics: str
    processes: tuple[Process, ...]
    gateway: GatewayStatus | None
    watch: WatchStatus | None
    spool: Spool
    dataset: Stored
    ledger: Exposed
    incidents: Mapping[str, int]
    """How many there are, by state."""
    deliveries: tuple[Delivery, ...]
    """How it stands with those who are told of incidents."""
    problems: tuple[str, ...]
    assessing: Assessing | None = None
    """None where the API is not assessed again and again, and never was."""


def overview(data: Path, now: float) -> Overview:
    """How the gateway that keeps its data in `data` is at `now` (seconds since the epoch).

    Raises RecordError where the data set's manifest cannot be read.
    """
    guard = read_status(data, GUARD, GuardStatus)
    gateway = read_status(data, GATEWAY, GatewayStatus)
    watch = read_status(data, WATCH, WatchStatus)
    counts, deliveries = _cases(data)
    found = Overview(
        data=str(data),
        url=guard.url if guard else "",
        metrics=guard.metrics if guard else "",
        processes=tuple(_processes(guard)),
        gateway=gateway,
        watch=watch,
        spool=_spool(data, now),
        dataset=_stored(data),
        ledger=_exposed(data),
        incidents=counts,
        deliveries=deliveries,
        problems=(),
        assessing=_assessing(data),
    )
    return msgspec.structs.replace(found, problems=tuple(_problems(found, guard, now)))


def _cases(data: Path) -> tuple[Mapping[str, int], tuple[Delivery, ...]]:
    with Casebook(data, is_read=True) as book:
        return book.counts(), Outbox(book).deliveries()


def _assessing(data: Path) -> Assessing | None:
    told = read_status(data, ASSESS, AssessStatus)
    if told is None:
        return None
    with Assessments(data, is_read=True) as runs:
        last = next((run for run in runs.runs(told.target, 10) if run.ended), None)
    alive = is_running(told.pid)
    trouble = told.trouble or (last.trouble if last is not None else "")
    return Assessing(told.target, alive, told.due if alive else 0.0, told.since if alive else 0.0, last, trouble)


def _processes(guard: GuardStatus | None) -> Iterator[Process]:
    if guard is None:
        yield from (Process(name, 0, alive=False) for name in ("guard", "envoy", "watch"))
        return
    yield Process("guard", guard.pid, is_running(guard.pid) and not guard.stopped, guard.started)
    children = [("envoy", guard.envoy), ("watch", guard.watch)]
    children += [("assess", guard.assess)] if guard.assess is not None else []
    for name, child in children:
        if child is None:
            yield Process(name, 0, alive=False)
        else:
            alive = bool(child.pid) and is_running(child.pid) and not guard.stopped
            yield Process(name, child.pid, alive, child.since, child.restarts)


def _spool(data: Path, now: float) -> Spool:
    segments = size = 0
    lag, oldest = 0.0, None
    for path in segment_files(data / SPOOL):
        with contextlib.suppress(FileNotFoundError):  # just turned into the data set
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            try:
                facts, closed = os.fstat(descriptor), is_closed(descriptor)
            finally:
                os.close(descriptor)
            segments, size = segments + 1, size + facts.st_size
            oldest = _begun(path) if oldest is None else oldest
            lag = max(lag, now - facts.st_mtime) if closed else lag
    return Spool(segments, size, oldest, lag)


def _begun(segment: Path) -> float | None:
    """A segment's name begins with the time at which it was begun, in milliseconds."""
    milliseconds = segment.name.partition("-")[0]
    return int(milliseconds) / 1000 if milliseconds.isdecimal() else None


def _stored(data: Path) -> Stored:
    manifest = read_manifest(data, EVENTS)
    days = sorted({file.day for file in manifest.files})
    return Stored(
        events=sum(file.rows for file in manifest.files),
        bytes=sum(file.bytes for file in manifest.files),
        files=len(manifest.files),
        days=len(days),
        first_day=days[0] if days else "",
        last_day=days[-1] if days else "",
        damaged=manifest.damaged,
    )


def _exposed(data: Path) -> Exposed:
    files = read_manifest(data, EXPOSURES).files
    days = sorted({file.day for file in files}) or [""]
    return Exposed(sum(file.rows for file in files), sum(file.bytes for file in files), len(files), days[0], days[-1])


def _problems(found: Overview, guard: GuardStatus | None, now: float) -> Iterator[str]:
    yield from _process_problems(found, guard, now)
    yield from _recording_problems(found)
    yield from _lookup_problems(found.gateway, now)
    yield from _third_party_problems(found.gateway, now)
    watch = found.watch
    if watch is not None and watch.trouble:
        yield f"the watch process cannot write the data set: {watch.trouble}"
    if watch is not None and watch.telemetry_lost:
        yield f"events that did not reach the OpenTelemetry collector: {watch.telemetry_lost}"
    if watch is not None and watch.detection_trouble:
        yield f"detection: {watch.detection_trouble}"
    if watch is not None and watch.groups_dropped:
        yield f"groups that detection forgot because there were too many: {watch.groups_dropped}"
    if found.assessing is not None and found.assessing.alive and found.assessing.trouble:
        yield f"the API was not assessed: {found.assessing.trouble}"
    for each in found.deliveries:
        if each.trouble:
            yield f"`{each.name}` could not be told of incidents ({each.trouble}); waiting: {each.waiting}"
        if each.given_up:
            yield f"messages that `{each.name}` never got: {each.given_up}"


def _process_problems(found: Overview, guard: GuardStatus | None, now: float) -> Iterator[str]:
    if guard is None:
        yield "no gateway has kept its data here"
    elif guard.stopped:
        yield "the gateway was stopped"
    elif not found.processes[0].alive:
        yield "the guard is not running, and did not stop as it should"
    else:
        yield from (f"{one.name} is not running" for one in found.processes[1:] if not one.alive)
        for name, status in (("guard", guard), ("envoy", found.gateway), ("watch", found.watch)):
            if status is not None and now - status.updated > STALE:
                yield f"{name} has not been heard of for {now - status.updated:.0f} s"


def _lookup_problems(gateway: GatewayStatus | None, now: float) -> Iterator[str]:
    if gateway is None:
        return
    for issuer in gateway.issuers:
        if issuer.trouble:
            since = f"the known ones are {now - issuer.fetched:.0f} s old" if issuer.keys else "none are known"
            yield f"the keys of `{issuer.issuer}` cannot be fetched ({issuer.trouble}); {since}"
    for service in gateway.services:
        if service.trouble:
            yield f"`{service.service}` did not answer the last time: {service.trouble}"


def _third_party_problems(gateway: GatewayStatus | None, now: float) -> Iterator[str]:
    circuit = gateway.circuit if gateway is not None else None
    if gateway is None or circuit is None or circuit.phase is Phase.CLOSED:
        return
    again = f"tried again in {max(0.0, circuit.until - now):.0f} s" if circuit.until else "being tried again"
    why = f"; {circuit.why} most of all" if circuit.why else ""
    counts = f"{circuit.failures} of {circuit.exchanges} exchanges failed{why}"
    yield f"`{gateway.third_party}` is cut off since it misbehaves ({counts}), {again}"


def _recording_problems(found: Overview) -> Iterator[str]:
    gateway = found.gateway
    if gateway is not None:
        because = f" ({gateway.trouble})" if gateway.trouble else ""
        if gateway.lost:
            yield f"exchanges that passed without being recorded: {gateway.lost}{because}"
        if gateway.refused:
            yield f"exchanges refused because they could not be recorded: {gateway.refused}{because}"
        if gateway.samples_lost:
            yield f"exchanges whose messages could not be kept: {gateway.samples_lost}"
        if gateway.state_lost:
            yield f"counts that a restart will have forgotten, as they could not be kept: {gateway.state_lost}"
    if found.spool.lag > LAG:
        yield f"the spool has been waiting for the watch process for {found.spool.lag:.0f} s"
    if found.dataset.damaged:
        yield f"damaged lines, kept in `{Path(found.data) / 'damaged'}`: {found.dataset.damaged}"
