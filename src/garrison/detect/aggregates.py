"""`garrison.having`: what must also be true of a group, told of the events in its window."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from garrison.config.expression import compiled, expression_fault
from garrison.detect.arithmetic import NotPlainError, plain
from garrison.detect.fields import FIELDS
from garrison.detect.seen import Seen

KEPT: Final = 4_096
"""Events of a group's window that are looked at: the last ones."""

COUNTS: Final[Mapping[str, str]] = {
    "missed": "missed",
    "denied": "denied",
    "unissued": "strange",
    "near": "near",
    "novel": "novel",
    "newcomer": "newcomer",
    "looked": "looked",
    "told": "told",
}
"""How many of the events are so: names, and the fields that say it."""
DISTINCT: Final[Mapping[str, str]] = {
    "people": "people",
    "sought": "sought",
    "principals": "principal",
    "peers": "peer",
    "networks": "network",
    "clients": "client",
    "tokens": "token",
    "agents": "agent",
    "operations": "operation",
    "accounts": "claimed",
}
"""How many different values a field has."""
SUMS: Final[Mapping[str, str]] = {"request_bytes": "request_bytes", "response_bytes": "response_bytes"}
NAMES: Final = ("count", "seconds", *COUNTS, *DISTINCT, *SUMS)
"""What an expression may name. All are CEL's `double`."""

_MOST_NESTED: Final = 16
"""Signs that nest, in an expression that is looked at by recursion before CEL has bounded it."""
_WORD = re.compile(r"(?<![\w.])([a-z_]+)")


class Having(NamedTuple):
    """A compiled expression and what must be kept for it."""

    source: str
    numbers: tuple[str, ...]
    """What is added up: names of counts and sums."""
    distinct: tuple[str, ...]
    getters: tuple[Callable[[Seen], Any], ...]
    """What is kept of an event: for `numbers`, then for `distinct`."""
    asked: Callable[[Mapping[str, float]], Any]

    def holds(self, values: Mapping[str, float]) -> bool:
        """Whether the expression is true; one that fails, as by a division by nought, is not."""
        try:
            return self.asked(values) is True
        except (TypeError, ValueError, RuntimeError, ArithmeticError):
            return False


def compile_having(source: str) -> Having:
    """Raises ValueError with what is wrong and a hint."""
    fault = None if _is_plain(source) else expression_fault(source, NAMES)
    if fault is not None:
        raise ValueError(*fault)
    used = set(_WORD.findall(source))
    numbers = {name: field for name, field in {**COUNTS, **SUMS}.items() if name in used}
    distinct = {name: field for name, field in DISTINCT.items() if name in used}
    getters = [FIELDS[field].get for field in (*numbers.values(), *distinct.values())]
    return Having(source, tuple(numbers), tuple(distinct), tuple(getters), _asked(source))


def _is_plain(source: str) -> bool:
    """Whether it is understood without CEL, whose library takes longer to load than all rules together."""
    if sum(source.count(sign) for sign in "(!-") > _MOST_NESTED or not set(_WORD.findall(source)) <= set(NAMES):
        return False
    try:
        plain(source)
    except NotPlainError:
        return False
    return True


def _asked(source: str) -> Callable[[Mapping[str, float]], Any]:
    try:
        asked: Callable[[Mapping[str, float]], Any] = plain(source)
    except NotPlainError:
        program = compiled(source)
        asked = lambda values: program.execute(dict(values))  # noqa: E731
    try:
        value = asked(dict.fromkeys(NAMES, 1.0))
    except (TypeError, ValueError, RuntimeError, ArithmeticError) as error:
        said = " ".join(str(error).split())
        raise ValueError(f"fails: {said}", "every number is a double: write `3.0`, not `3`") from None
    if not isinstance(value, bool):
        raise ValueError("is neither true nor false", "example: `missed / count >= 0.5`")  # noqa: TRY004  # every fault is told in the same way
    return asked


class Aggregates:
    """What is true of the events of one group. It is added up from the moment on when somebody asks: most groups never
    get so far."""

    __slots__ = ("counters", "entries", "having", "head", "totals")

    def __init__(self, having: Having) -> None:
        self.having = having
        self.entries: list[tuple[Any, ...]] = []
        """Of each event when it ended, and what the getters gave."""
        self.head = 0
        self.totals: list[float] | None = None
        self.counters: tuple[dict[Any, int], ...] = ()

    def add(self, seen: Seen) -> None:
        """Count one event."""
        entry = (seen.time, *[get(seen) for get in self.having.getters])
        self.entries.append(entry)
        if self.totals is not None:
            self._enter(entry, self.totals)
        if len(self.entries) - self.head > KEPT:
            self._leave()

    def _enter(self, entry: tuple[Any, ...], totals: list[float]) -> None:
        for place in range(len(totals)):
            totals[place] += entry[place + 1]
        for value, counter in zip(entry[len(totals) + 1 :], self.counters, strict=True):
            for one in _each(value):
                counter[one] = counter.get(one, 0) + 1

    def _leave(self) -> None:
        entry, totals = self.entries[self.head], self.totals
        self.head += 1
        if totals is not None:
            for place in range(len(totals)):
                totals[place] -= entry[place + 1]
            for value, counter in zip(entry[len(totals) + 1 :], self.counters, strict=True):
                for one in _each(value):
                    if counter[one] == 1:
                        del counter[one]
                    else:
                        counter[one] -= 1
        if self.head > 16 and self.head * 2 > len(self.entries):
            del self.entries[: self.head]
            self.head = 0

    def expire(self, before: float) -> None:
        """Forget what was over at `before`, that moment included."""
        while self.head < len(self.entries) and self.entries[self.head][0] <= before:
            self._leave()

    def values(self) -> dict[str, float]:
        """All that the expression may name."""
        having = self.having
        if self.totals is None:
            self.totals = [0.0] * len(having.numbers)
            self.counters = tuple({} for _ in having.distinct)
            for entry in self.entries[self.head :]:
                self._enter(entry, self.totals)
        found = dict(zip(having.numbers, self.totals, strict=True))
        found |= {name: float(len(counter)) for name, counter in zip(having.distinct, self.counters, strict=True)}
        found["count"] = float(len(self.entries) - self.head)
        found["seconds"] = self.entries[-1][0] - self.entries[self.head][0] if found["count"] else 0.0
        return found

    def dump(self) -> list[Any]:
        """As `load` takes it."""
        return self.entries[self.head :]

    def load(self, dumped: list[Any]) -> None:
        """What `dump` gave."""
        self.entries = [tuple(tuple(one) if isinstance(one, list) else one for one in entry) for entry in dumped]


def _each(value: Any) -> tuple[Any, ...]:
    if isinstance(value, tuple):
        return value
    return (value,) if value not in ("", None) else ()
