"""Every breach in every variant, into the docs.

    python -m benchmarks.breaches [--keep FILE.json] [--silent] [NAME ...]

Rewrites the part of docs/explanations/breaches.md between two marks; with `--silent` the other part, which says what it
takes to stay silent. With `--keep` results are kept in a file and runs whose results are there are not repeated.
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from garrison.lab.breach import Breach
from garrison.lab.breaches.catalogue import BREACHES
from garrison.lab.campaign import VARIANTS, Variant
from garrison.lab.evasion import evasion
from garrison.lab.protections import ALL, PER_ADDRESS, Protection
from garrison.lab.result import Evasion, Result, Side
from garrison.lab.run import WHOLE, run
from garrison.lab.words import count, duration, false_alarms, share

PAGE = Path(__file__).parent.parent / "docs" / "explanations" / "breaches.md"
SEED = 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=Path, help="file with the results of earlier runs")
    parser.add_argument("names", nargs="*", help="only these breaches")
    parser.add_argument("--silent", action="store_true", help="find out what it takes to stay silent")
    options = parser.parse_args()
    if options.silent:
        write_docs("silent", _silent())
        return
    results = _kept(options.keep)
    for breach in BREACHES:
        for variant in VARIANTS:
            if (options.names and breach.name not in options.names) or _find(results, breach.name, variant):
                continue
            scale = WHOLE._replace(evasion=False)
            result = run(breach, variant, protections=ALL, seed=SEED, scale=scale)
            results.append(replace(result, sides=tuple(replace(side, curve=(), notices=()) for side in result.sides)))
            print(breach.name, variant, result.seconds, flush=True)
            if options.keep:
                options.keep.write_bytes(msgspec.json.encode(results))
    ordered = [
        found for each in BREACHES for variant in VARIANTS if (found := _find(results, each.name, variant)) is not None
    ]
    write_docs("measured", _measured(ordered))


def _kept(file: Path | None) -> list[Result]:
    return msgspec.json.decode(file.read_bytes(), type=list[Result]) if file and file.exists() else []


def _find(results: Sequence[Result], name: str, variant: str) -> Result | None:
    return next((each for each in results if (each.name, each.variant) == (name, variant)), None)


def write_docs(part: str, lines: Iterator[str]) -> None:
    """Write a generated part of the page."""
    begin, end = f"<!-- {part}: begin -->", f"<!-- {part}: end -->"
    text = "\n".join(lines)
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(begin)
    _, _, after = rest.partition(end)
    PAGE.write_text(f"{before}{begin}\n\n{text}\n{end}{after}", encoding="utf-8")


def _measured(results: Sequence[Result]) -> Iterator[str]:
    yield f"Seed {SEED}; the limit is {PER_ADDRESS['rate']} requests for each address.\n"
    yield "### Lost\n"
    yield from _table(
        ("breach", "variant", "takes", "no protection", "limit", "budgets alone", "Garrison", "share",
         "access control on"),
        [_lost(each) for each in results],
    )  # fmt: skip
    yield "\n### Seen and stopped\n"
    yield from _table(
        ("breach", "variant", "detected after", "by the rule", "lost by then", "first measure after", "which",
         "lost by then", "lost in all", "false detections"),
        [_stopped(each) for each in results],
    )  # fmt: skip
    yield "\n### Harm to the innocent, and how true the record is\n"
    yield from _table(
        ("breach", "variant", "benign requests", "refused by the limit", "people hurt", "refused by budgets alone",
         "refused by Garrison", "people hurt", "precision", "recall"),
        [_harm(each) for each in results],
    )  # fmt: skip


def _silent() -> Iterator[str]:
    yield "### What it takes to stay silent\n"
    yield from _table(
        ("breach", "variant", "addresses: limit", "addresses: budgets", "accounts: limit", "accounts: budgets",
         "times as long: limit", "times as long: budgets"),
        [_evasion(breach, variant) for breach in BREACHES for variant in VARIANTS],
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


def _evasion(breach: Breach, variant: Variant) -> tuple[str, ...]:
    # what evading takes is the same from one address or many
    campaign = breach.campaign.variant("patient" if variant == "patient" else "loud")
    protections: tuple[Protection, ...] = ("limits", "budgets")
    found = [evasion(breach, campaign, protection, SEED) for protection in protections]
    print(breach.name, variant, flush=True)
    return (
        breach.name,
        variant,
        *(_sources(each.width.addresses) for each in found),
        *(_sources(each.width.accounts) for each in found),
        *(_slow(each) for each in found),
    )


def _sources(width: int) -> str:
    return "uses none" if width < 0 else count(width) if width else "no number"


def _slow(found: Evasion) -> str:
    if not found.slow_down:
        return "never silent"
    return f"{found.slow_down:,.0f}" if found.slow_down >= 10 else f"{found.slow_down:.2g}"


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
