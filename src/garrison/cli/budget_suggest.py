"""`garrison budgets suggest`: what would have been enough for traffic that was good."""

import math
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from garrison.cli.options import AsJson, Contract, GatewayConfig, Since, Until
from garrison.cli.output import as_json, columns, counting, line, note, progress
from garrison.core.counted import counted
from garrison.core.errors import option_error
from garrison.core.nearest import did_you_mean
from garrison.core.printable import printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence, Set

    from garrison.adapters.budget_suggest import Sight, Suggestion
    from garrison.adapters.recorded.exchange import Entry, RecordedExchange
    from garrison.core.incident import Incident

SUGGEST_EXAMPLES = "Example: garrison budgets suggest --data garrison-data --config garrison.yaml"

_FACTORS = (1.0, 2.0, 3.0, 5.0)
_INCIDENTS = 1000
"""The last incidents that are looked at."""
_SUSPECTS = 10
"""Those of them who are named one by one."""


def suggest(
    traffic: Annotated[
        Path | None, typer.Argument(metavar="TRAFFIC", help="HAR, JSON Lines, or a directory that keeps bodies.")
    ] = None,
    data: Annotated[str | None, typer.Option(metavar="DIR", help="The gateway's data directory instead.")] = None,
    config: GatewayConfig = None,
    contract: Contract = None,
    roles: Annotated[
        Path | None, typer.Option(metavar="FILE", help="CSV `principal,role,...`: the record holds no roles.")
    ] = None,
    factor: Annotated[float, typer.Option("--k", metavar="K", min=0.1, help="Times the usual most.")] = 3.0,
    since: Since = "",
    until: Until = "",
    without: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Without this principal, who did no good; may be repeated.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Suggest limits from traffic that was good: for each role, what all but one in a thousand kept to, times K.

    Of each principal the fullest window counts. The table says how many principals each choice would have touched. Who
    stands in an incident of the record is named: --without leaves them out.
    """
    from garrison.adapters.budget_suggest import snippet, suggestions

    if (traffic is None) == (data is None):
        raise option_error("TRAFFIC", "or `--data` must be given, and not both", "traffic that is known to be good")
    factors = sorted({*_FACTORS, factor})
    told = _roles(roles)
    wanted = _Wanted(_between(since, until), frozenset(without or ()))
    found = suggestions(wanted.of(_sights(traffic, data, (config, contract), told)), factors)
    _tell_span(wanted.last - wanted.first)
    _tell_unknown(wanted, told)
    if data is not None:
        _tell_suspects(Path(data), wanted.seen)
    if json:
        as_json({"suggestions": found, "snippet": snippet(found, factor)})
        return
    if not found:
        note("nobody was shown anybody: does the contract say `x-garrison-subject`?")
        raise typer.Exit(1)
    for text in _suggested(found, factors):
        line(text)
    line("")
    line(snippet(found, factor))


class _Wanted:
    """What of the traffic counts, and who was seen in it."""

    def __init__(self, between: tuple[float, float], without: frozenset[str]) -> None:
        self._between = between
        self.without = without
        self.seen: set[str] = set()
        """The principals that count."""
        self.passed_over: set[str] = set()
        """Those among `without` who were there."""
        self.first, self.last = math.inf, 0.0

    def of(self, sights: "Iterable[Sight]") -> "Iterator[Sight]":
        """Those that count."""
        begin, end = self._between
        for sight in sights:
            if sight.principal in self.without:
                self.passed_over.add(sight.principal)
            elif begin <= sight.time < end:
                self.seen.add(sight.principal)
                self.first, self.last = min(self.first, sight.time), max(self.last, sight.time)
                yield sight


def _between(since: str, until: str) -> tuple[float, float]:
    from garrison.cli.moments import parse_moment

    now = time.time()
    begin = parse_moment(since, "--since", now) if since else 0.0
    end = parse_moment(until, "--until", now) if until else math.inf
    if begin >= end:
        raise option_error("--since", "is not before `--until`")
    return begin, end


def _roles(file: Path | None) -> "Mapping[str, frozenset[str]]":
    from garrison.adapters.budget_suggest import read_roles

    try:
        return read_roles(file.read_text("utf-8")) if file is not None else {}
    except (OSError, UnicodeDecodeError) as error:
        raise option_error("--roles", f"`{file}` cannot be read", "a CSV file `principal,role`") from error


def _tell_span(seconds: float) -> None:
    """Say for which windows the traffic is too short: whoever goes on would be beyond such a limit."""
    from garrison.adapters.budget_suggest import NAMES, WINDOWS

    short = [f"`{NAMES[window]}`" for window, length in WINDOWS.items() if 0 <= seconds < length]
    if short:
        minutes = int(seconds // 60)
        span = counted(minutes, "minute") if minutes < 180 else counted(minutes // 60, "hour")
        told = " and ".join((", ".join(short[:-1]), short[-1])) if short[1:] else short[0]
        note(f"garrison: the traffic spans {span}, less than {told}: such limits may be too low")


def _tell_unknown(wanted: _Wanted, roles: "Mapping[str, frozenset[str]]") -> None:
    """Say which names are nobody's: whoever is misspelt has no role, or is not left out."""
    strangers = sorted(wanted.without - wanted.passed_over)
    if roles and not wanted.seen & roles.keys():
        note(f"garrison: none of the principals of `--roles` was shown anybody{_like(next(iter(roles)), wanted.seen)}")
    for name in strangers:
        note(f"garrison: `{name}` of `--without` was shown nobody{_like(name, wanted.seen)}")


def _like(name: str, known: "Iterable[str]") -> str:
    names = sorted(known)
    inner = [one for one in names if one.endswith(f":{name}")]  # behind its realm
    hint = f"did you mean `{inner[0]}`?" if inner else did_you_mean(name, names)
    return f": {hint}" if hint else ""


def _tell_suspects(data: Path, seen: "Set[str]") -> None:
    """Say who of those that count stands in an incident: what they did is hardly known to be good."""
    from garrison.casework import listed

    found: dict[str, Incident] = {}
    for incident in listed(data, closed=True, limit=_INCIDENTS):
        parties = {*incident.named.principals, *(f"anonymous at {peer}" for peer in incident.named.peers)}
        found |= dict.fromkeys(sorted(seen & parties - found.keys()), incident)
    for name, incident in list(found.items())[:_SUSPECTS]:
        note(
            f"garrison: `{printable(name)}` stands in incident {incident.id[:8]} ({incident.title}): where that was no"
            f" good, `--without {quote(name)}` leaves them out"
        )
    if len(found) > _SUSPECTS:
        note(f"garrison: so do {len(found) - _SUSPECTS} others: `garrison incidents`")


def _sights(
    traffic: Path | None,
    data: str | None,
    asked: tuple[Path | None, str | None],
    roles: "Mapping[str, frozenset[str]]",
) -> "Iterator[Sight]":
    from garrison.adapters.budget_suggest import sights_of_record, sights_of_traffic
    from garrison.adapters.recorded.keys import key_source
    from garrison.adapters.recorded.traffic import read_traffic
    from garrison.cli.opening import open_policy
    from garrison.config.load import Options

    if traffic is None:
        return sights_of_record(Path(data or ""), roles)
    with progress("compiling the contract"):
        opened = open_policy(asked[0], Options(contract=asked[1], mode="monitor"))
    entries = counting(read_traffic(traffic, key_source(opened.settings, str(traffic))), "exchanges")
    return sights_of_traffic(_readable(entries), opened.policy)


def _readable(entries: "Iterable[Entry]") -> "Iterator[RecordedExchange]":
    """The exchanges among `entries`; at the end it is told how many were none."""
    from garrison.adapters.recorded.exchange import RecordedExchange

    unreadable = 0
    for entry in entries:
        if isinstance(entry, RecordedExchange):
            yield entry
        else:
            unreadable += 1
    if unreadable:
        note(f"garrison: {counted(unreadable, 'entry', 'entries')} could not be read; `garrison replay` shows why")


def _suggested(found: "Sequence[Suggestion]", factors: "Sequence[float]") -> Iterator[str]:
    heading = (
        "role",
        "operation",
        "window",
        "principals",
        "median",
        "p99.9",
        "most",
        *(f"x{each:g}" for each in factors),
    )
    rows = [
        (
            printable(each.role), each.operation or "(all)", each.window, str(each.principals), str(each.median),
            str(each.rank), str(each.most), *(f"{one.limit} ({one.touched})" for one in each.choices),
        )
        for each in found
    ]  # fmt: skip
    yield "people in the fullest window of each principal; limits, and in brackets how many would have gone beyond"
    yield from columns(heading, rows)
