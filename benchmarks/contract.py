"""What a description costs: `python -m benchmarks.contract FILE [--json OUT]`.

Loaded once, in a fresh process, as `garrison guard` does it: reading, resolving, compiling all schemas, building the
matcher. Memory is what the process holds more afterwards, and at most in between. An operation is then found by a
path of its own, the variables filled in; the best of several runs counts, since what is over it is other processes.
"""

import argparse
import re
import resource
import statistics
import time
import timeit
from pathlib import Path

import msgspec

from garrison.adapters.sources import read_source
from garrison.contract.catalogue import Catalogue, CompiledOperation, Match
from garrison.contract.load import load
from garrison.core.errors import GarrisonError

_RUNS = 3
_CALLS = 300
"""Per run. 1,200 operations take about two seconds."""
_MIB = 1024 * 1024
_VARIABLE = re.compile(r"\{[^{}]*\}")


class Figures(msgspec.Struct, frozen=True):
    """What was measured of one description."""

    source: str
    bytes: int
    operations: int
    uncompiled: int
    problems: int
    load_seconds: float
    load_processor_seconds: float
    """What of it this process had the processor for: the rest is other processes."""
    held_mib: float
    """Resident memory after loading, less that before."""
    peak_mib: float
    """The most resident memory so far, less that before loading."""
    match_microseconds: float
    """The median over all operations."""
    slowest_microseconds: float
    slowest: str
    """The operation that takes longest to find."""


def resident() -> int:
    """Resident memory of this process, in bytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def match_seconds(catalogue: Catalogue, operation: CompiledOperation) -> float:
    """How long it takes to find `operation`, or whatever is more specific, by a path of its template."""
    described = operation.operation
    segments = tuple(_VARIABLE.sub("a1", described.template).removeprefix("/").split("/"))
    if not isinstance(catalogue.match(described.method, "", segments), Match):
        raise SystemExit(f"{described.method} {described.template} is not found by its own path")
    call = timeit.Timer(lambda: catalogue.match(described.method, "", segments))
    return min(call.repeat(_RUNS, _CALLS)) / _CALLS


def measure(source: str) -> Figures:
    """Load and match once."""
    before, began, used = resident(), time.perf_counter(), time.process_time()
    contract = load(source, read=read_source)
    took, used, held = time.perf_counter() - began, time.process_time() - used, resident() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before
    catalogue = contract.catalogue
    found = [(match_seconds(catalogue, each), each.operation) for each in catalogue.operations]
    if not found:
        raise SystemExit(f"`{source}` describes no operation that can be compiled")
    slowest, operation = max(found, key=lambda pair: pair[0])
    return Figures(
        source=Path(source).name,
        bytes=Path(source).stat().st_size,
        operations=len(found),
        uncompiled=len(catalogue.uncompiled),
        problems=len(contract.problems),
        load_seconds=took,
        load_processor_seconds=used,
        held_mib=held / _MIB,
        peak_mib=peak / _MIB,
        match_microseconds=statistics.median(seconds for seconds, _ in found) * 1e6,
        slowest_microseconds=slowest * 1e6,
        slowest=f"{operation.method} {operation.template}",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="What a description costs to load and to match.")
    parser.add_argument("file", help="an OpenAPI description")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    given = parser.parse_args()
    if not Path(given.file).is_file():
        parser.error(f"`{given.file}` is no file")
    try:
        figures = measure(given.file)
    except GarrisonError as error:
        raise SystemExit(str(error)) from error
    print(f"{figures.source}: {figures.bytes / _MIB:.1f} MiB, {figures.operations} operations", end="")
    print(f", {figures.uncompiled} not compiled, {figures.problems} problems")
    print(f"load    {figures.load_seconds:6.2f} s, {figures.load_processor_seconds:.2f} s of them on the processor")
    print(f"memory  {figures.held_mib:6.0f} MiB held, {figures.peak_mib:.0f} MiB at most")
    print(f"match   {figures.match_microseconds:6.2f} us")
    print(f"slowest {figures.slowest_microseconds:6.2f} us, {figures.slowest}")
    if given.json is not None:
        given.json.write_bytes(msgspec.json.format(msgspec.json.encode(figures)) + b"\n")


if __name__ == "__main__":
    main()
