"""What budgets cost in memory and time: `python benchmarks/budgets.py`, or `memory`, `wide`, `exchange`, `restart`,
`kept DIRECTORY TIME`."""

import gc
import json
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from garrison.adapters.event_ids import event_ids
from garrison.adapters.store.budget_memory import BudgetMemory
from garrison.adapters.store.catalogue import TABLES
from garrison.adapters.store.dataset import Dataset
from garrison.adapters.store.record import Recorder
from garrison.adapters.store.segments import segment_files
from garrison.adapters.store.spool import SpoolWriter
from garrison.config.load import load_settings
from garrison.config.model import Settings
from garrison.core.decision import Disposition, FailMode, Mode
from garrison.core.event import Event
from garrison.core.exposure import Disclosure
from garrison.core.http import Peer, RequestHead, ResponseHead
from garrison.core.ids import EventId, OperationId
from garrison.engine.budgets import Budgets
from garrison.engine.exchange import Exchange
from garrison.engine.plan import Policy
from garrison.engine.pseudonyms import Pseudonyms
from garrison.engine.seen import Seen
from garrison.engine.state import State
from garrison.engine.step import Pass
from garrison.wiring import build_policy

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
    """In time of the processor; the best of five runs."""
    best = 1e9
    for run in range(5):
        begun = time.process_time()
        for index in range(times):
            call(run * times + index)
        best = min(best, (time.process_time() - begun) / times)
    print(f"  {what}: {best * 1e6:.1f} us")


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
    picked = [[shown[_RANDOM.randrange(size)]] for _ in range(10_000)]
    timed("one seen before is shown again", lambda index: show(budgets, "a", picked[index], now + index), 2000)
    windows = [(1, 3600), (2, 86400), (3, MONTH)]

    def count(index: int) -> None:
        seen = known(budgets, "a")
        for _, window in windows:
            seen.used(window, seen.cutoff("", window, now + 10_000 + index))

    timed("counting three windows", count, 2000)
    batch = _RANDOM.sample(shown, min(1000, size))
    timed(f"an answer with {len(batch)} of them", lambda index: show(budgets, "a", batch, now + 30_000 + index), 5)


NUMBER = {"type": "string", "x-garrison-subject": "customer"}
CUSTOMER = {"type": "object", "properties": {"number": NUMBER, "name": {"type": "string", "x-garrison-type": "name"}}}
CONTRACT = {
    "openapi": "3.1.0",
    "info": {"title": "Customers", "version": "1"},
    "paths": {
        "/customers/{number}": {
            "parameters": [{"name": "number", "in": "path", "required": True, "schema": NUMBER}],
            "get": {"responses": {"200": {"description": "", "content": {"application/json": {"schema": CUSTOMER}}}}},
        },
        "/customers": {
            "get": {
                "responses": {
                    "200": {
                        "description": "",
                        "content": {"application/json": {"schema": {"type": "array", "items": CUSTOMER}}},
                    }
                }
            }
        },
    },
}
NONE = "[]"
SHIPPED = "[{name: h, limit: 200, then: hold}, {name: d, limit: 500, window: 1d}, {name: m, limit: 2000, window: 30d}]"
WIDE = SHIPPED.replace("2000", "900000").replace("200,", "900000,").replace("500", "900000")


def policy(budgets: str) -> Policy:
    text = f"""
mode: enforce
contract: {{file: api.json}}
controls: {{payload: {{mode: off}}, response-schema: {{mode: off}}, exposure: {{mode: enforce, budgets: {budgets}}}}}
"""
    settings = load_settings(text.encode(), "garrison.yaml")
    return build_policy(settings, read=lambda _: json.dumps(CONTRACT).encode())


def exchange(given: Policy, target: str, body: bytes, now: float, peer: str) -> None:
    one = Exchange(given, EventId("x"), now)
    one.request(RequestHead("GET", target, "a.example", (), Peer(peer, 1)))
    step = one.response(ResponseHead(200, (("content-type", "application/json"),)), body)
    assert isinstance(step, Pass), step
    one.close(now)


def exchanges() -> None:
    """Whole exchanges of the engine, in time of the processor; the best of five runs each."""
    peers = [f"10.0.{index // 250}.{index % 250}" for index in range(1000)]

    def known_one(given: Policy, index: int) -> None:
        number = index // 1000 % 40
        exchange(given, f"/customers/{number}", f'{{"number":"{number}","name":"A"}}'.encode(), START + index / 1e4,
                 peers[index % 1000])  # fmt: skip

    def new_one(given: Policy, index: int) -> None:
        exchange(given, f"/customers/{index}", f'{{"number":"{index}","name":"A"}}'.encode(), START + index / 1e4,
                 peers[index % 1000])  # fmt: skip

    def list_of(given: Policy, index: int) -> None:
        exchange(given, "/customers", LIST, START + index / 10, peers[index % 10])

    for what, call, times, budgets in (
        ("one customer, seen before", known_one, 40_000, SHIPPED),
        ("one customer, new", new_one, 40_000, WIDE),
        ("a list of 1,000, seen before", list_of, 40, SHIPPED.replace("limit: 200", "limit: 1000")
         .replace("limit: 500", "limit: 1000")),
    ):  # fmt: skip
        costs = []
        for told in (NONE, budgets):
            best = 1e9
            given = policy(told)
            for index in range(times):
                call(given, index)  # once, so that what is seen before was seen
            for run in range(5):
                begun = time.process_time()
                for index in range(times):
                    call(given, index + (run + 1) * times)
                best = min(best, (time.process_time() - begun) / times * 1e6)
            costs.append(best)
        print(f"{what}: {costs[0]:.1f} us without budgets, {costs[1]:.1f} us with three")


LIST = json.dumps([{"number": str(number), "name": "A"} for number in range(1000)]).encode()


def restart(principals: int = 20_000, each: int = 200) -> None:
    """The windows of so many principals read from the ledger, and whom they were shown."""
    pseudonyms = Pseudonyms(b"k" * 32, 1)
    new_id = event_ids()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        writer = SpoolWriter(data / "spool")
        record = Recorder(writer, fail=FailMode.CLOSED).record
        for index in range(principals):
            people = tuple(pseudonyms.digest("customer", f"{index}-{number}") for number in range(each))
            now = START + index / 10
            record(
                Event(new_id(now), now, "GET", OperationId("customers"), "/c", "10.0.0.1", True, Mode.ENFORCE,
                      Disposition.ALLOWED, 200, name(index), key=1, exposed=(Disclosure("customer", people),))
            )  # fmt: skip
        writer.close()
        for table in TABLES:
            with Dataset(data, table, sharing=TABLES) as dataset:
                while dataset.ingest(segment_files(data / "spool"), START):
                    pass
        again(data, START + principals / 10)


def again(data: Path, now: float) -> None:
    """What a gateway that starts reads of the ledger in `data`."""
    begun, worked, before = time.perf_counter(), time.process_time(), resident()
    state = State()
    state.pseudonyms = Pseudonyms(b"k" * 32, 1)
    memory = BudgetMemory(state, print)
    memory.apply(Settings(data=str(data)), (), now)
    took, worked = time.perf_counter() - begun, time.process_time() - worked
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(
        f"read again: {took:.1f} s, {worked:.1f} s of the processor; {len(state.people):,} places for people, "
        f"{(resident() - before) / 1e6:.0f} MB more, {most / 1e6:.0f} MB at most"
    )


def main() -> None:
    part = sys.argv[1] if len(sys.argv) > 1 else ""
    if part in {"", "memory"}:
        many_keys()
    if part in {"", "wide"}:
        for size in (200, 2000, 20_000, 200_000, 1_000_000):
            one_key(size)
    if part in {"", "exchange"}:
        exchanges()
    if part in {"", "restart"}:
        restart()
    if part == "kept":  # a ledger that is there, as `benchmarks.ledger --kept` makes it, at a time of its
        again(Path(sys.argv[2]), float(sys.argv[3]))


if __name__ == "__main__":
    main()
