"""`garrison detect`: detection rules over what was recorded."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
import typer

from garrison.cli.options import DATA, Since, Until
from garrison.cli.output import NAME, counting, line, note
from garrison.core.errors import cause_of

if TYPE_CHECKING:
    from garrison.config.detect import DetectSettings
    from garrison.core.detection import Detection
    from garrison.core.event import Event
    from garrison.detect.rule import RuleSet

EXAMPLES = "Example: garrison detect garrison-data --since 7d --rules my-rules.yml"
Output = Literal["table", "json", "ocsf"]


def detect(
    traffic: Annotated[
        Path,
        typer.Argument(metavar="TRAFFIC", help="A data directory, or a file of events as `garrison events --json`."),
    ] = DATA,
    since: Since = "",
    until: Until = "",
    rules: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="More rules, or a folder of them; may be repeated.")
    ] = None,
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The gateway's garrison.yaml, for what it says of rules.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON Lines.")] = False,
    ocsf: Annotated[bool, typer.Option("--ocsf", help="Print OCSF Detection Finding (2004), JSON Lines.")] = False,
) -> None:
    """Run detection rules over recorded events: what they would have found, with the same result as live.

    Exit status 1 means that something was found, 3 that the record cannot be read.
    """
    from garrison.cli.moments import parse_moment

    now = time.time()
    begin = parse_moment(since, "--since", now) if since else None
    end = parse_moment(until, "--until", now) if until else None
    _check(traffic, begin, end, both=json and ocsf)
    settings, compiled = _rules(config, rules or [])
    found = _found(traffic, begin, end, compiled, settings)
    output: Output = "ocsf" if ocsf else "json" if json else "table"
    number = _print(found, output, compiled)
    if number:
        raise typer.Exit(1)
    if output == "table":
        note("nothing was found")


def _check(traffic: Path, since: float | None, until: float | None, *, both: bool) -> None:
    from garrison.core.errors import ConfigError, Problem

    problems = []
    if not traffic.exists():
        hint = "give a data directory, or a file of events"
        problems.append(Problem("<options>", "TRAFFIC", f"`{traffic}` is not there", hint))
    if since is not None and until is not None and since >= until:
        problems.append(Problem("<options>", "--since", "is not before `--until`"))
    if both:
        problems.append(Problem("<options>", "--ocsf", "does not go with `--json`", "OCSF records are JSON already"))
    if problems:
        raise ConfigError(problems)


def _rules(config: Path | None, more: list[Path]) -> "tuple[DetectSettings, RuleSet]":
    from garrison.adapters.detection_rules import load_rules
    from garrison.cli.detection_settings import detect_settings

    settings = detect_settings(config)
    settings = msgspec.structs.replace(settings, rules=(*settings.rules, *map(str, more)))
    return settings, load_rules(settings, str(config or "<options>"))


def _found(
    traffic: Path, since: float | None, until: float | None, rules: "RuleSet", settings: "DetectSettings"
) -> "Iterator[Detection]":
    from garrison.detect.detector import Detector
    from garrison.detect.ordering import as_ended

    detector = Detector(rules, most=settings.most_groups, learning=settings.learning_days * 86_400)
    for event in counting(as_ended(_events(traffic, since, until)), "events"):
        yield from detector.feed(event)
    if until is not None:
        yield from detector.advance(until)
    if detector.dropped:
        note(f"{NAME}: {detector.dropped} groups were forgotten: raise `detect.most-groups`")


def _events(traffic: Path, since: float | None, until: float | None) -> "Iterable[Event]":
    """In the order in which they began."""
    from garrison.adapters.store import query
    from garrison.adapters.store.ledger import with_exposed

    wanted = query.EventFilter(since=since, until=until)
    if traffic.is_dir():
        return with_exposed(traffic, query.events(traffic, wanted, newest_first=False))
    return sorted(filter(wanted.matches, _lines(traffic)), key=lambda event: (event.time, event.id))


def _lines(path: Path) -> "Iterator[Event]":
    from garrison.core.errors import RecordError
    from garrison.core.event import Event

    decode = msgspec.json.Decoder(Event).decode
    try:
        with path.open("rb") as file:
            for number, text in enumerate(file, 1):
                if text.isspace():
                    continue
                try:
                    yield decode(text)
                except (msgspec.MsgspecError, UnicodeError) as error:
                    raise RecordError(f"{path}:{number}: is no event: {error}") from None
    except OSError as error:
        raise RecordError(f"{path}: cannot be read: {cause_of(error)}") from None


def _print(found: "Iterable[Detection]", output: Output, rules: "RuleSet") -> int:
    number = 0
    if output == "table":
        from garrison.cli.detection_table import as_lines, as_table

        if sys.stdout.isatty():
            return as_table(found)
        for text in as_lines(found):
            line(text)
            number += 1
        return max(0, number - 1)  # a heading
    encode = _encoder(output, rules)
    for detection in found:
        line(encode(detection))
        number += 1
    return number


def _encoder(output: Output, rules: "RuleSet") -> "Callable[[Detection], str]":
    if output == "json":
        return lambda detection: msgspec.json.encode(detection).decode()
    from importlib.metadata import version

    from garrison.report.findings import detection_finding

    installed, labels = version(NAME), rules.labels
    return lambda detection: msgspec.json.encode(
        detection_finding(detection, version=installed, description=labels[detection.rule].description)
    ).decode()
