"""What detectors find, and what it costs them."""

import random
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec
from benchmarks.inspection.detector import Detector
from benchmarks.inspection.padding import SIZES, padded
from benchmarks.inspection.rows import FOLDS, Row

_SEED: Final = 9


class Rates(msgspec.Struct, frozen=True):
    """Attacks and others that were shown, and how many of them would have been refused."""

    attacks: int
    found: int
    others: int
    refused: int

    @property
    def true_positives(self) -> float:
        return self.found / max(1, self.attacks)

    @property
    def false_positives(self) -> float:
        return self.refused / max(1, self.others)

    @property
    def balanced(self) -> float:
        """Balanced accuracy: the mean of what is right of attacks and what is right of others."""
        return (self.true_positives + 1 - self.false_positives) / 2


class Padded(msgspec.Struct, frozen=True):
    """The same attacks alone, and in the midst of `size` bytes of prose."""

    size: int
    attacks: int
    alone: int
    within: int

    @property
    def points(self) -> float:
        """Percentage points of true positives that the padding costs."""
        return 100 * (self.alone - self.within) / max(1, self.attacks)


class Figures(msgspec.Struct, frozen=True):
    """One detector's."""

    detector: str
    version: str
    all: Rates
    classes: dict[str, Rates]
    """Of attacks, by their class."""
    sources: dict[str, Rates]
    """Of everything, by its source."""
    folds: list[Rates]
    """The set in five parts by family: nothing was fitted to any, so that their spread is that of the families."""
    median: float
    """Microseconds of processor time for one request."""
    p99: float
    padding: list[Padded]


def measure(detector: Detector, rows: Sequence[Row], *, seconds: float, pads: bool) -> Figures:
    """Show `rows` in an order of chance that is always the same, until `seconds` of processor time are used up."""
    order = random.Random(_SEED).sample(rows, len(rows))  # noqa: S311 - an order, and no secret
    judged: list[tuple[Row, bool]] = []
    times: list[float] = []
    end = time.process_time() + seconds
    for row in order:
        row.canonical, row.document  # noqa: B018 - read once, and for everybody: it is not the detector's work
        start = time.process_time()
        judged.append((row, detector.looks(row)))
        now = time.process_time()
        times.append((now - start) * 1e6)
        if now > end:
            break
    times.sort()
    return Figures(
        detector.name,
        detector.version,
        rates(judged),
        _grouped((pair for pair in judged if pair[0].is_malicious), lambda row: row.kind),
        _grouped(judged, lambda row: row.source),
        [rates(pair for pair in judged if pair[0].fold == fold) for fold in range(FOLDS)],
        times[len(times) // 2],
        times[len(times) * 99 // 100],
        [_padding(detector, order, size, seconds / 2) for size in SIZES] if pads else [],
    )


def rates(judged: Iterable[tuple[Row, bool]]) -> Rates:
    """Counts of rows with what was said of them."""
    attacks = found = others = refused = 0
    for row, hit in judged:
        if row.is_malicious:
            attacks, found = attacks + 1, found + hit
        else:
            others, refused = others + 1, refused + hit
    return Rates(attacks, found, others, refused)


def _grouped(judged: Iterable[tuple[Row, bool]], group: Callable[[Row], str]) -> dict[str, Rates]:
    groups: dict[str, list[tuple[Row, bool]]] = {}
    for row, hit in judged:
        groups.setdefault(group(row), []).append((row, hit))
    return {name: rates(own) for name, own in sorted(groups.items(), key=lambda item: -len(item[1]))}


def _padding(detector: Detector, rows: Iterable[Row], size: int, seconds: float) -> Padded:
    attacks = alone = within = 0
    end = time.process_time() + seconds
    for row in rows:
        if not (row.is_malicious and row.payload):
            continue
        attacks += 1
        alone += detector.looks(padded(row.payload, 0))
        within += detector.looks(padded(row.payload, size))
        if time.process_time() > end:
            break
    return Padded(size, attacks, alone, within)
