"""`garrison status`: how a gateway is, running or not."""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

from garrison.cli.options import DATA, AsJson, Data
from garrison.cli.output import as_json, line
from garrison.core.counted import counted
from garrison.core.errors import option_error

if TYPE_CHECKING:
    from garrison.adapters.overview import Assessing, Overview, Process
    from garrison.adapters.status import GatewayStatus

EXAMPLES = "Example: garrison status --data garrison-data"


def status(
    data: Data = DATA,
    json: AsJson = False,
) -> None:
    """Show the gateway's processes, what was recorded and what is wrong.

    Exit status 0 means that all is well, 1 that something is wrong, the gateway not running included; 3 that the
    record cannot be read.
    """
    from garrison.adapters.overview import overview

    if data.exists() and not data.is_dir():
        raise option_error("--data", f"`{data}` is not a directory", "give the one that `guard` has")
    now = time.time()
    found = overview(data, now)
    if json:
        as_json(found)
    else:
        for text in _text(found, now):
            line(text)
    if found.problems:
        raise typer.Exit(1)


def _text(found: "Overview", now: float) -> Iterator[str]:
    if found.gateway:
        gateway = found.gateway
        yield f"policy     {gateway.policy} ({gateway.mode}), {counted(gateway.operations, 'operation')}"
    if found.url:
        yield f"listening  {found.url}"
    if found.metrics:
        yield f"metrics    {found.metrics}"
    yield from (_process(one) for one in found.processes)
    if found.gateway:
        yield from _gateway(found.gateway, now)
    yield from _record(found, now)
    yield from _detection(found)
    if found.assessing is not None:
        yield from _assessing(found.assessing)
    yield from (f"problem: {one}" for one in found.problems)


def _gateway(gateway: "GatewayStatus", now: float) -> Iterator[str]:
    counts = f"{gateway.recorded} recorded, {gateway.lost} lost, {gateway.refused} refused"
    yield f"exchanges  {counts} since the guard began"
    for issuer in gateway.issuers:
        age = f", fetched {max(0, now - issuer.fetched):.0f} s ago" if issuer.fetched else ""
        yield f"keys       {issuer.keys} of {issuer.issuer}{age}"
    for service in gateway.services:
        yield f"asked      {service.service}: {service.asked} times, {service.unanswered} unanswered"
    yield from _circuit(gateway, now)


def _record(found: "Overview", now: float) -> Iterator[str]:
    spool, dataset = found.spool, found.dataset
    oldest = f", the oldest from {max(0, now - spool.oldest):.0f} s ago" if spool.oldest is not None else ""
    yield f"spool      segments: {spool.segments}, {_size(spool.bytes)}{oldest}, lag {spool.lag:.0f} s"
    days = f", days: {dataset.days} ({dataset.first_day} to {dataset.last_day})" if dataset.days else ""
    yield f"data set   events: {dataset.events}, files: {dataset.files}, {_size(dataset.bytes)}{days}"
    ledger = found.ledger
    since = f" ({ledger.first_day} to {ledger.last_day})" if ledger.files else ""
    yield f"ledger     exposures: {ledger.exposures}, files: {ledger.files}, {_size(ledger.bytes)}{since}"
    if found.watch and (found.watch.telemetry_sent or found.watch.telemetry_lost):
        yield f"telemetry  {found.watch.telemetry_sent} sent, {found.watch.telemetry_lost} lost"


def _circuit(gateway: "GatewayStatus", now: float) -> Iterator[str]:
    circuit = gateway.circuit
    if circuit is None:
        return
    since = f" for {max(0, now - circuit.since):.0f} s" if circuit.since else ""
    counts = f"{circuit.failures} of {circuit.exchanges} exchanges failed"
    times = {0: "before this start", 1: "once"}.get(circuit.opened, f"{circuit.opened} times")
    told = f"opened {times}, requests refused: {circuit.refused}"
    yield f"circuit    {circuit.phase}{since} to {gateway.third_party}: {counts}; {told}"


def _detection(found: "Overview") -> Iterator[str]:
    watch = found.watch
    if watch and watch.is_detecting:
        counts = f"{watch.detections} found in {counted(watch.looked_at, 'event')} since it began"
        yield f"detection  {counts}, groups: {watch.groups}, lag {watch.detection_lag:.1f} s"
    if found.incidents:
        yield "incidents  " + ", ".join(f"{count} {state}" for state, count in sorted(found.incidents.items()))
    for each in found.deliveries:
        yield f"told       {each.name}: {each.sent} sent, {each.waiting} waiting, {each.given_up} given up"


def _assessing(found: "Assessing") -> Iterator[str]:
    from garrison.cli.moments import show_moment

    last = found.last
    if last is not None:
        made = "failed" if last.trouble else "made"
        counts = f"{len(last.differences)} differences" if len(last.differences) != 1 else "a difference"
        yield f"assessed   {found.target}: the last run was {made} at {show_moment(last.begun)}, {counts}"
    if found.since:
        yield f"assessing  {found.target} since {show_moment(found.since)}"
    elif found.due:
        yield f"assessing  {found.target}: the next run begins at {show_moment(found.due)}"
    else:
        yield f"assessing  {found.target}: no process does it"


def _process(one: "Process") -> str:
    from garrison.cli.moments import show_moment

    if not one.alive:
        return f"{one.name:<10} not running"
    restarts = f", restarts: {one.restarts}" if one.restarts else ""
    return f"{one.name:<10} running as process {one.pid} since {show_moment(one.since)}{restarts}"


def _size(count: float) -> str:
    for unit in ("bytes", "KB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"
