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

_WORD = re.compile(r"(?<![\w.])([a-z_]+)")


class Having(NamedTuple):
    """A compiled expression and what must be kept for it."""

    source: str
    counts: tuple[tuple[str, Callable[[Seen], Any]], ...]
    distinct: tuple[tuple[str, Callable[[Seen], Any], bool], ...]
    sums: tuple[tuple[str, Callable[[Seen], Any]], ...]
    asked: Callable[[Mapping[str, float]], Any]

    def holds(self, values: Mapping[str, float]) -> bool:
        """Whether the expression is true; one that fails, as by a division by nought, is not."""
        try:
            return self.asked(values) is True
        except (TypeError, ValueError, RuntimeError, ArithmeticError):
            return False


def compile_having(source: str) -> Having:
    """Raises ValueError with what is wrong and a hint."""
    fault = expression_fault(source, NAMES)
    if fault is not None:
        raise ValueError(*fault)
    used = set(_WORD.findall(source))
    asked = _asked(source)
    return Having(
        source,
        tuple((name, FIELDS[field].get) for name, field in COUNTS.items() if name in used),
        tuple((name, FIELDS[field].get, FIELDS[field].many) for name, field in DISTINCT.items() if name in used),
        tuple((name, FIELDS[field].get) for name, field in SUMS.items() if name in used),
        asked,
    )


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
    """What is true of the events of one group."""

    __slots__ = ("counters", "entries", "having", "head", "totals")

    def __init__(self, having: Having) -> None:
        self.having = having
        self.entries: list[tuple[float, tuple[Any, ...]]] = []
        self.head = 0
        self.totals = [0.0] * (len(having.counts) + len(having.sums))
        self.counters: tuple[dict[Any, int], ...] = tuple({} for _ in having.distinct)

    def add(self, seen: Seen) -> None:
        """Count one event."""
        having = self.having
        self._enter((
            seen.time,
            (
                *[float(bool(get(seen))) for _, get in having.counts],
                *[float(get(seen)) for _, get in having.sums],
                *[tuple(get(seen)) if many else get(seen) for _, get, many in having.distinct],
            ),
        ))  # fmt: skip
        if len(self.entries) - self.head > KEPT:
            self._leave()

    def _enter(self, entry: tuple[float, tuple[Any, ...]]) -> None:
        self.entries.append(entry)
        values = entry[1]
        totals = self.totals
        for place in range(len(totals)):
            totals[place] += values[place]
        for place, counter in enumerate(self.counters, len(totals)):
            for one in _each(values[place]):
                counter[one] = counter.get(one, 0) + 1

    def _leave(self) -> None:
        values = self.entries[self.head][1]
        self.head += 1
        totals = self.totals
        for place in range(len(totals)):
            totals[place] -= values[place]
        for place, counter in enumerate(self.counters, len(totals)):
            for one in _each(values[place]):
                if counter[one] == 1:
                    del counter[one]
                else:
                    counter[one] -= 1
        if self.head > 64 and self.head * 2 > len(self.entries):
            del self.entries[: self.head]
            self.head = 0

    def expire(self, before: float) -> None:
        """Forget what was over at `before`, that moment included."""
        while self.head < len(self.entries) and self.entries[self.head][0] <= before:
            self._leave()

    def values(self) -> dict[str, float]:
        """All that the expression may name."""
        having = self.having
        kept = len(self.entries) - self.head
        names = [*[name for name, _ in having.counts], *[name for name, _ in having.sums]]
        found = dict(zip(names, self.totals, strict=True))
        found |= {name: float(len(counter)) for (name, *_), counter in zip(having.distinct, self.counters, strict=True)}
        found["count"] = float(kept)
        found["seconds"] = self.entries[-1][0] - self.entries[self.head][0] if kept else 0.0
        return found

    def dump(self) -> list[Any]:
        """As `load` takes it."""
        return [list(entry) for entry in self.entries[self.head :]]

    def load(self, dumped: list[Any]) -> None:
        """What `dump` gave."""
        for time, values in dumped:
            self._enter((time, tuple(tuple(one) if isinstance(one, list) else one for one in values)))


def _each(value: Any) -> tuple[Any, ...]:
    if isinstance(value, tuple):
        return value
    return (value,) if value not in ("", None) else ()
