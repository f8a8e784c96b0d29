"""What a breach is made of: the API with the flaw, who attacks it and how, who else uses it, and what is known of it.

Everybody and everything in it is made up. Whom an answer discloses is told by the API itself (`Answer.carried`),
never by Garrison, so that what is measured does not depend on what measures.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple, TypeAlias

import msgspec

from garrison.lab.background import Mix, Visit
from garrison.lab.campaign import Campaign


class Who(msgspec.Struct, frozen=True):
    """A principal: the issuer that vouches for it, and what its token says."""

    issuer: str
    subject: str
    claims: Mapping[str, Any] = {}

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from all others."""
        return self.issuer, self.subject


class Ask(NamedTuple):
    """One request."""

    method: str
    target: str
    address: str
    """The client's network address."""
    who: Who | None = None
    """None: nobody proves who they are."""
    body: bytes | None = None
    """JSON."""


class Carried(NamedTuple):
    """One data subject whose data an answer carries."""

    kind: str
    """As the contract names it; empty where it is no person's data but a wrong done, which no record of people
    holds."""
    name: str
    mark: str = ""
    """Text of the answer that is the data which must not leave; empty: the name itself."""


class Answer(NamedTuple):
    """What the API answers."""

    status: int
    body: bytes
    """JSON."""
    carried: tuple[Carried, ...] = ()


class Fact(NamedTuple):
    """Something that a replay rests on."""

    source: Literal["public", "assumed"]
    """Whether it was published, or is our own choice that a replay needs."""
    text: str


class Probe(NamedTuple):
    """One way in, tried against the policy with access control switched on."""

    title: str
    asks: tuple[Ask, ...]


class Api(NamedTuple):
    """The vulnerable API and the same one as it should have been."""

    contract: Mapping[str, Any]
    """As OpenAPI, with access control as broken as it was in the breach."""
    mended: Mapping[str, Any]
    """With access control."""
    answer: Callable[[Ask], Answer]


class Policy(NamedTuple):
    """Parts of garrison.yaml."""

    controls: Mapping[str, Any]
    """What holds in every run: how principals prove who they are, budgets where others than the shipped ones are
    wanted."""
    mended: Mapping[str, Any] = {}
    """What the policy with access control says besides."""
    operations: tuple[Mapping[str, Any], ...] = ()


Hostile: TypeAlias = Callable[[int, int, str], Ask]
"""Place in the register that is tried, the account that asks, the address it comes from: the request."""


class Breach(NamedTuple):
    """One breach to replay."""

    name: str
    title: str
    """One line: who lost what, and when."""
    facts: tuple[Fact, ...]
    people: str
    """What is counted, in the plural: `customers`."""
    api: Api
    policy: Policy
    campaign: Campaign
    hostile: Hostile
    benign: Callable[[Visit], Ask]
    probes: tuple[Probe, ...]
    mix: Mix = Mix()
    played_days: float = 42.0
    """Days that are played at most; what is left of a longer campaign is reckoned from the last of them."""
