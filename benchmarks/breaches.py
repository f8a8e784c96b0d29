"""Every breach in every variant, into the docs: `python -m benchmarks.breaches [--keep FILE.json] [NAME ...]`.

Rewrites the part of docs/explanations/breaches.md between the two marks. With `--keep` results are kept in a file and
runs whose results are there are not repeated.
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from garrison.lab.breaches.catalogue import BREACHES
from garrison.lab.campaign import VARIANTS
from garrison.lab.protections import ALL, PER_ADDRESS, Protection
from garrison.lab.result import Evasion, Result, Side
from garrison.lab.run import WHOLE, run
from garrison.lab.words import count, duration, evasion_of, false_alarms, share

PAGE = Path(__file__).parent.parent / "docs" / "explanations" / "breaches.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
SEED = 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=Path, help="file with the results of earlier runs")
    parser.add_argument("names", nargs="*", help="only these breaches")
    options = parser.parse_args()
    results = _kept(options.keep)
    for breach in BREACHES:
        for variant in VARIANTS:
            if (options.names and breach.name not in options.names) or _find(results, breach.name, variant):
                continue
            # what evading takes is the same from one address or many: looked for once
            scale = WHOLE._replace(evasion=variant != "spread")
            result = run(breach, variant, protections=ALL, seed=SEED, scale=scale)
            results.append(replace(result, sides=tuple(replace(side, curve=(), notices=()) for side in result.sides)))
            print(breach.name, variant, result.seconds, flush=True)
            if options.keep:
                options.keep.write_bytes(msgspec.json.encode(results))
    write_docs(results)


def _kept(file: Path | None) -> list[Result]:
    return msgspec.json.decode(file.read_bytes(), type=list[Result]) if file and file.exists() else []


def _find(results: Sequence[Result], name: str, variant: str) -> Result | None:
    return next((each for each in results if (each.name, each.variant) == (name, variant)), None)


def write_docs(results: Sequence[Result]) -> None:
    """Write the generated part of the page."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    ordered = [
        found for each in BREACHES for variant in VARIANTS if (found := _find(results, each.name, variant)) is not None
    ]
    text = "\n".join(_markdown(ordered))
    PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}", encoding="utf-8")


def _markdown(results: Sequence[Result]) -> Iterator[str]:
    yield f"Seed {SEED}; the limit is {PER_ADDRESS['rate']} requests for each address.\n"
    yield "### Lost\n"
    yield from _table(
        ("breach", "variant", "takes", "no protection", "limit", "budgets alone", "Garrison", "share",
         "access control on"),
        [_lost(each) for each in results],
    )  # fmt: skip
    yield "\n### Harm to the innocent, and how true the record is\n"
    yield from _table(
        ("breach", "variant", "benign requests", "refused by the limit", "people hurt", "refused by budgets alone",
         "refused by Garrison", "people hurt", "precision", "recall"),
        [_harm(each) for each in results],
    )  # fmt: skip
    yield "\n### Seen and stopped\n"
    yield from _table(
        ("breach", "variant", "detected after", "by the rule", "lost by then", "first measure after", "which",
         "lost by then", "lost in all", "false detections"),
        [_stopped(each) for each in results],
    )  # fmt: skip
    yield "\n### What it takes to stay silent\n"
    yield from _table(
        ("breach", "variant", "addresses: limit", "addresses: Garrison", "accounts: limit", "accounts: Garrison",
         "times as long: limit", "times as long: Garrison"),
        [_evasion(each, results) for each in results],
    )  # fmt: skip


def _lost(result: Result) -> tuple[str, ...]:
    none, limits, budgets, garrison = (_side(result, each) for each in ALL)
    return (
        result.name,
        result.variant,
        duration(result.duration),
        f"{count(none.lost)} {result.people}",
        count(limits.lost),
        count(budgets.lost),
        f"**{count(garrison.lost)}**",
        share(garrison.lost, none.lost),
        count(sum(each.lost for each in result.prevention)),
    )


def _harm(result: Result) -> tuple[str, ...]:
    limits, garrison = _side(result, "limits"), _side(result, "garrison")
    ledger = garrison.ledger
    return (
        result.name,
        result.variant,
        count(garrison.harm.requests),
        count(limits.harm.denied),
        f"{count(limits.harm.hurt)} of {count(limits.harm.people)}",
        count(_side(result, "budgets").harm.denied),
        count(garrison.harm.denied),
        f"{count(garrison.harm.hurt)} of {count(garrison.harm.people)}",
        f"{ledger.precision:.3f}" if ledger and ledger.true else "-",
        f"{ledger.recall:.3f}" if ledger and ledger.true else "-",
    )


def _stopped(result: Result) -> tuple[str, ...]:
    side = _side(result, "garrison")
    alarm, stop = side.alarm, side.stop
    return (
        result.name,
        result.variant,
        *((duration(alarm.after), alarm.rule, count(alarm.lost)) if alarm else ("never", "-", "-")),
        *((duration(stop.after), stop.measure, count(stop.lost)) if stop else ("never", "-", "-")),
        f"**{count(side.lost)}**",
        false_alarms(side),
    )


def _evasion(result: Result, results: Sequence[Result]) -> tuple[str, ...]:
    source = result if result.evasion else _find(results, result.name, "loud") or result
    found = [evasion_of(source, "limits"), evasion_of(source, "garrison")]
    return (
        result.name,
        result.variant,
        *(_sources(each.width.addresses) if each else "-" for each in found),
        *(_sources(each.width.accounts) if each else "-" for each in found),
        *(_slow(each) for each in found),
    )


def _sources(width: int) -> str:
    return "uses none" if width < 0 else count(width) if width else "no number"


def _slow(evasion: Evasion | None) -> str:
    if evasion is None or not evasion.slow_down:
        return "-" if evasion is None else "never silent"
    return f"{evasion.slow_down:,.0f}" if evasion.slow_down >= 10 else f"{evasion.slow_down:.2g}"


def _side(result: Result, protection: Protection) -> Side:
    side = result.side(protection)
    assert side is not None
    return side


def _table(head: Sequence[str], body: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"| --- | --- |{' ---: |' * (len(head) - 2)}"
    for row in body:
        yield f"| {' | '.join(row)} |"


if __name__ == "__main__":
    main()
