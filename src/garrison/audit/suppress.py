"""Suppressions: faults that somebody accepts, where, why and until when.

accept:
  - rule: unprotected-read
    path: $.paths['/status'].*
    reason: anybody may know whether the API is up
    until: 2027-06-30
"""

import re
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from typing import Any, Final

import msgspec

from garrison.audit.run import Found
from garrison.contract.parse import parse
from garrison.contract.place import Place, Problems, excerpt
from garrison.core.errors import ConfigError, DescriptionError

_KEYS: Final = ("rule", "path", "reason", "until")
_DAY: Final = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])")


class Acceptance(msgspec.Struct, frozen=True):
    """One entry: faults of one rule that do not count until a day."""

    rule: str
    path: str
    """JSON path of the faults (RFC 9535) in which `*` stands for any text and `?` for one character."""
    reason: str
    until: str
    """The last day on which it holds: `2027-06-30`."""
    index: int
    """Its place in the file."""

    def covers(self, found: Found) -> bool:
        """Whether the finding is one of those that are meant, whatever the day."""
        source = found.finding.source
        is_there = source is not None and _glob(self.path).fullmatch(source.path) is not None
        return found.finding.check == self.rule and is_there


class Judged(msgspec.Struct, frozen=True):
    """What counts, and what does not."""

    counted: tuple[Found, ...]
    accepted: tuple[tuple[Found, Acceptance], ...] = ()
    notices: tuple[str, ...] = ()
    """Of entries that hold no longer or accept nothing."""


def read_acceptances(data: bytes, file: str, rules: Collection[str]) -> tuple[Acceptance, ...]:
    """The entries of a file (YAML or JSON). Raises ConfigError with all that is wrong."""
    problems = Problems()
    try:
        tree = parse(data, file, problems)
    except DescriptionError as error:
        raise ConfigError(error.problems) from error
    entries = tree.get("accept") if isinstance(tree, dict) else None
    place = Place(file, ("accept",))
    if not isinstance(entries, list) or set(tree) != {"accept"}:
        problems.add(Place(file), "must hold a list `accept` and nothing else")
        entries = []
    found = []
    for index, entry in enumerate(entries):
        known = len(problems.all())
        _check(entry, place.child(index), rules, problems)
        if len(problems.all()) == known:
            found.append(Acceptance(**{key: entry[key] for key in _KEYS}, index=index))
    if problems.all():
        raise ConfigError(problems.all())
    return tuple(found)


def judge(
    found: Iterable[Found], acceptances: Iterable[Acceptance], *, today: str, ran: Collection[str], file: str
) -> Judged:
    """What counts on the day `today` (`2026-11-28`); `ran` are the rules that looked."""
    acceptances = tuple(acceptances)
    counted: list[Found] = []
    accepted: list[tuple[Found, Acceptance]] = []
    expired: dict[int, int] = {}
    used: set[int] = set()
    for each in found:
        covering = [one for one in acceptances if one.covers(each)]
        used.update(one.index for one in covering)
        holding = next((one for one in covering if one.until >= today), None)
        if holding is not None:
            accepted.append((each, holding))
            continue
        counted.append(each)
        for one in covering[:1]:
            expired[one.index] = expired.get(one.index, 0) + 1
    return Judged(tuple(counted), tuple(accepted), tuple(_notices(acceptances, expired, used, ran, file)))


def _notices(
    acceptances: Iterable[Acceptance], expired: dict[int, int], used: set[int], ran: Collection[str], file: str
) -> Iterator[str]:
    for one in acceptances:
        place = f"{file}: $.accept[{one.index}]"
        if one.index in expired:
            count = expired[one.index]
            yield f"{place}: held until {one.until}: {count} of `{one.rule}` {'count' if count > 1 else 'counts'} again"
        elif one.index not in used and one.rule in ran:
            yield f"{place}: nothing of `{one.rule}` is found at {excerpt(one.path)} any more"


def _check(entry: Any, place: Place, rules: Collection[str], problems: Problems) -> None:
    if not isinstance(entry, dict):
        problems.add(place, "must have `rule`, `path`, `reason` and `until`")
        return
    for key in entry.keys() - set(_KEYS):
        problems.add(place.child(str(key)), "is not known", "there are `rule`, `path`, `reason` and `until`")
    for key in _KEYS:
        if not isinstance(entry.get(key), str) or not entry[key].strip():
            problems.add(place.child(key), "is missing" if key not in entry else "must be a text")
    rule, until = entry.get("rule"), entry.get("until")
    if isinstance(rule, str) and rule not in rules:
        problems.add(place.child("rule"), f"{excerpt(rule)} is no rule", "docs/reference/audit-rules.md lists them")
    if isinstance(until, str) and until and not _DAY.fullmatch(until):
        problems.add(place.child("until"), f"{excerpt(until)} is no day", "write it as `2027-06-30`")


@lru_cache(maxsize=512)
def _glob(pattern: str) -> re.Pattern[str]:
    """`*` and `?` as in names of files, and nothing else: brackets are what JSON paths are made of."""
    parts = [".*" if char == "*" else "." if char == "?" else re.escape(char) for char in re.sub(r"\*+", "*", pattern)]
    return re.compile("".join(parts), re.DOTALL)
