"""Pictures of an API: what one run of an assessment saw of it, and what is known after all runs so far."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeAlias

import msgspec

from garrison.core.detection import Severity


class Field(msgspec.Struct, frozen=True, omit_defaults=True):
    """One place in the answers of one operation."""

    types: tuple[str, ...]
    """`object`, `array`, `string`, `number`, `boolean`, `null`, ascending; of a body that is no JSON its media type."""
    steady: int = 0
    """In how many runs one after another it stood wherever it could; 0 where it was missing somewhere."""
    is_gone: bool = False
    """Whether it was there once and is not any more."""
    came_back: bool = False
    """Whether it was gone in between: then its absence says nothing any more."""


Shape: TypeAlias = Mapping[str, Field]
"""By the way to a place, `*` for each index: `users/*/email`; the empty way is the body itself."""
Shapes: TypeAlias = Mapping[str, Mapping[str, Shape]]
"""By operation (`GET /v1/pets`), and by who asked."""


class Standing(StrEnum):
    """How it stands with a finding."""

    OPEN = "open"
    ACCEPTED = "accepted"
    FIXED = "fixed"


class Weakness(msgspec.Struct, frozen=True, omit_defaults=True):
    """A finding, as far as its changes are told."""

    standing: Standing
    severity: Severity
    text: str
    """What and where: `an object is read by another at GET /orders/{id}`."""
    missed: int = 0
    """How many runs one after another did not find it any more, though nobody was told yet that it is fixed."""


class Ending(msgspec.Struct, frozen=True):
    """A certificate that will end."""

    ends: float
    """Seconds since the epoch."""
    told: int | None = None
    """The last number of days that was told of it; None where none was."""


class Remark(msgspec.Struct, frozen=True):
    """Something that is told as it stands."""

    severity: Severity
    text: str


class ProofState(StrEnum):
    """How it stands with a virtual patch."""

    HOLDS = "holds"
    FAILS = "fails"
    """What it closed is open."""
    NEEDLESS = "needless"
    """The API does not have the finding any more, or the policy refuses it without the patch."""
    ENDED = "ended"
    """Its time is over: it does nothing."""
    UNPROVEN = "unproven"
    """The proof could not be made."""


class Proven(msgspec.Struct, frozen=True):
    """What came of proving a virtual patch again."""

    state: ProofState
    why: str = ""
    policy: str = ""
    """What it was proven with: another policy, or another form of the patch, has another text here."""


class Held(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is known of a virtual patch."""

    state: ProofState = ProofState.HOLDS
    """As far as one is sure, and somebody was told."""
    seen: ProofState = ProofState.HOLDS
    """What came of it the last time."""
    times: int = 0
    """How often one after another."""
    at: float = 0.0
    """When: seconds since the epoch; 0 before the first time."""
    policy: str = ""
    """What it was proven with then."""


class Sighting(msgspec.Struct, frozen=True, kw_only=True):
    """What one run saw."""

    at: float
    """When it began: seconds since the epoch; so are all times."""
    operations: tuple[str, ...] = ()
    """What the contract describes: `GET /v1/pets/{petId}`."""
    shapes: Shapes = {}
    strangers: Mapping[str, Remark] = {}
    """Traffic that the contract does not know: a name for each way of it, and what is said of it."""
    certificates: Mapping[str, float] = {}
    """When each ends, by its name."""
    weaknesses: Mapping[str, Weakness] = {}
    """By fingerprint: everything that is known of this target, mended ones too."""
    tested: tuple[str, ...] = ()
    """What was tested: `operation GET /v1/pets`, `check missing-credentials`, `identity alice`."""
    untested: Mapping[str, str] = {}
    """What was not, in the same words, and why."""
    stopped: str = ""
    """Why the run ended before its work was done; empty where it was done."""
    requests: int = 0
    patches: tuple[str, ...] = ()
    """Virtual patches that are there, by id."""
    proofs: Mapping[str, Proven] = {}
    """What came of those of them that were proven again in this run."""
    notes: Mapping[str, Remark] = {}
    """What other parts watch and have something to say about, by a name of theirs."""


class Picture(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What is known of one target after all runs so far."""

    operations: tuple[str, ...] | None = None
    """None before the first run: what it sees then is no difference."""
    shapes: Shapes = {}
    strangers: tuple[str, ...] = ()
    certificates: Mapping[str, Ending] = {}
    weaknesses: Mapping[str, Weakness] = {}
    tested: tuple[str, ...] = ()
    doubted: tuple[str, ...] = ()
    """What of it the last run could not test: with the next one that cannot, somebody is told."""
    stopped: str = ""
    notes: tuple[str, ...] = ()
    patches: Mapping[str, Held] = {}
    until: float = 0.0
    """Up to when recorded traffic was looked at."""
