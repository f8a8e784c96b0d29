"""Payload inspection over a set of labelled requests, and that of others in the same run.

    python benchmarks/payload.py SET.jsonl[.xz] [--only NAME ...] [--padding] [--contract] [--json FILE] [--docs]

Each line of the set is a request with `label` (malicious, legit), `class`, `source`, `family` and `confidence`; only
`strong` rows count. Printed are true and false positives and balanced accuracy: of all, by class, by source and by five
parts of the set that no family is in two of; and the processor time for one request. A detector that is not installed
is left out, with what to install.

    --padding     3 kB and 64 kB of prose around each attack
    --contract    through the engine, to operations whose contract types the fields
    --whole       through the engine without a contract: the same decisions as by the inspection alone
    --every 20    a twentieth of the rows, for a quick look
    --core-rules  the Core Rule Set's own release instead of Debian's
    --beside      figures of detectors that take long and do not change, from the result of another run

A detector has `--seconds` of processor time; what it does not come to is left out, in an order of chance that is always
the same.
"""

import argparse
import datetime as dt
import importlib.util
import os
import platform
import sys
import tempfile
from collections.abc import Container, Iterator, Sequence
from pathlib import Path

import msgspec
from benchmarks.inspection.detector import Detector, MissingError, Options
from benchmarks.inspection.detectors.catalogue import DETECTORS
from benchmarks.inspection.figures import Figures, Rates, measure, rates
from benchmarks.inspection.rows import Row, read
from benchmarks.inspection.through_engine import Typed, refusals, with_contract


class Result(msgspec.Struct, frozen=True):
    """Everything that one run found."""

    run: dict[str, str]
    figures: list[Figures]
    missing: dict[str, str]
    """Detectors that are not installed, and what would have to be."""
    contract: dict[str, Typed]
    """Rows to operations that a contract describes, by label and type of the field; empty where not asked for."""


def main() -> None:
    """Command line."""
    chosen = _parser().parse_args()
    if chosen.docs and importlib.util.find_spec("pygal") is None:
        sys.exit("charts need pygal (hint: pip install '.[bench]')")
    rows = list(read(chosen.set, chosen.every))
    with tempfile.TemporaryDirectory() as name:
        options = Options(Path(name), chosen.core_rules, chosen.paranoia)
        detectors, missing = _started(chosen.only or list(DETECTORS), options)
        figures = []
        for each in detectors:
            figures.append(measure(each, rows, seconds=chosen.seconds, pads=chosen.padding))
            _print(_lines(figures[-1]))
    if chosen.beside:
        figures += _others(chosen.beside, {each.detector for each in figures})
    result = Result(_facts(chosen.set, rows), figures, missing, with_contract(rows) if chosen.contract else {})
    _print(_contract_lines(result.contract))
    if chosen.whole:
        print(f"through the engine: {_told(rates(zip(rows, refusals(rows), strict=True)))}")
    if chosen.json:
        chosen.json.write_bytes(msgspec.json.format(msgspec.json.encode(result)) + b"\n")
    if chosen.docs:
        from benchmarks.inspection.report import write_docs

        write_docs(result)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", type=Path)
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=DETECTORS, help=f"of {', '.join(DETECTORS)}")
    parser.add_argument("--padding", action="store_true")
    parser.add_argument("--contract", action="store_true")
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--every", type=int, default=1, metavar="N")
    parser.add_argument(
        "--seconds", type=float, default=600.0, help="processor time for each detector; half for padding"
    )
    parser.add_argument("--core-rules", type=Path, metavar="DIRECTORY")
    parser.add_argument("--paranoia", type=int, default=1, help="the Core Rule Set's level, 1 to 4")
    parser.add_argument("--beside", type=Path, metavar="FILE", help="a result of an earlier run")
    parser.add_argument("--json", type=Path, help="where to write the result")
    parser.add_argument("--docs", action="store_true", help="put tables and chart into docs/ (needs the extra `bench`)")
    return parser


def _started(names: Sequence[str], options: Options) -> tuple[list[Detector], dict[str, str]]:
    detectors, missing = [], {}
    for name in names:
        try:
            detectors.append(DETECTORS[name](options))
        except MissingError as error:
            missing[name] = str(error)
            print(f"{name} is left out: not installed (hint: {error})")
    return detectors, missing


def _others(file: Path, known: Container[str]) -> list[Figures]:
    result = msgspec.json.decode(file.read_bytes(), type=Result)
    return [each for each in result.figures if each.detector not in known]


def _lines(figures: Figures) -> Iterator[str]:
    yield f"{figures.detector} ({figures.version}): {_told(figures.all)}"
    for number, fold in enumerate(figures.folds):
        yield f"  fold {number}: {_told(fold)}"
    for name, own in figures.classes.items():
        yield f"  {name:20} {own.found:5} of {own.attacks:5} found    {own.true_positives:.4f}"
    for name, own in figures.sources.items():
        if own.others:
            yield f"  {name:20} {own.refused:5} of {own.others:5} refused  {own.false_positives:.4f}"
        if own.attacks:
            yield f"  {name:20} {own.found:5} of {own.attacks:5} found    {own.true_positives:.4f}"
    yield f"  microseconds: median {figures.median:.0f}, p99 {figures.p99:.0f}"
    for each in figures.padding:
        yield f"  {each.size} bytes of padding cost {each.points:.1f} points ({each.attacks} attacks)"


def _told(own: Rates) -> str:
    return (
        f"TPR {own.true_positives:.4f}, FPR {own.false_positives:.4f}, balanced {own.balanced:.4f}"
        f" ({own.attacks} attacks, {own.others} others)"
    )


def _contract_lines(found: dict[str, Typed]) -> Iterator[str]:
    for name, own in found.items():
        yield (
            f"with a contract, {name:17}: {own.rows:5}, of which payload refuses {own.refused:5};"
            f" {own.kept:5} keep the contract, of which it refuses {own.kept_refused:5}"
        )


def _print(lines: Iterator[str]) -> None:
    for each in lines:
        print(each, flush=True)


def _facts(file: Path, rows: Sequence[Row]) -> dict[str, str]:
    names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return {
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "set": f"{file.name} ({sum(row.is_malicious for row in rows)} attacks, {len(rows)} requests)",
        "cores": f"{os.cpu_count()} ({names[0].partition(': ')[2] if names else platform.machine()}), one used",
        "python": platform.python_version(),
    }


if __name__ == "__main__":
    main()
