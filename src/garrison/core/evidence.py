"""Evidence: for each requirement what enforces it, what tested it, and what is missing."""

from enum import StrEnum

import msgspec


class Standing(StrEnum):
    """How a requirement stands."""

    MET = "met"
    """Something enforces it, something tested it, and nothing is missing."""
    PARTLY = "partly"
    """Something enforces it, and something is missing."""
    SEEN = "seen"
    """Nothing enforces it; it is monitored, or was tested."""
    MISSING = "missing"
    """Nothing is in force, and nothing tested it."""


class Force(StrEnum):
    """How a means is in force."""

    ENFORCED = "enforced"
    PARTLY = "partly"
    """In some operations, or only monitored in some."""
    MONITORED = "monitored"
    """It tells, and hinders nobody."""
    IDLE = "idle"
    """It has nothing to do, for nothing is set or described that it could go by."""
    OFF = "off"


class Means(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that enforces a requirement, or keeps it in sight."""

    name: str
    """`request-schema`, `listen.tls`, `id-walk`."""
    kind: str
    """`control`, `setting`, `detection` or `patch`."""
    force: Force
    says: str
    """How it is in force, lower case: `enforced in 12 of 12 operations`."""


class Open(msgspec.Struct, frozen=True, omit_defaults=True):
    """A finding that stands."""

    fingerprint: str
    check: str
    severity: str
    title: str
    place: str
    accepted_until: str = ""
    accepted_why: str = ""
    patch: str = ""
    """The virtual patch that closes it at the gateway; empty where none does."""


class Trial(msgspec.Struct, frozen=True, omit_defaults=True):
    """The last run that tested a requirement at one target."""

    kind: str
    """`assessment` or `audit`."""
    target: str
    day: str
    """When it began, UTC: `2027-01-15`."""
    tested: tuple[str, ...]
    """Ids of its checks that ran."""
    untested: tuple[str, ...] = ()
    """Ids of its checks that could not."""
    idle: tuple[str, ...] = ()
    """Ids of its checks for which the target has nothing, or which only read answers and found nothing wrong."""
    findings: tuple[Open, ...] = ()


class Evidence(msgspec.Struct, frozen=True, omit_defaults=True):
    """All that is known of one requirement."""

    id: str
    title: str
    standing: Standing
    means: tuple[Means, ...] = ()
    trials: tuple[Trial, ...] = ()
    checks: tuple[str, ...] = ()
    """Ids of all checks and rules that could test it."""
    missing: tuple[str, ...] = ()
    """What is missing, as sentences without a full stop."""


class Dossier(msgspec.Struct, frozen=True):
    """The evidence of one policy."""

    made: float
    """Seconds since the epoch."""
    version: str
    """Garrison's own."""
    policy: str
    """The policy's digest, as it stands in every event."""
    mode: str
    contract: str
    title: str
    """What the API calls itself."""
    operations: int
    requirements: tuple[Evidence, ...]
