"""The audit: rules over a description, and what they found as findings."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from garrison.audit.catalogue import RULES
from garrison.audit.overlay import suggestion
from garrison.audit.rule import Action, Fault, Rule
from garrison.audit.score import Charge, scores, whole
from garrison.audit.walk import Reading, Users
from garrison.contract.described import Description
from garrison.contract.place import Place, json_path
from garrison.core.finding import Finding, Source, fingerprint_of
from garrison.core.printable import without_password

_NAMED_LISTS: Final = frozenset({"parameters", "servers"})
"""Lists whose items are told apart by what they say: an item's index changes when another is put before it."""


class Found(msgspec.Struct, frozen=True):
    """A finding, and what is only known while its description is at hand."""

    finding: Finding
    users: Users
    """The operations that it concerns."""
    mends: tuple[Action, ...] = ()


class Scored(msgspec.Struct, frozen=True):
    """The score of one operation."""

    method: str
    template: str
    score: int


class Audit(msgspec.Struct, frozen=True):
    """What the rules found."""

    source: str
    """Where the description was read, as it was given: places name their file so. `shown` is for people."""
    title: str
    """What the API calls itself; empty where it says nothing."""
    version: str
    """Of OpenAPI."""
    found: tuple[Found, ...]
    """The gravest first, then by rule, then in the description's order."""
    operations: tuple[tuple[str, str], ...]
    """Method and template of each."""

    @property
    def shown(self) -> str:
        """Its source without the password that a URL may hold."""
        return without_password(self.source)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings alone."""
        return tuple(each.finding for each in self.found)

    def scored(self, counted: Iterable[Found] | None = None) -> tuple[int, tuple[Scored, ...]]:
        """The score of the whole and of each operation; of `counted` alone where some findings do not count."""
        charges = [
            Charge(each.finding.check, each.finding.severity, each.finding.confidence, each.users)
            for each in (self.found if counted is None else counted)
        ]
        each = scores(charges, len(self.operations))
        told = zip(self.operations, each, strict=True)
        return whole(each), tuple(Scored(method, template, score) for (method, template), score in told)


def audit(description: Description, rules: Iterable[Rule] = RULES) -> Audit:
    """What `rules` find wrong with a description. Never raises, whatever it holds."""
    reading = Reading(description)
    rules = tuple(rules)
    order = {rule.id: at for at, rule in enumerate(rules)}
    faults = [(rule, fault) for rule in rules for fault in rule.look(reading)]
    sources = description.sources([fault.node for _, fault in faults])
    taken: dict[str, int] = {}
    found = [_found(rule, fault, source, reading, taken) for (rule, fault), source in zip(faults, sources, strict=True)]
    found.sort(key=lambda each: (-each.finding.severity.rank, order[each.finding.check]))
    return Audit(
        description.source,
        _title(reading),
        description.version,
        tuple(found),
        tuple((each.method, each.template) for each in reading.operations),
    )


def _found(rule: Rule, fault: Fault, source: Source, reading: Reading, taken: dict[str, int]) -> Found:
    count = fault.users.bit_count()
    one = reading.using(fault.users)[0] if count == 1 else None
    return Found(
        Finding(
            check=rule.id,
            title=rule.title,
            severity=fault.severity or rule.severity,
            confidence=fault.confidence or rule.confidence,
            says=fault.says + (f", in {count} operations" if count > 1 and fault.location else ""),
            fingerprint=_fingerprint(rule, fault, reading.description.source, taken),
            operation=one.id if one is not None else None,
            method=one.method if one is not None else "",
            template=one.template if one is not None else "",
            location=fault.location,
            source=source,
            suggestion=suggestion(fault.mends, reading.description.source),
            tags=rule.tags,
        ),
        fault.users,
        fault.mends,
    )


def _title(reading: Reading) -> str:
    info = reading.of_root("info", "title")
    return info.value if info is not None and isinstance(info.value, str) else ""


def _fingerprint(rule: Rule, fault: Fault, source: str, taken: dict[str, int]) -> str:
    place = _stable(fault.node.place)
    file = "" if fault.node.place.file == source else fault.node.place.file.rpartition("/")[2]
    print_ = fingerprint_of(rule.id, "", f"{file}{place} {fault.location}", fault.kind)
    count = taken[print_] = taken.get(print_, 0) + 1
    return print_ if count == 1 else fingerprint_of(rule.id, print_, str(count), fault.kind)


def _stable(place: Place) -> str:
    """The place as JSON path, without indexes that change when something else is added."""
    tokens = place.tokens
    return json_path(
        token
        for at, token in enumerate(tokens)
        if not (isinstance(token, int) and at and tokens[at - 1] in _NAMED_LISTS)
    )


def mends(found: Iterable[Found]) -> Iterator[Action]:
    """Everything that mends what was found."""
    return (action for each in found for action in each.mends)


def by_rule(found: Iterable[Found]) -> Mapping[str, list[Found]]:
    """What was found, by rule, in its order."""
    grouped: dict[str, list[Found]] = {}
    for each in found:
        grouped.setdefault(each.finding.check, []).append(each)
    return grouped
