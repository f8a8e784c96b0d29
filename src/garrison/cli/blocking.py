"""`garrison block`, `unblock`, `blocks` and `revoke`: countermeasures that an operator takes, in force at once."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from garrison.cli.granting import tell_missing, tell_new
from garrison.cli.moments import parse_length, parse_moment, show_moment, show_second
from garrison.cli.options import DATA, AsJson, Data
from garrison.cli.output import as_json, columns, line, note
from garrison.cli.unknown_operations import tell_unknown
from garrison.core.errors import cause_of, option_error
from garrison.core.printable import printable

if TYPE_CHECKING:
    from garrison.adapters.imports import Imported
    from garrison.core.countermeasure import Countermeasure, Scope

BLOCK_EXAMPLES = "Example: garrison block 203.0.113.0/24 --for 2h --reason credential-stuffing"
UNBLOCK_EXAMPLES = "Example: garrison unblock 203.0.113.0/24"
BLOCKS_EXAMPLES = "Example: garrison blocks --json"
REVOKE_EXAMPLES = "Example: garrison revoke client:shop --reason leaked"

_For = Annotated[
    str | None, typer.Option("--for", metavar="TIME", help="How long: 30m, 2h, 7d. Default: until lifted.")
]
_Reason = Annotated[str, typer.Option(metavar="TEXT", help="Why, in a word.")]
_Note = Annotated[str, typer.Option("--note", metavar="TEXT", help="Whatever else people should know.")]
_Targets = list[str]
_PERIODS = {1: "s", 60: "min", 3600: "h", 86400: "d"}
"""As rates are written in garrison.yaml."""
_SHOWN = 20
"""Targets that are named one by one; of more, how many."""


def block(
    targets: Annotated[
        _Targets | None,
        typer.Argument(
            metavar="TARGET...", help="Address, network, as64496, or KIND:NAME, see below.", show_default=False
        ),
    ] = None,
    duration: _For = None,
    reason: _Reason = "",
    remark: _Note = "",
    plain: Annotated[
        Path | None, typer.Option("--list", metavar="FILE", help="File with a target on each line.")
    ] = None,
    stix: Annotated[Path | None, typer.Option(metavar="FILE", help="STIX 2.1 bundle with indicators.")] = None,
    data: Data = DATA,
    json: AsJson = False,
) -> None:
    """Refuse whom TARGET names: in force within 100 ms, and after a restart.

    Kinds are operation, user-agent, principal, subject, client and token. `user-agent` names a program (`curl`) or a
    class of them: `@none`, `@tools`, `@libraries`. Exit status 1 means that a list held what cannot be blocked.
    """
    from garrison.core.countermeasure import Action, Countermeasure, Scope

    now = time.time()
    found: list[tuple[Scope, str, float | None]] = [(*target, None) for target in _parse(targets or ())]
    skipped: list[str] = []
    for imported in _imports(plain, stix, now):
        found += imported.targets
        skipped += imported.skipped
    if not found and not skipped:
        raise option_error("TARGET", "is missing: who shall be blocked?", "example: `garrison block 203.0.113.7`")
    ends = _until(duration, now)
    taken = [
        Countermeasure(Action.BLOCK, scope, value, now, _earlier(ends, until), reason, remark)
        for scope, value, until in found
    ]
    _take(data, taken, now)
    if json:
        as_json({"measures": taken, "skipped": skipped})
    else:
        for text in _told("blocked", taken):
            line(text)
    tell_unknown(data, [each.value for each in taken if each.scope is Scope.OPERATION])
    if any(each.scope is Scope.SYSTEM for each in taken):
        note("a system is known where `controls.blocking.systems-file` says which networks are its own")
    for text in skipped:
        note(f"skipped: {text}")
    if skipped:
        raise typer.Exit(1)


def revoke(
    targets: Annotated[
        _Targets, typer.Argument(metavar="TARGET...", help="token:ID, subject:NAME, client:ID, principal:ID, or all.")
    ],
    issued_before: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="Credentials issued before this: 2026-07-23T10:00:00Z, 10m ago. Default: now."
        ),
    ] = None,
    duration: _For = None,
    reason: _Reason = "",
    remark: _Note = "",
    data: Data = DATA,
    json: AsJson = False,
) -> None:
    """Refuse credentials that TARGET names and that were issued until now: in force within 100 ms.

    Credentials that are issued later hold; `garrison block principal:ID` refuses those too. A token's id refuses that
    token whenever it was issued.
    """
    from garrison.core.countermeasure import NETWORK_SIDE, Action, Countermeasure, Scope

    now = time.time()
    before = parse_moment(issued_before, "--issued-before", now) if issued_before else now
    ends = _until(duration, now)
    taken = []
    for target in targets:
        [(scope, value)] = [(Scope.ALL, "all")] if target == "all" else _parse([target])
        if scope in NETWORK_SIDE:
            hint = "write `token:ID`, `subject:NAME`, `client:ID`, `principal:ID` or `all`, or use `garrison block`"
            raise option_error("TARGET", f"`{target}` has no credentials", hint)
        taken.append(Countermeasure(Action.REVOKE, scope, value, now, ends, reason, remark, before))
    _take(data, taken, now)
    if json:
        as_json({"measures": taken})
    else:
        for text in _told("revoked", taken):
            line(text)


def unblock(
    targets: Annotated[_Targets, typer.Argument(metavar="TARGET...", help="As it was blocked or revoked.")],
    data: Data = DATA,
    json: AsJson = False,
) -> None:
    """Lift what was blocked or revoked, and all else that was done to TARGET.

    Exit status 1 means that there was nothing to lift.
    """
    from garrison.adapters.store.measures import change_measures
    from garrison.casework import note_lifted
    from garrison.core.countermeasure import Scope

    now = time.time()
    named = [(Scope.ALL, "all") if target == "all" else _parse([target])[0] for target in targets]
    lifted: list[Countermeasure] = []

    def change(before: "tuple[Countermeasure, ...]") -> "Iterator[Countermeasure]":
        for each in before:
            if (each.scope, each.value) in named:
                lifted.append(each)
            else:
                yield each

    change_measures(data, change, now)
    note_lifted(data, [each for each in lifted if each.holds(now)], now)
    found = {(each.scope, each.value) for each in lifted if each.holds(now)}
    missing = [target for target, name in zip(targets, named, strict=True) if name not in found]
    if json:
        as_json({"lifted": lifted, "missing": missing})
    else:
        for text in _told("lifted", lifted):
            line(text)
    for target in missing:
        note(f"`{target}` was not blocked")
    if missing:
        raise typer.Exit(1)


def blocks(data: Data = DATA, json: AsJson = False) -> None:
    """List all countermeasures: what is blocked and revoked, and what was done because of incidents."""
    from garrison.adapters.store.measures import read_measures
    from garrison.core.countermeasure import shown

    tell_missing(data)
    now = time.time()
    kept = sorted((each for each in read_measures(data) if each.holds(now)), key=lambda each: each.since)
    if json:
        as_json({"measures": kept})
        return
    rows = [
        (_action(each), printable(shown(each)), show_second(each.since), "no end" if each.until is None else
         show_second(each.until), printable(each.reason), each.incident or "-", printable(each.note))
        for each in kept
    ]  # fmt: skip
    if not rows:
        note("nothing is blocked or revoked")
        return
    for text in columns(("action", "target", "since", "until", "reason", "incident", "note"), rows):
        line(text)


def _action(measure: "Countermeasure") -> str:
    """What it does, with what it needs."""
    from garrison.core.countermeasure import Action

    more = {
        Action.THROTTLE: f" {measure.requests}/{_PERIODS.get(measure.seconds, f'{measure.seconds}s')}",
        Action.TIGHTEN: f" {measure.factor:g}",
    }.get(measure.action, "")
    return f"{measure.action}{more}" + (" (simulated)" if measure.simulated else "")


def _parse(targets: Sequence[str]) -> "list[tuple[Scope, str]]":
    from garrison.core.countermeasure import Scope, parse_target
    from garrison.core.errors import ConfigError, Problem
    from garrison.engine.measures import CLASSES

    found, problems = [], []
    for target in targets:
        try:
            scope, value = parse_target(target)
            if scope is Scope.USER_AGENT and value.startswith("@") and value not in CLASSES:
                known = ", ".join(f"`{name}`" for name in CLASSES)
                problems.append(
                    Problem("<options>", "TARGET", f"`{value}` is no class of programs", f"there are {known}")
                )
            found.append((scope, value))
        except ValueError as error:
            problems.append(Problem("<options>", "TARGET", str(error)))
    if problems:
        raise ConfigError(problems)
    return found


def _imports(plain: Path | None, stix: Path | None, now: float) -> "Iterator[Imported]":
    from garrison.adapters.imports import plain_list, stix_bundle

    if plain is not None:
        yield plain_list(_content(plain, "--list").decode("utf-8", "replace"))
    if stix is not None:
        try:
            yield stix_bundle(_content(stix, "--stix"), now)
        except ValueError as error:
            raise option_error("--stix", f"`{stix}` {error}") from error


def _content(path: Path, option: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise option_error(option, f"`{path}` cannot be read: {cause_of(error)}") from error


def _until(duration: str | None, now: float) -> float | None:
    return now + parse_length(duration, "--for") if duration is not None else None


def _earlier(one: float | None, other: float | None) -> float | None:
    return min((each for each in (one, other) if each is not None), default=None)


def _take(data: Path, taken: "Sequence[Countermeasure]", now: float) -> None:
    from garrison.adapters.store.measures import change_measures, merged

    tell_new(data)
    change_measures(data, lambda before: merged(before, taken), now)


def _told(what: str, measures: "Sequence[Countermeasure]") -> Iterator[str]:
    from garrison.core.countermeasure import shown

    if len(measures) > _SHOWN:
        yield f"{what} {len(measures)} targets"
        return
    for each in measures:
        ends = f" until {show_moment(each.until)}" if each.until is not None and what != "lifted" else ""
        yield f"{what} {printable(shown(each))}{ends}"
