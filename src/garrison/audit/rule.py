"""Rules: what each one is, and the faults that it finds in a description."""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import msgspec

from garrison.audit.walk import Reading, Users
from garrison.contract.documents import Node
from garrison.contract.place import Place
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


class Action(msgspec.Struct, frozen=True):
    """One change that mends a description: an action of an OpenAPI Overlay."""

    place: Place
    update: Any = None
    """What is merged into what stands there; None where that is removed."""


class Fault(msgspec.Struct, frozen=True):
    """One place that a rule finds wrong."""

    node: Node
    """Where it stands."""
    says: str
    """What is wrong there: a sentence without a full stop."""
    users: Users
    """The operations that it concerns."""
    location: str = ""
    """Where in the request or the answer: `query.limit`, `body/user/role`."""
    kind: str = ""
    """Tells faults of one rule at one place apart."""
    severity: Severity | None = None
    """None: as the rule has it."""
    confidence: Confidence | None = None
    """None: as the rule has it."""
    mends: tuple[Action, ...] = ()
    """What mends it, where that needs nobody's judgement but a look; in the order in which it is to be applied."""


Look: TypeAlias = Callable[[Reading], Iterator[Fault]]


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a description may get wrong. Its file holds this value, named `RULE`, and what looks for it."""

    id: CheckId
    title: str
    """The weakness in a few words, lower case: `passwords travel with every request`."""
    severity: Severity
    """Damage if it is so in the API as well; a fault may have another."""
    confidence: Confidence
    """How likely it is that what the description says is a weakness; a fault may have another."""
    tags: tuple[str, ...]
    """`owasp.api1`, `cwe.639`, `rec.12`."""
    why: str
    """What somebody can do with it: one to three sentences."""
    mend: str
    """What to change: one to three sentences."""
    look: Look
