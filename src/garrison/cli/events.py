"""`garrison events`: what was recorded."""

import contextlib
import itertools
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from garrison.cli.options import DATA, Data, Since, Until
from garrison.cli.output import NAME, line, note, progress
from garrison.core.errors import option_error

if TYPE_CHECKING:
    from garrison.adapters.store.query import EventFilter, Signal
    from garrison.core.event import Event

EXAMPLES = "Example: garrison events --data garrison-data --since 2h --disposition blocked"
DEFAULT_LIMIT = 50
Output = Literal["table", "json", "ocsf"]
_OF_THE_ENGINE = ("not-granted", "control-error")
SIGNALS = ("missed", "unissued", "near")


def events(
    data: Data = DATA,
    since: Since = "",
    until: Until = "",
    principal: Annotated[str | None, typer.Option(metavar="NAME", help="Who asked.")] = None,
    operation: Annotated[
        str | None, typer.Option(metavar="ID", help="Operation id; empty: what the contract does not describe.")
    ] = None,
    reason: Annotated[str | None, typer.Option(metavar="ID", help="A reason, enforced or observed.")] = None,
    peer: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Network address.")] = None,
    disposition: Annotated[
        str | None, typer.Option(metavar="WORD", help="allowed, blocked, logged, rewritten, error or aborted.")
    ] = None,
    method: Annotated[str | None, typer.Option(metavar="NAME", help="Request method.")] = None,
    status: Annotated[int | None, typer.Option(metavar="CODE", help="Status that the client received.")] = None,
    agent: Annotated[
        str | None, typer.Option(metavar="NAME", help="The program that the client says it is: `curl`.")
    ] = None,
    signal: Annotated[
        str | None,
        typer.Option(
            metavar="WORD",
            help="missed, unissued or near: nothing was found, somebody was asked for who was never shown, "
            "or ids are walked.",
        ),
    ] = None,
    limit: Annotated[int, typer.Option(metavar="N", min=0, help="The newest so many; 0: all.")] = DEFAULT_LIMIT,
    follow: Annotated[bool, typer.Option("--follow", help="Go on with what is recorded from now on.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON Lines.")] = False,
    ocsf: Annotated[bool, typer.Option("--ocsf", help="Print OCSF API Activity (6003), JSON Lines.")] = False,
) -> None:
    """Show recorded exchanges, the newest last.

    Exit status 3 means that the record cannot be read.
    """
    wanted = _filter(since, until, principal, operation, reason, peer, disposition, method, status, agent, signal)
    _check(data, since=wanted.since, until=wanted.until, both=json and ocsf)
    _check_reason(data, reason)
    output: Output = "ocsf" if ocsf else "json" if json else "table"
    with contextlib.suppress(KeyboardInterrupt):  # how following ends
        _show(data, wanted, limit, output, follow=follow)


def _filter(
    since: str,
    until: str,
    principal: str | None,
    operation: str | None,
    reason: str | None,
    peer: str | None,
    disposition: str | None,
    method: str | None,
    status: int | None,
    agent: str | None,
    signal: str | None,
) -> "EventFilter":
    from garrison.adapters.store.query import EventFilter
    from garrison.cli.moments import parse_moment
    from garrison.core.decision import Disposition

    now = time.time()
    return EventFilter(
        since=parse_moment(since, "--since", now) if since else None,
        until=parse_moment(until, "--until", now) if until else None,
        principal=principal,
        operation=operation,
        reason=reason,
        peer=peer,
        disposition=_one_of([str(one) for one in Disposition], disposition, "disposition"),
        method=method.upper() if method is not None else None,
        status=status,
        agent=agent.lower() if agent is not None else None,
        signal=cast("Signal | None", _one_of(SIGNALS, signal, "signal")),
    )


def _one_of(known: Sequence[str], given: str | None, what: str) -> str | None:
    if given is not None and given not in known:
        hint = "one of " + ", ".join(f"`{one}`" for one in known)
        raise option_error(f"--{what}", f"`{given}` is no {what}", hint)
    return given


def _check(data: Path, *, since: float | None, until: float | None, both: bool) -> None:
    from garrison.core.errors import ConfigError, Problem

    problems = []
    if not data.is_dir():
        problems.append(Problem("<options>", "--data", f"`{data}` is not a directory", "give the one that `guard` has"))
    if since is not None and until is not None and since >= until:
        problems.append(Problem("<options>", "--since", "is not before `--until`"))
    if both:
        problems.append(Problem("<options>", "--ocsf", "does not go with `--json`", "OCSF records are JSON already"))
    if problems:
        raise ConfigError(problems)


def _check_reason(data: Path, reason: str | None) -> None:
    """Raises ConfigError where nothing could ever agree: no control gives the reason, and the record does not have it,
    as it may of an earlier version."""
    from garrison.adapters.store.query import EventFilter
    from garrison.adapters.store.query import events as recorded

    if reason is None or next(iter(recorded(data, EventFilter(reason=reason), limit=1)), None) is not None:
        return
    from garrison.controls.catalogue import CONTROLS
    from garrison.core.nearest import did_you_mean

    known = [*_OF_THE_ENGINE, *(one.id for control in CONTROLS for one in control.reasons.specs)]
    if reason not in known:
        hint = did_you_mean(reason, known, "`garrison events` shows what there is")
        raise option_error("--reason", f"`{reason}` is no reason, and none on record", hint)


def _show(data: Path, wanted: "EventFilter", limit: int, output: Output, *, follow: bool) -> None:
    from garrison.adapters.store import query

    if not follow:
        found = iter(_found(data, wanted, limit))
        first = list(itertools.islice(found, 1))
        _print(itertools.chain(first, found), output, as_it_comes=False)
        if not first:
            is_asked = wanted != query.EventFilter()
            note("no recorded exchange agrees with all of that" if is_asked else "no exchange is recorded yet")
        return
    # First, so that nothing is missed between the question and what follows; what both give is shown once.
    fresh = query.follow(data, wanted)
    before = list(_found(data, wanted, limit))
    _print(before, output, as_it_comes=True)
    seen = {event.id for event in before}
    _print((event for event in fresh if event.id not in seen), output, as_it_comes=True, heading=False)


def _found(data: Path, wanted: "EventFilter", limit: int) -> "Iterable[Event]":
    """The newest `limit` events, or all, the newest last."""
    from garrison.adapters.store import query
    from garrison.adapters.store.ledger import with_exposed

    if not limit:
        return with_exposed(data, query.events(data, wanted, newest_first=False))
    with progress("reading"):
        return list(with_exposed(data, query.events(data, wanted, limit=limit)))[::-1]


def _print(found: "Iterable[Event]", output: Output, *, as_it_comes: bool, heading: bool = True) -> None:
    if output == "table":
        from garrison.cli.event_table import as_lines, as_table

        if as_it_comes or not sys.stdout.isatty():
            for text in as_lines(found, heading=heading):
                line(text)
        else:
            as_table(found)
        return
    encode = _encoder(output)
    for event in found:
        line(encode(event))


def _encoder(output: Output) -> "Callable[[Event], str]":
    import msgspec

    if output == "json":
        return lambda event: msgspec.json.encode(event).decode()
    from importlib.metadata import version

    from garrison.report.ocsf import api_activity

    installed = version(NAME)
    return lambda event: msgspec.json.encode(api_activity(event, version=installed)).decode()
