"""Sessions that answer at random, nonsense and exceptions included; used by `host.c`. Checks the filter's promises."""

import queue
import random
import sys
import threading
from typing import Any

import msgspec

from garrison.adapters.envoy import bridge
from garrison.core.http import Headers

NONSENSE = (7, -1, 1 << 70, 0x300, None, "pass", bridge.ASK | bridge.DONE)


class Tally:
    """What is open, what was asked out of turn; one for all threads."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.opened = 0
        self.closed = 0
        self.dropped = 0
        self.wrong: list[str] = []
        self.later: queue.SimpleQueue[bridge.Wake | None] = queue.SimpleQueue()
        self.waker = threading.Thread(target=self.wake)
        self.waker.start()

    def wake(self) -> None:
        """Wake exchanges from another thread; some of them twice, some when they are gone."""
        while wake := self.later.get():
            wake()
            wake()


class Session:
    def __init__(self, tally: Tally, dice: random.Random, *, judged: bool, eager: bool, has_body: bool) -> None:
        self.tally = tally
        self.dice = dice
        self.whole = eager or not has_body
        self.watching = False
        self.finished = False
        self.responded = False
        self.asking = False
        self.limit = dice.choice((0, 10, 1000, 20_000))
        self.response_limit = dice.choice((0, 10, 1000, 100_000))
        self.reply: bridge.Reply = (dice.choice((200, 403, 500)), self.fields(), bytes(dice.randrange(300)))
        self.mutation: bridge.Change = (dice.choice((None, "/new")), self.fields(), ("x-drop",), None)
        with tally.lock:
            tally.opened += 1
        self.interest = dice.choice((0, 0x100, 0x100, 0x200, 0x200))
        self.directive = self.answer(interest=self.interest, may_ask=True) if judged else None

    def fields(self) -> Headers:
        return tuple((f"x-{number}", "v" * number * 10) for number in range(self.dice.randrange(5)))

    def answer(self, *, interest: int = 0, may_ask: bool = False) -> int:
        roll = self.dice.random()
        if roll > 0.9 and may_ask:
            self.asking = True
            return bridge.ASK
        if roll < 0.01:
            with self.tally.lock:
                self.tally.dropped += 1
            self.finished = True
            if roll < 0.005:
                raise RuntimeError("at random")
            nonsense: Any = self.dice.choice(NONSENSE if may_ask else (*NONSENSE, bridge.ASK))
            return nonsense  # type: ignore[no-any-return]
        if roll < 0.05:
            return bridge.REFUSE | self.done(0.5)
        flags = bridge.MUTATE if roll < 0.15 else 0
        self.mutation = (*self.mutation[:3], None if self.whole or roll < 0.1 else b"other")
        if not self.whole and roll < 0.7:
            self.watching = self.dice.random() < 0.5
            return (bridge.OBSERVE if self.watching else bridge.HOLD) | flags | interest
        return bridge.PASS | flags | interest

    def done(self, chance: float) -> int:
        if self.dice.random() >= chance:
            return 0
        self.finished = True
        with self.tally.lock:
            self.tally.closed += 1
        return bridge.DONE

    def expect(self, call: str) -> None:
        if self.asking and call not in {"ask", "answered", "local_reply", "close"}:
            self.tally.wrong.append(f"{call} while asking")
        if self.finished:
            self.tally.wrong.append(f"{call} after the end")

    def request_body(self, chunk: bytes, end: bool, /) -> int:
        self.expect("request_body")
        assert len(chunk) < 1_000_000
        if self.watching:
            self.watching = False
            return bridge.PASS | self.done(0.1)  # all that counts of what is said about a copy
        self.whole = end
        return self.answer(may_ask=True)

    def ask(self, wake: bridge.Wake, /) -> None:
        self.expect("ask")
        roll = self.dice.random()
        if roll < 0.05:
            with self.tally.lock:
                self.tally.dropped += 1
            self.finished = True
            raise RuntimeError("at random")
        if roll < 0.4:
            wake()
        elif roll < 0.9:
            self.tally.later.put(wake)
        # else never: the client's patience ends first

    def answered(self) -> int:
        self.expect("answered")
        if not self.asking:
            self.tally.wrong.append("answered unasked")
        self.asking = False
        return self.answer(interest=self.interest, may_ask=True)

    def response(self, status: int, headers: Headers, has_body: bool, body: bytes | None, complete: bool, /) -> int:
        self.expect("response")
        if self.responded:
            self.tally.wrong.append("response twice")
        self.responded = True
        self.watching = False
        assert type(status) is int
        assert {type(text) for pair in headers for text in pair} <= {str}
        self.whole = not has_body or body is not None or not complete
        said = self.answer()
        return said if self.finished or not self.whole else said | self.done(0.5)

    def response_body(self, chunk: bytes, end: bool, /) -> int:
        self.expect("response_body")
        assert len(chunk) < 1_000_000
        self.whole = end or self.watching
        return self.answer()

    def local_reply(self, status: int, details: str, /) -> None:
        self.expect("local_reply")
        assert status >= 400
        assert details

    def close(self, aborted: bool, status: int, response_bytes: int, /) -> int:
        self.expect("close")
        self.finished = True
        with self.tally.lock:
            if self.dice.random() < 0.02:
                self.tally.dropped += 1
                raise OSError("at random")
            self.tally.closed += 1
            return bridge.REFUSE if self.dice.random() < 0.02 else bridge.PASS


class Exchanges:
    @property
    def fail_open(self) -> bool:
        return self.dice.random() < 0.3

    def __init__(self, seed: int) -> None:
        self.tally = Tally()
        self.dice = random.Random(seed)

    def request(self, *facts: Any) -> Session:
        body = facts[10]
        return Session(self.tally, self.dice, judged=facts[11], eager=body is not None, has_body=facts[9])

    def close(self) -> None:
        tally = self.tally
        tally.later.put(None)
        tally.waker.join()
        wrong = [f"wrong: {call} x{tally.wrong.count(call)}" for call in sorted(set(tally.wrong))]
        figures = f"sessions {tally.opened} closed {tally.closed} dropped after an error {tally.dropped}"
        sys.stdout.write("\n".join([figures, *wrong, ""]))
        sys.stdout.flush()


def make(config: bridge.FilterConfig) -> Exchanges:
    return Exchanges(msgspec.json.decode(config.settings, type=int))
