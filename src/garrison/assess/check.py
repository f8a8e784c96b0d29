"""Checks: what each one is, in which order they run, and what they need."""

from collections.abc import Callable, Iterator, Mapping
from enum import IntEnum
from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec

from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

if TYPE_CHECKING:
    from garrison.assess.assessment import Assessment
    from garrison.assess.target import Target

Family: TypeAlias = Literal[
    "authentication", "authorization", "injection", "resources", "communication", "configuration", "conformance"
]


class Disturbs(IntEnum):
    """What a check may leave changed. Checks run in this order, so that one does not spoil another's proof."""

    NOTHING = 0
    """It sends what the exploration sent too, or what must be refused."""
    OBJECTS = 1
    """It creates, changes or deletes objects that the assessment itself made."""
    ACCOUNTS = 2
    """It changes accounts that the assessment itself made: passwords, roles, sessions."""
    SERVICE = 3
    """It may slow the target down, lock somebody out or set off limits."""
    EVERYTHING = 4
    """It sends what may wipe data that others made; left out with `--safe`."""


RunAll: TypeAlias = "Callable[[Assessment], Iterator[Finding]]"
RunOne: TypeAlias = "Callable[[Assessment, Target], Iterator[Finding]]"


class Check(msgspec.Struct, frozen=True):
    """One thing that is looked for. Its file holds this value, named `CHECK`, and what runs it."""

    id: CheckId
    title: str
    """The weakness that it finds, in a few words, lower case: `an object of another can be read`."""
    family: Family
    severity: Severity
    """Of what it usually finds; a finding may have another."""
    tags: tuple[str, ...]
    """`owasp.api1`, `cwe.639`, `rec.12`."""
    looks: str
    """How it is tested and what counts as proof, for people who have to believe it: one to four sentences."""
    why: str
    """What somebody can do with the weakness: one to three sentences."""
    mend: str
    """What to change: one to four sentences."""
    samples: Mapping[str, str] = {}
    """Code that mends it, by framework: `fastapi`, `django`, `flask`; empty where configuration mends it."""
    run: "RunAll | None" = None
    """Looks at the API as a whole."""
    each: "RunOne | None" = None
    """Looks at one operation. Exactly one of `run` and `each` is given."""
    most: int = 12
    """Requests that it may send to one operation, or in all where it looks at the whole API."""
    disturbs: Disturbs = Disturbs.NOTHING
    needs: tuple[Literal["identity", "two-identities", "account", "listener"], ...] = ()
    """What must be there: without it the check is reported as untested. `account`: the target lets the assessment
    register accounts of its own, or a throw-away one was given."""
