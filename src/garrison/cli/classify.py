"""`garrison classify`: which fields name people and what they say of them, proposed from recorded traffic."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from garrison.cli.options import Config, Contract, Overlay
from garrison.cli.output import as_json, check_writable, columns, counting, line, note, progress, write
from garrison.core.counted import counted
from garrison.core.errors import option_error
from garrison.core.printable import without_password

if TYPE_CHECKING:
    from garrison.adapters.recorded.exchange import Entry
    from garrison.adapters.recorded.keys import KeySource
    from garrison.adapters.recorded.proposals import Suggestion
    from garrison.adapters.recorded.sightings import Sightings
    from garrison.cli.opening import Opened
    from garrison.config.load import Options
    from garrison.contract.written import Written
    from garrison.engine.plan import Policy

EXAMPLES = "Example: garrison classify traffic.har --contract openapi.yaml -o people.overlay.yaml"
_EVERY = 1.0
"""Seconds between looks for new samples."""


def classify(
    traffic: Annotated[
        Path | None, typer.Argument(metavar="TRAFFIC", help="HAR, JSON Lines, or a data directory that keeps bodies.")
    ] = None,
    data: Annotated[Path | None, typer.Option(metavar="DIR", help="The data directory of a gateway.")] = None,
    live: Annotated[
        bool, typer.Option("--live", help="Follow what the gateway keeps in `--data`, until interrupted.")
    ] = False,
    seconds: Annotated[
        float, typer.Option("--for", metavar="SECONDS", help="With `--live`: end after so long.", min=0)
    ] = 0.0,
    config: Config = None,
    contract: Contract = None,
    overlay: Overlay = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write the proposals as an Overlay.")
    ] = None,
    least: Annotated[
        float, typer.Option(metavar="0..1", help="Confidence from which on to propose.", min=0, max=1)
    ] = 0.5,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Look at recorded traffic and propose which fields to annotate with `x-garrison-subject` and `x-garrison-type`.

    Values are counted and never shown. Exit status 1 means that something is proposed.
    """
    from garrison.adapters.recorded.keys import key_source
    from garrison.adapters.recorded.proposals import suggest
    from garrison.adapters.recorded.traffic import read_traffic
    from garrison.config.load import Options

    place = _place(traffic, data, live=live)
    if output is not None:
        check_writable(output)
    opened, written = _open(config, Options(contract=contract, overlays=tuple(overlay or ()), mode="monitor"))
    source = key_source(opened.settings, str(place))
    entries: Iterable[Entry] = _follow(place, source, seconds) if live else read_traffic(place, source)
    sightings, unreadable = _sight(entries, opened.policy)
    found = suggest(sightings, written, opened.settings.controls.exposure, least)
    if output is not None:
        _write(output, found, opened.settings.contract.file)
    if json:
        as_json(_data(sightings, found, unreadable))
    else:
        for text in _text(sightings, found):
            line(text)
    if unreadable:
        note(f"garrison: {counted(unreadable, 'entry', 'entries')} could not be read; `garrison replay` shows why")
    if found:
        raise typer.Exit(1)


def _open(config: Path | None, options: "Options") -> "tuple[Opened, Written]":
    """Settings and policy, and the description as its author wrote it."""
    from garrison.adapters.sources import read_source
    from garrison.cli.opening import open_policy
    from garrison.contract.written import Written

    with progress("compiling the contract"):
        opened = open_policy(config, options)
        own = opened.settings.contract
        if not own.file:
            raise option_error("--contract", "is missing: what are the operations?")
        written = Written(own.file, own.overlays, lambda name: opened.documents.get(name) or read_source(name))
    return opened, written


def _sight(entries: "Iterable[Entry]", policy: "Policy") -> "tuple[Sightings, int]":
    """What was seen of the operations of `policy`, and how many entries could not be read."""
    from garrison.adapters.recorded.exchange import RecordedExchange
    from garrison.adapters.recorded.sightings import Sightings

    sightings, unreadable = Sightings(policy), 0
    for entry in counting(entries, "exchanges"):
        if isinstance(entry, RecordedExchange):
            sightings.add(entry)
        else:
            unreadable += 1
    return sightings, unreadable


def _write(file: Path, found: "list[Suggestion]", contract: str) -> None:
    from garrison.adapters.recorded.proposals import overlay

    write(file, overlay(found, f"People in the answers of {without_password(contract)}"))


def _place(traffic: Path | None, data: Path | None, *, live: bool) -> Path:
    place = traffic or data
    if place is None or (traffic is not None and data is not None):
        raise option_error("TRAFFIC", "give either recorded traffic or `--data`")
    if live and not place.is_dir():
        hint = "`garrison guard --keep-bodies` keeps samples in its data directory"
        raise option_error("--live", f"`{place}` is no data directory", hint)
    return place


def _follow(data: Path, source: "KeySource", seconds: float) -> "Iterator[Entry]":
    """What a running gateway keeps, as it comes; an interrupt ends it."""
    import time

    from garrison.adapters.recorded.samples import new_samples

    note(f"garrison: following what is kept in {data}; interrupt to see what is proposed")
    seen: dict[Path, int] = {}
    end = time.monotonic() + seconds if seconds else float("inf")
    try:
        while True:
            yield from new_samples(data, source, seen)
            left = end - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(_EVERY, left))
    except KeyboardInterrupt:
        return


def _data(sightings: "Sightings", found: "list[Suggestion]", unreadable: int) -> dict[str, Any]:
    from garrison.adapters.recorded.proposals import annotations, evidence

    return {
        "operations": [
            {"operation": name, "exchanges": each.exchanges, "answers": each.answers, "attributed": each.attributed}
            for name, each in sightings.operations.items()
        ],
        "proposals": [
            {
                "target": each.target,
                "seen": each.seen,
                "values": each.count,
                "distinct": each.distinct,
                "annotations": annotations(each),
                "confidence": each.confidence,
                "evidence": evidence(each),
            }
            for each in found
        ],
        "undescribed": sightings.undescribed,
        "unreadable": unreadable,
    }


def _text(sightings: "Sightings", found: "list[Suggestion]") -> Iterator[str]:
    yield from _coverage(sightings)
    if not found:
        yield "nothing to propose"
        return
    rows = [_row(each) for each in found]
    yield ""
    yield from columns(("where", "values", "distinct", "subject", "type", "sure", "because"), rows)
    if any(not each.target for each in found):
        yield ""
        yield "(*) not declared in the description: declare it, or name subjects with `controls.exposure.subjects`"


def _coverage(sightings: "Sightings") -> Iterator[str]:
    answers = attributed = 0
    for name, each in sorted(sightings.operations.items()):
        answers, attributed = answers + each.answers, attributed + each.attributed
        if each.answers:
            share, counts = each.attributed / each.answers, f"{each.attributed:,} of {each.answers:,}"
            yield f"{share:6.1%} of 2xx answers of `{name}` were attributed ({counts})"
    if answers:
        yield f"{attributed / answers:6.1%} of all: {attributed:,} of {answers:,}"
    else:
        yield "no 2xx answer of an operation of the contract was seen"
    if sightings.undescribed:
        yield f"{counted(sightings.undescribed, 'exchange is', 'exchanges are')} of no operation of the contract"


def _row(each: "Suggestion") -> tuple[str, ...]:
    from garrison.adapters.recorded.proposals import evidence

    more = f" (and {len(each.seen) - 1} more)" if len(each.seen) > 1 else ""
    return (
        f"{each.seen[0]}{'' if each.target else ' (*)'}{more}",
        f"{each.count:,}",
        f"{each.distinct:,}",
        each.subject.value if each.subject is not None else "-",
        each.type.value if each.type is not None else "-",
        f"{each.confidence:.2f}",
        evidence(each),
    )
