"""Replay against live: `python -m benchmarks.replay [EXCHANGES]` (10,000 by default).

A real gateway keeps what it is sent, good and bad of every kind; played again under the same policy every exchange
must be decided as it was. Prints the count of both, in enforce and monitor mode, and what keeping and replaying took.
"""

import argparse
import json
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from tests.integration.envoy.running import build_filter
from tests.integration.gateway import mixed_traffic
from tests.integration.gateway.running import Guard, until

from garrison.adapters.recorded.keys import KeySource
from garrison.adapters.recorded.replay import replay
from garrison.adapters.recorded.samples import read_samples
from garrison.adapters.store.query import count
from garrison.cli.opening import open_policy
from garrison.config.load import Options

CLIENTS = 8


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("exchanges", type=int, nargs="?", default=10_000)
    exchanges: int = parser.parse_args().exchanges
    with tempfile.TemporaryDirectory() as folder:
        module = str(build_filter(Path(folder)))
        return max(_run(Path(folder) / mode, module, mode, exchanges) for mode in ("enforce", "monitor"))


def _run(folder: Path, module: str, mode: str, exchanges: int) -> int:
    folder.mkdir()
    (folder / "api.json").write_text(json.dumps(mixed_traffic.CONTRACT))
    upstream = mixed_traffic.MixedUpstream()
    settings = {
        **mixed_traffic.SETTINGS,
        "mode": mode,
        "data": "data",
        "contract": {"file": "api.json"},
        "record": {"keep-bodies": True},
    }
    guard = Guard(folder, upstream.port, settings, module)
    port = guard.port()
    begun = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(partial(mixed_traffic.send, port), mixed_traffic.requests(exchanges)))
    served = time.perf_counter() - begun
    until(lambda: count(folder / "data") >= exchanges, "not every exchange was recorded", guard, seconds=60)
    guard.stop()
    upstream.close()
    kept = list(read_samples(folder / "data", KeySource(str(folder / "data.key"))))
    size = sum(path.stat().st_size for path in (folder / "data" / "bodies").rglob("*.sealed"))
    begun = time.perf_counter()
    result = replay(kept, open_policy(guard.file, Options()).policy)
    took = time.perf_counter() - begun
    print(f"{mode}: {exchanges} served in {served:.1f} s, {len(kept)} kept in {size / 1e6:.0f} MB")
    print(f"{mode}: {result.as_recorded} decided as live, {len(result.unlike_recorded)} otherwise")
    print(f"{mode}: {took / max(1, result.exchanges) * 1e6:.0f} us to replay one")
    return 0 if result.as_recorded == exchanges == len(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
