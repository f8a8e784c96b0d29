"""Budgets that recorded traffic would have kept to: for each role the people in each principal's fullest window."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import ceil, floor, log10
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from garrison.adapters.recorded.compare import principal_of
from garrison.adapters.recorded.exchange import RecordedExchange
from garrison.adapters.recorded.play import play
from garrison.adapters.store.ledger_rows import ExposureFilter, opened
from garrison.engine.plan import Policy
from garrison.engine.pseudonyms import abridged
from garrison.engine.recent import FEW, Few, Many, Recent
from garrison.engine.seen import cutoff, tick

WINDOWS: Final = {"1h": 3600, "1d": 86400, "30d": 30 * 86400}
NAMES: Final = {"1h": "hour", "1d": "day", "30d": "month"}
"""What the suggested budgets are called."""
RANK: Final = 0.999
"""The share of principals whose fullest window the limit is made of."""
NO_ROLE: Final = "(none)"
ALL: Final = "(all)"


class Sight(NamedTuple):
    """One subject shown to one principal."""

    time: float
    principal: str
    roles: frozenset[str]
    operation: str
    digest: bytes


class Choice(msgspec.Struct, frozen=True):
    """One limit."""

    factor: float
    limit: int
    touched: int
    """Principals that would have gone beyond it."""


class Suggestion(msgspec.Struct, frozen=True):
    """The limits that some could have in one window."""

    role: str
    operation: str
    """Empty: all operations together."""
    window: str
    principals: int
    median: int
    rank: int
    """The most people within any window of all but one of a thousand principals."""
    most: int
    choices: tuple[Choice, ...]


def sights_of_traffic(exchanges: Iterable[RecordedExchange], policy: Policy) -> Iterator[Sight]:
    """What recorded traffic shows when it is played through a policy that only monitors."""
    for recorded in exchanges:
        played = play(policy, recorded)
        event = played.event
        who = event.principal or f"{principal_of(recorded, event)} at {event.peer}"
        for disclosure in event.exposed:
            if disclosure.own is not True:
                for name in disclosure.subjects:
                    yield Sight(event.time, who, played.principal.roles, event.operation or "", abridged(name))


def sights_of_record(data: Path, roles: Mapping[str, frozenset[str]]) -> Iterator[Sight]:
    """What the ledger in `data` says; roles are not on record. Raises RecordError."""
    with opened(data, ExposureFilter(with_sent=False)) as rows:
        found = rows.stream("""
            SELECT time, CASE WHEN principal = '' THEN 'anonymous at ' || peer ELSE principal END, operation, subject
            FROM {rows} WHERE own IS NOT TRUE AND subject IS NOT NULL ORDER BY time
        """)
        for moment, who, operation, subject in found:
            yield Sight(moment / 1e6, who, roles.get(who, frozenset()), operation, subject.bytes[:8])


def read_roles(text: str) -> dict[str, frozenset[str]]:
    """The rows `principal,role,...` of a CSV file; what stands twice is taken together."""
    roles: defaultdict[str, frozenset[str]] = defaultdict(frozenset)
    for row in csv.reader(io.StringIO(text)):
        if row and not row[0].startswith("#"):
            roles[row[0].strip()] |= {each.strip() for each in row[1:] if each.strip()}
    return dict(roles)


def suggestions(sights: Iterable[Sight], factors: Sequence[float]) -> list[Suggestion]:
    """For each role, all operations together and one by one, and each window."""
    peaks = _peaks(sights)
    found = []
    for (role, operation, window), most in sorted(peaks.items(), key=lambda each: _order(*each[0])):
        ordered = sorted(most.values())
        rank = ordered[ceil(RANK * len(ordered)) - 1]
        choices = []
        for factor in factors:
            limit = rounded(rank * factor)
            choices.append(Choice(factor, limit, sum(each > limit for each in ordered)))
        middle = ordered[(len(ordered) - 1) // 2]
        found.append(Suggestion(role, operation, window, len(ordered), middle, rank, ordered[-1], tuple(choices)))
    return found


def rounded(limit: float) -> int:
    """Up to two digits that count."""
    if limit < 10:
        return max(1, ceil(limit))
    step = 10 ** (floor(log10(limit)) - 1)
    return int(ceil(limit / step) * step)


def snippet(found: Sequence[Suggestion], factor: float) -> str:
    """The part of garrison.yaml that says so, with one budget for each window."""
    lines = ["controls:", "  exposure:", "    budgets:"]
    for window, name in NAMES.items():
        limits = {
            each.role: choice.limit
            for each in found
            if not each.operation and each.window == window
            for choice in each.choices
            if choice.factor == factor
        }
        if not limits:
            continue
        roles = [role for role in limits if role not in {ALL, NO_ROLE}]
        own = limits.get(NO_ROLE, min(limits.values()) if roles else limits.get(ALL, 0))
        lines.append(f"      - name: {name}")
        lines += [
            f"        window: {window}",
            f"        limit: {own}",
            f"        then: {'hold' if window == '1h' else 'deny'}",
        ]
        if roles:
            lines.append("        for:")
            lines += [
                f"          - {{roles: [{msgspec.json.encode(role).decode()}], limit: {limits[role]}}}"
                for role in roles
            ]
    return "\n".join(lines)


_Place = tuple[str, str, str]


def _peaks(sights: Iterable[Sight]) -> dict[_Place, dict[str, int]]:
    """By role, operation and window the most people within any window, for each principal."""
    seen: dict[tuple[str, str], Recent] = {}
    peaks: defaultdict[_Place, dict[str, int]] = defaultdict(dict)
    for sight in sights:
        for operation in ("", sight.operation):
            recent = seen.setdefault((sight.principal, operation), Few())
            moment = max(tick(sight.time), recent.newest)
            recent.note(sight.digest, moment)
            if type(recent) is Few and len(recent) > FEW:
                recent = seen[sight.principal, operation] = Many(recent)
            for window, seconds in WINDOWS.items():
                used = recent.count(seconds, cutoff(seconds, moment))
                for role in _roles(sight):
                    most = peaks[role, operation, window]
                    most[sight.principal] = max(used, most.get(sight.principal, 0))
    return dict(peaks)


def _roles(sight: Sight) -> Iterable[str]:
    return sight.roles or (NO_ROLE,)


def _order(role: str, operation: str, window: str) -> tuple[bool, str, str, int]:
    return role != NO_ROLE, role, operation, WINDOWS[window]
