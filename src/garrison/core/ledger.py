"""What the ledger answers: whose data went to whom. Times are seconds since the epoch, UTC. Subjects are digests."""

from typing import Literal

import msgspec

Party = Literal["principal", "client", "token", "peer", "operation"]
"""What exposures can be counted by: to whom, or through what, data went."""


class Exposure(msgspec.Struct, frozen=True):
    """One row: one data subject's data, disclosed by one exchange."""

    event: str
    """The event's id."""
    time: float
    principal: str
    """Empty where nobody proved who they are."""
    client: str
    token: str
    peer: str
    operation: str
    kind: str
    subject: str
    """The subject's digest (`Pseudonyms.digest`); empty where the record held none."""
    key: int
    """Number of the key that the digest was made with."""
    types: tuple[str, ...]
    own: bool | None
    """Whether the subject is the principal itself; None where nothing says so."""
    disposition: str


class TypeSeen(msgspec.Struct, frozen=True):
    """Of how many people data of one semantic type was disclosed."""

    type: str
    people: int


class KindSeen(msgspec.Struct, frozen=True):
    """What was disclosed of one kind of data subjects."""

    kind: str
    people: int
    """Distinct subjects."""
    own: int
    """Those among them whose data went to nobody but themselves."""
    exposures: int
    types: tuple[TypeSeen, ...]
    """In the order of `core/semantics.py`."""
    first: float
    last: float


class PersonSeen(msgspec.Struct, frozen=True):
    """One data subject, and what was disclosed of it."""

    kind: str
    subject: str
    exposures: int
    types: tuple[str, ...]
    first: float
    last: float
    own: bool
    """Whether it went to nobody but the subject itself."""


class Recipient(msgspec.Struct, frozen=True):
    """To whom one subject was exposed, and how."""

    principal: str
    client: str
    token: str
    exposures: int
    types: tuple[str, ...]
    operations: tuple[str, ...]
    peers: tuple[str, ...]
    events: tuple[str, ...]
    """Ids of the first events, at most ten."""
    first: float
    last: float
    own: bool
    """Whether this is the subject itself."""


class Rank(msgspec.Struct, frozen=True):
    """To how many people's data a party came."""

    name: str
    people: int
    """Distinct subjects, each kind's."""
    exposures: int
    first: float
    last: float


class OperationCoverage(msgspec.Struct, frozen=True):
    """How many answers of one operation are attributed. Answers: those with status 2xx and a body that left."""

    operation: str
    """Empty: all that the contract does not describe."""
    answers: int
    annotated: int
    inferred: int
    unknown: int
    """Answers that could not be read."""

    @property
    def attributed(self) -> int:
        """Answers of which it is known whose data they disclosed, also where that is nobody's."""
        return self.annotated + self.inferred

    @property
    def share(self) -> float:
        """Attributed answers of all, from 0 to 1; 1 where there are none."""
        return self.attributed / self.answers if self.answers else 1.0


class Certainty(msgspec.Struct, frozen=True):
    """How complete an answer is: what the ledger cannot know of the same time and parties."""

    answers: int = 0
    """Answers with status 2xx and a body."""
    attributed: int = 0
    inferred: int = 0
    """Attributed ones whose subjects were found by names and formats, not by the contract's annotations."""
    lost: int = 0
    """Exchanges that passed and could not be recorded since the gateway was started, at whatever time."""
    damaged: int = 0
    """Lines of the record that could not be read, ever; they are kept in `damaged`."""
    keys: int = 0
    """Keys under which the rows name subjects: one person under two keys counts as two where nobody names it."""
    unknown_key: int = 0
    """Rows under keys that the key ring lacks: whose they are cannot be told."""
    operations: tuple[OperationCoverage, ...] = ()
    """Operations with answers that are not attributed, the most first."""

    @property
    def unattributed(self) -> int:
        """Answers that may have disclosed somebody's data."""
        return self.answers - self.attributed

    @property
    def is_complete(self) -> bool:
        """Whether nothing is known to be missing."""
        return not (self.unattributed or self.lost or self.damaged or self.unknown_key)


class CategorySeen(msgspec.Struct, frozen=True):
    """Of how many people data of one category was disclosed (GDPR, article 33, 3a)."""

    category: str
    people: int


class Scope(msgspec.Struct, frozen=True):
    """What a report is about: the exposures of one kind that agree with every field that is not None."""

    kind: str
    since: float | None = None
    until: float | None = None
    principal: str | None = None
    client: str | None = None
    token: str | None = None
    peer: str | None = None
    operation: str | None = None


class Breach(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be told after a breach. People whose data went to nobody but themselves were not exposed."""

    made: float
    """When this was found out."""
    scope: Scope
    listed: int
    """People in the organisation's own list."""
    exposed: int
    """Those among them whose data went to others: who is to be notified."""
    only_own: int
    """Those among them who saw their own data, and nobody else did."""
    exposures: int
    """How often data of the exposed was disclosed."""
    first: float = 0.0
    """The first of these exposures; 0 where there are none."""
    last: float = 0.0
    types: tuple[TypeSeen, ...] = ()
    categories: tuple[CategorySeen, ...] = ()
    recipients: tuple[Rank, ...] = ()
    """Who saw most of the exposed, by principal; the name is empty for all who had none. At most a hundred."""
    operations: tuple[Rank, ...] = ()
    """Through what, at most a hundred."""
    strangers: int = 0
    """People of the same kind in the ledger, exposed within the same scope, who are not in the list."""
    stranger_exposures: int = 0
    certainty: Certainty = Certainty()
    measures: tuple[str, ...] = ()
    """What the gateway did against it when this was found out."""
