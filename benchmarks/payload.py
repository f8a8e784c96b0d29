"""Payload inspection over a set of labelled requests: `python benchmarks/payload.py SET.jsonl[.xz]`.

Each line is a request with `label` (malicious, legit), `class`, `source`, `family` and `confidence`; only `strong` rows
count. Printed are true and false positives by class, source and fold of families, what padding costs, and processor
time. Nothing is learned from a set, so that a fold is only another part of it: what is printed by fold is how far the
figures depend on which families are looked at.

    --padding     3 kB and 64 kB of benign text around each attack
    --whole       through the engine, with all other controls only watching
"""

import argparse
import json
import lzma
import time
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from garrison.adapters.recorded.exchange import RecordedExchange
from garrison.adapters.recorded.jsonl import read_lines
from garrison.adapters.recorded.play import decide_request
from garrison.config.model import Settings
from garrison.contract.media import kind_of
from garrison.core.canonical import canonicalise
from garrison.core.decision import Mode
from garrison.engine.decode import Undecodable, decode
from garrison.engine.media_type import MediaType, parse_media_type
from garrison.engine.plan import Policy
from garrison.payload.gather import body_texts, head_texts, query_texts, raw_texts, target_texts
from garrison.payload.judge import judge, prepare
from garrison.wiring import build_policy

FOLDS = 5
_PADDING = "The quick brown fox jumps over the lazy dog, and it's 5 o'clock; see you (or call) tomorrow.\n"


class Row(msgspec.Struct):
    """One labelled request."""

    about: dict[str, Any]
    texts: list[str]
    exchange: RecordedExchange

    @property
    def is_malicious(self) -> bool:
        return bool(self.about["label"] == "malicious")

    @property
    def group(self) -> str:
        """Its class where it is malicious, else its source."""
        return str(self.about["class" if self.is_malicious else "source"])

    @property
    def fold(self) -> int:
        return zlib.crc32(str(self.about["family"]).encode()) % FOLDS


def read(path: Path) -> Iterator[Row]:
    """The rows that count and can be read as requests."""
    data = path.read_bytes()
    lines = (lzma.decompress(data) if path.suffix == ".xz" else data).splitlines(keepends=True)
    for line, entry in zip(lines, read_lines(iter(lines)), strict=True):
        about = json.loads(line)
        if about["confidence"] == "strong" and isinstance(entry, RecordedExchange):
            yield Row(about, texts_of(entry), entry)


def texts_of(entry: RecordedExchange) -> list[str]:
    """The texts that are inspected where no operation is described."""
    canonical = canonicalise(entry.request)
    found = target_texts(canonical.path, canonical.segments, None, frozenset())
    found += query_texts(canonical.query) + head_texts(canonical.headers)
    if entry.body:
        media_type = parse_media_type(canonical.headers.get("content-type", ""))
        kind = kind_of(media_type.essence) if media_type.essence else "opaque"
        document = decode(entry.body, kind, media_type or MediaType(""), Settings().controls.request_limits)
        found += raw_texts(entry.body, kind) if isinstance(document, Undecodable) else body_texts(document)
    return [text for _, text in found]


def report(rows: Sequence[Row]) -> None:
    """Rates by class, source and fold, and processor time."""
    found, times = [], []
    for row in rows:
        start = time.process_time()
        found.append(bool(judge(row.texts)))
        times.append((time.process_time() - start) * 1e6)
    print(summary("all", zip(rows, found, strict=True)))
    for fold in range(FOLDS):
        print(summary(f"fold {fold}", ((row, hit) for row, hit in zip(rows, found, strict=True) if row.fold == fold)))
    of, hits = (
        Counter(row.group for row in rows),
        Counter(row.group for row, hit in zip(rows, found, strict=True) if hit),
    )
    for group, count in of.most_common():
        print(f"  {group:20} {hits[group]:5} of {count:5}  {hits[group] / count:.4f}")
    times.sort()
    print(f"microseconds: median {times[len(times) // 2]:.0f}, p99 {times[len(times) * 99 // 100]:.0f}")


def summary(name: str, judged: Iterable[tuple[Row, bool]]) -> str:
    """True and false positives, and balanced accuracy."""
    counts = Counter((row.is_malicious, hit) for row, hit in judged)
    attacks, others = counts[True, True] + counts[True, False], counts[False, True] + counts[False, False]
    true, false = counts[True, True] / max(1, attacks), counts[False, True] / max(1, others)
    return f"{name}: TPR {true:.4f}, FPR {false:.4f}, balanced {(true + 1 - false) / 2:.4f} ({attacks}, {others})"


def padded(rows: Sequence[Row], size: int) -> None:
    """How many attacks are found alone, and in the midst of benign text of `size` bytes."""
    attacks = [str(row.about["payload"]) for row in rows if row.is_malicious and row.about.get("payload")]
    half = (_PADDING * (size // len(_PADDING) + 1))[: size // 2]
    alone = sum(bool(judge([text])) for text in attacks)
    within = sum(bool(judge([f"{half} {text} {half}"])) for text in attacks)
    share = len(attacks) or 1
    print(f"padding of {size} bytes: {alone / share:.4f} alone, {within / share:.4f} within")


def whole(rows: Sequence[Row]) -> None:
    """The same through the engine."""
    policy = watching()
    hits = [any(each.control == "payload" for each in decide_request(policy, row.exchange).reasons) for row in rows]
    print(summary("through the engine", zip(rows, hits, strict=True)))


def watching() -> Policy:
    """A policy without a contract in which only `payload` enforces."""
    controls = Settings().controls
    controls = replace(controls, inventory=replace(controls.inventory, unsafe_allow_undescribed=True))
    names = ("canonical_form", "media_type", "request_limits", "request_schema")
    watched = {name: replace(getattr(controls, name), mode=Mode.MONITOR) for name in names}
    return build_policy(replace(Settings(), mode="enforce", controls=replace(controls, **watched)), read=lambda _: b"")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("set", type=Path)
    parser.add_argument("--padding", action="store_true")
    parser.add_argument("--whole", action="store_true")
    chosen = parser.parse_args()
    prepare()
    rows = list(read(chosen.set))
    report(rows)
    if chosen.padding:
        for size in (3_000, 64_000):
            padded(rows, size)
    if chosen.whole:
        whole(rows)


if __name__ == "__main__":
    main()
