"""What limits and blocks cost, with a million keys: `python benchmarks/limits.py`."""

import gc
import random
import resource
import time

from garrison.core.countermeasure import Action, Countermeasure, Scope
from garrison.engine.limits import Counters, Quota, Rate
from garrison.engine.measures import Measures

KEYS = 1_000_000
NETWORKS = 100_000
_RANDOM = random.Random(7)  # noqa: S311  # addresses, not secrets


def resident() -> int:
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123
        return int(file.read().split()[1]) * resource.getpagesize()


def fill(name: str, limit: Rate | Quota) -> None:
    counters = Counters()
    gc.collect()
    before, begun = resident(), time.perf_counter()
    for index in range(KEYS):
        limit.take(counters, f"https://id.example.com:user-{index:08d}", 1, 1.79e9 + index * 1e-6)
    filled = time.perf_counter() - begun
    grown = resident() - before
    keys = [f"https://id.example.com:user-{_RANDOM.randrange(KEYS):08d}" for _ in range(100_000)]
    begun = time.perf_counter()
    for key in keys:
        limit.take(counters, key, 1, 1.79e9 + 2)
    known = time.perf_counter() - begun
    print(
        f"{name}: keys kept {len(counters):,}, {grown / 1e6:.0f} MB, {grown / KEYS:.0f} bytes a key; "
        f"a new key {filled / KEYS * 1e6:.2f} us, a known one {known / len(keys) * 1e6:.2f} us"
    )


def blocked() -> None:
    values = {
        f"{_RANDOM.randrange(1, 224)}.{_RANDOM.randrange(256)}.{_RANDOM.randrange(256)}.0/24" for _ in range(NETWORKS)
    }
    measures = [Countermeasure(Action.BLOCK, Scope.NETWORK, value, 1.79e9) for value in values]
    begun = time.perf_counter()
    found = Measures(measures)
    built = time.perf_counter() - begun
    addresses = [".".join(str(_RANDOM.randrange(256)) for _ in range(4)) for _ in range(50_000)]
    find = found.networks.find
    print(f"blocked networks: {len(values):,}, made in {built * 1e3:.0f} ms")
    for what in ("new", "known"):
        begun = time.perf_counter()
        for address in addresses:
            find(address)
        took = time.perf_counter() - begun
        print(f"a look for a {what} address: {took / len(addresses) * 1e6:.2f} us")


def main() -> None:
    fill("rate", Rate("rate", 60.0, 100))
    fill("quota", Quota("quota", 10_000, 86400))
    blocked()


if __name__ == "__main__":
    main()
