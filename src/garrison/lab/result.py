"""What a run found, as values: printed as JSON as they are."""

from collections.abc import Mapping
from typing import Any

import msgspec

from garrison.lab.campaign import Variant
from garrison.lab.protections import Protection


class Point(msgspec.Struct, frozen=True):
    """How many were lost by a moment."""

    time: float
    lost: float


class Ledger(msgspec.Struct, frozen=True):
    """What the record says of exposures against what the API says, each answer and subject being one."""

    true: int
    reported: int
    right: int

    @property
    def precision(self) -> float:
        """Of what was reported, how much is true."""
        return self.right / self.reported if self.reported else 1.0

    @property
    def recall(self) -> float:
        """Of what is true, how much was reported."""
        return self.right / self.true if self.true else 1.0


class Notice(msgspec.Struct, frozen=True):
    """Somebody to notify: found by joining the organisation's own list with the record."""

    name: str
    types: tuple[str, ...]
    time: float
    """When it was disclosed first."""


class Harm(msgspec.Struct, frozen=True):
    """What benign people suffered."""

    requests: int
    denied: int
    people: int
    hurt: int
    """How many different ones were denied something."""


class Detection(msgspec.Struct, frozen=True):
    """The first sign of the attack."""

    after: float
    """Seconds since it began."""
    request: int
    """Which of its requests it was."""
    reason: str
    refused: bool
    """Whether it was refused, or only told of."""


class Alarm(msgspec.Struct, frozen=True):
    """The first detection in which the attack took part."""

    rule: str
    title: str
    severity: str
    after: float
    """Seconds since the attack began."""
    lost: int
    """Subjects lost by then."""


class Stop(msgspec.Struct, frozen=True):
    """The first measure that was taken against the attack."""

    measure: str
    """What was done to whom: `block principal`."""
    after: float
    """Seconds since the attack began until it was in force."""
    lost: int
    """Subjects lost by then."""


class FalseAlarm(msgspec.Struct, frozen=True):
    """Detections of a rule in which nothing of the attack took part."""

    rule: str
    severity: str
    times: int


class Side(msgspec.Struct, frozen=True):
    """One protection."""

    protection: Protection
    lost: int
    reckoned: int
    """How many of those were not counted one by one but reckoned from what was played."""
    played: int
    """Hostile requests that were really played."""
    harm: Harm
    detection: Detection | None
    ledger: Ledger | None
    curve: tuple[Point, ...]
    notices: tuple[Notice, ...] = ()
    """Only for Garrison: whom the record names for the attacker in what was played, not more than can be shown."""
    named: int = 0
    """How many those are in all."""
    alarm: Alarm | None = None
    """Only for Garrison, as all that follows; None: nobody was told."""
    stop: Stop | None = None
    false_alarms: tuple[FalseAlarm, ...] = ()


class Width(msgspec.Struct, frozen=True):
    """The least number of sources at which the attack stays silent to its end at its own rate; 0: none suffices."""

    addresses: int
    accounts: int
    """-1 where the attack uses no accounts."""


class Evasion(msgspec.Struct, frozen=True):
    """What it would take to stay silent."""

    protection: Protection
    width: Width
    slow_down: float
    """How many times longer one account at one address takes that stays below everything; 0: it never ends."""
    simulated: float
    """Seconds of event time that were simulated for it; the rest is reckoned at the pace that was reached."""


class Prevention(msgspec.Struct, frozen=True):
    """One way in, against the same policy with access control switched on."""

    title: str
    tried: int
    lost: int
    first: str
    """The reason for which the first was refused, or its answer changed; empty where nothing objected."""


class Result(msgspec.Struct, frozen=True):
    """One breach in one variant."""

    name: str
    title: str
    people: str
    variant: Variant
    seed: int
    begins: float
    duration: float
    played: float
    """Seconds of event time that were played."""
    requests: int
    rate: float
    addresses: int
    accounts: int
    facts: tuple[tuple[str, str], ...]
    """Source and text of each."""
    method: tuple[str, ...]
    """How it was measured."""
    policy: Mapping[str, Any]
    sides: tuple[Side, ...]
    evasion: tuple[Evasion, ...]
    prevention: tuple[Prevention, ...]
    prevention_harm: Harm | None
    seconds: float
    """How long the run took."""
    proved: float = 0.0
    """Seconds of it that went into compiling the policy with access control, and trying all ways in and the benign
    requests against it."""

    def side(self, protection: Protection) -> Side | None:
        """What that protection came to; None where it was not run."""
        return next((each for each in self.sides if each.protection == protection), None)
