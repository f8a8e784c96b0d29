"""What budgets cost in memory and time: `python benchmarks/budgets.py`, `... wide` for wide limits alone."""

import gc
import random
import resource
import sys
import time
from collections.abc import Callable, Sequence

from garrison.engine.budgets import Budgets, Seen

KEYS = 100_000
SUBJECTS = 200
SPACE = "principal  "
MONTH = 30 * 86400
START = 1.79e9
_RANDOM = random.Random(7)  # noqa: S311  # digests, not secrets


def resident() -> int:
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123
        return int(file.read().split()[1]) * resource.getpagesize()


def name(key: int) -> str:
    return f"https://id.example.com:user-{key:08d}"


def digests(number: int) -> list[bytes]:
    return [_RANDOM.randbytes(8) for _ in range(number)]


def show(budgets: Budgets, key: str, shown: Sequence[bytes], now: float) -> None:
    entry = budgets.look(budgets.spaces[SPACE], key, shown)
    budgets.settle(budgets.take([entry], now), has_left=True)


def known(budgets: Budgets, key: str) -> Seen:
    found = budgets.find(budgets.spaces[SPACE], key)
    assert found is not None
    return found


def timed(what: str, call: Callable[[int], object], times: int) -> None:
    begun = time.perf_counter()
    for index in range(times):
        call(index)
    print(f"  {what}: {(time.perf_counter() - begun) / times * 1e6:.2f} us")


def many_keys() -> None:
    budgets = Budgets()
    budgets.space(SPACE, MONTH, 2000)
    gc.collect()
    before, begun = resident(), time.perf_counter()
    for second in range(SUBJECTS):  # as traffic has it: one after the other, not key by key
        for key in range(KEYS):
            show(budgets, name(key), [_RANDOM.randbytes(8)], START + second)
    took, grown = time.perf_counter() - begun, resident() - before
    print(
        f"{KEYS:,} keys with {SUBJECTS} subjects each: {grown / 1e6:.0f} MB, {grown / KEYS:.0f} bytes a key, "
        f"{took / KEYS / SUBJECTS * 1e6:.2f} us to note each subject"
    )
    assert budgets.subjects == KEYS * SUBJECTS
    begun = time.perf_counter()
    gc.collect()
    print(f"  a whole garbage collection: {(time.perf_counter() - begun) * 1e3:.0f} ms")


def one_key(size: int) -> None:
    budgets = Budgets()
    budgets.space(SPACE, MONTH, size)
    shown = digests(size)
    gc.collect()
    before = resident()
    for at in range(0, size, 100):
        show(budgets, "a", shown[at : at + 100], START + at // 100)
    now = START + size // 100
    print(f"a key with {size:,} subjects: {(resident() - before) / 1e6:.2f} MB")
    picked = [[shown[_RANDOM.randrange(size)]] for _ in range(2000)]
    timed("one seen before is shown again", lambda index: show(budgets, "a", picked[index], now + index), 2000)
    windows = [(1, 3600), (2, 86400), (3, MONTH)]

    def count(index: int) -> None:
        seen = known(budgets, "a")
        for _, window in windows:
            seen.used(window, seen.cutoff("", window, now + 2000 + index))

    timed("counting three windows", count, 2000)
    batch = _RANDOM.sample(shown, min(1000, size))
    timed(f"an answer with {len(batch)} of them", lambda index: show(budgets, "a", batch, now + 4000 + index), 20)


def main() -> None:
    if sys.argv[1:] != ["wide"]:
        many_keys()
    for size in (200, 2000, 20_000, 200_000, 1_000_000):
        one_key(size)


if __name__ == "__main__":
    main()
