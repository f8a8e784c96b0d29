"""Counters for Prometheus (text format 0.0.4 and OpenMetrics), read from the status files when they are asked for.

Labels are operation ids of the contract, dispositions, the names of our processes, and of the issuers and servers that
the settings name: nothing that a client can choose, and nothing personal.
"""

import contextlib
import errno
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from prometheus_client import start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector, CollectorRegistry

from garrison.adapters.overview import Overview, overview
from garrison.adapters.status import GatewayStatus
from garrison.config.address import parse_listen
from garrison.core.errors import GatewayError, RecordError, cause_of
from garrison.core.operation import UNDESCRIBED
from garrison.engine.circuit import Phase

MAX_OPERATIONS: Final = 2000
"""Operations with a series of their own, the busiest; all others together are `(others)`. Six dispositions each is
what a Prometheus takes from one target without notice."""
OTHERS: Final = "(others)"


@contextlib.contextmanager
def serve_metrics(data: Path, listen: str) -> Iterator[str]:
    """Serve `/metrics` of the data directory at `listen` while the context lasts; gives its URL.

    Raises GatewayError where the address cannot be had.
    """
    place = parse_listen(listen)
    registry = CollectorRegistry()
    registry.register(StatusCollector(data))
    try:
        server, thread = start_http_server(place.port, place.host, registry)
    except OSError as error:
        why = "another program does already" if error.errno == errno.EADDRINUSE else cause_of(error)
        raise GatewayError(f"cannot serve metrics on `{listen}`: {why}") from error
    host = f"[{place.host}]" if ":" in place.host else place.host
    try:
        yield f"http://{host}:{server.server_port}/metrics"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class StatusCollector(Collector):
    """Reads the status files whenever a scrape comes."""

    def __init__(self, data: Path) -> None:
        self._data = data

    def collect(self) -> Iterator[Metric]:
        """All metrics, as they are now."""
        now = time.time()
        try:
            found = overview(self._data, now)
        except RecordError:  # `garrison status` says why; the other counters are of this moment, so none is given
            return
        if found.gateway:
            yield from _traffic(found.gateway, now)
        yield from _processes(found)
        yield from _record(found, now)

    def describe(self) -> Iterator[Metric]:
        """Nothing: what is there depends on what runs."""
        yield from ()


def _traffic(gateway: GatewayStatus, now: float) -> Iterator[Metric]:
    exchanges = CounterMetricFamily(
        "garrison_exchanges", "Recorded exchanges since the guard began.", labels=("operation", "disposition")
    )
    for (operation, disposition), count in sorted(_bounded(gateway).items()):
        exchanges.add_metric((operation, disposition), count)
    yield exchanges
    yield CounterMetricFamily("garrison_events_lost", "Exchanges that passed unrecorded.", value=gateway.lost)
    yield CounterMetricFamily(
        "garrison_events_refused", "Exchanges refused because they could not be recorded.", value=gateway.refused
    )
    yield CounterMetricFamily(
        "garrison_samples_lost", "Exchanges whose messages could not be kept.", value=gateway.samples_lost
    )
    yield CounterMetricFamily(
        "garrison_state_lost", "Counts that could not be kept for the next start.", value=gateway.state_lost
    )
    yield CounterMetricFamily(
        "garrison_engine_seconds", "Time that exchanges spent in the engine.", value=gateway.engine_seconds
    )
    yield GaugeMetricFamily("garrison_operations", "Operations of the policy in force.", value=gateway.operations)
    policy = GaugeMetricFamily("garrison_policy_info", "The policy in force.", labels=("digest", "mode"))
    policy.add_metric((gateway.policy, gateway.mode), 1)
    yield policy
    yield from _lookups(gateway, now)
    yield from _circuit(gateway)


def _circuit(gateway: GatewayStatus) -> Iterator[Metric]:
    circuit = gateway.circuit
    if circuit is None:
        return
    closed = GaugeMetricFamily("garrison_circuit", "Whether the circuit to a third party is so.", labels=("phase",))
    for phase in Phase:
        closed.add_metric((phase,), phase is circuit.phase)
    yield closed
    yield CounterMetricFamily("garrison_circuit_opened", "How often it was opened.", value=circuit.opened)
    yield CounterMetricFamily("garrison_circuit_refused", "Requests refused meanwhile.", value=circuit.refused)


def _lookups(gateway: GatewayStatus, now: float) -> Iterator[Metric]:
    keys = GaugeMetricFamily("garrison_issuer_keys", "Keys that are known of an issuer.", labels=("issuer",))
    age = GaugeMetricFamily("garrison_issuer_keys_age_seconds", "Time since they were fetched.", labels=("issuer",))
    for issuer in gateway.issuers:
        keys.add_metric((issuer.issuer,), issuer.keys)
        if issuer.fetched:
            age.add_metric((issuer.issuer,), now - issuer.fetched)
    asked = CounterMetricFamily("garrison_questions", "Questions to another server.", labels=("service",))
    unanswered = CounterMetricFamily(
        "garrison_questions_unanswered", "Those that got no answer in time.", labels=("service",)
    )
    for service in gateway.services:
        asked.add_metric((service.service,), service.asked)
        unanswered.add_metric((service.service,), service.unanswered)
    yield from (keys, age, asked, unanswered)


def _bounded(gateway: GatewayStatus) -> dict[tuple[str, str], int]:
    totals: dict[str, int] = {}
    for one in gateway.exchanges:
        totals[one.operation] = totals.get(one.operation, 0) + one.count
    named = set(sorted(totals, key=lambda operation: -totals[operation])[:MAX_OPERATIONS])
    counts: dict[tuple[str, str], int] = {}
    for one in gateway.exchanges:
        key = ((one.operation or UNDESCRIBED) if one.operation in named else OTHERS, one.disposition)
        counts[key] = counts.get(key, 0) + one.count
    return counts


def _processes(found: Overview) -> Iterator[Metric]:
    up = GaugeMetricFamily("garrison_process_up", "Whether a process runs.", labels=("process",))
    restarts = CounterMetricFamily(
        "garrison_process_restarts", "Unexpected ends since the guard began.", labels=("process",)
    )
    for one in found.processes:
        up.add_metric((one.name,), one.alive)
        if one.name != "guard":
            restarts.add_metric((one.name,), one.restarts)
    yield up
    yield restarts


def _record(found: Overview, now: float) -> Iterator[Metric]:
    spool, dataset = found.spool, found.dataset
    yield GaugeMetricFamily("garrison_spool_bytes", "Bytes that wait in the spool.", value=spool.bytes)
    yield GaugeMetricFamily("garrison_spool_segments", "Files that wait in the spool.", value=spool.segments)
    yield GaugeMetricFamily(
        "garrison_spool_oldest_seconds",
        "Age of the oldest segment of the spool.",
        value=now - spool.oldest if spool.oldest is not None else 0,
    )
    yield GaugeMetricFamily(
        "garrison_watch_lag_seconds", "Time that the oldest finished segment has been waiting.", value=spool.lag
    )
    yield GaugeMetricFamily("garrison_dataset_bytes", "Bytes of Parquet files.", value=dataset.bytes)
    yield GaugeMetricFamily("garrison_dataset_events", "Events in Parquet files.", value=dataset.events)
    yield CounterMetricFamily("garrison_damaged_lines", "Lines that could not be read.", value=dataset.damaged)
    if found.watch:
        yield CounterMetricFamily(
            "garrison_telemetry_lost", "Events that the collector never got.", value=found.watch.telemetry_lost
        )
