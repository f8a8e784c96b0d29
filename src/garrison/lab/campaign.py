"""The attack: a numbered walk through a register of identifiers, at a steady rate, from some addresses and accounts.

Every request of it is known by its number alone, so that a campaign of 500 million requests is a value of a few
fields, any part of it can be played, and what it would take without protection is counted instead of guessed.
"""

from math import ceil
from typing import Literal, NamedTuple, TypeAlias, get_args

Variant: TypeAlias = Literal["loud", "spread", "patient"]
VARIANTS: tuple[Variant, ...] = get_args(Variant)
PATIENCE = 20
"""How many times slower the patient variant is."""
_ENUMERATION = 6
"""Addresses that each request a second needs to stay silent under a default of 50 values in 5 minutes for an
address."""


class Register(NamedTuple):
    """The identifiers that are tried, of which some belong to somebody. Those are spread evenly, and each to one
    subject."""

    size: int
    members: int

    def among(self, first: int) -> int:
        """How many of the `first` identifiers belong to somebody."""
        return first * self.members // self.size

    def has(self, place: int) -> bool:
        """Whether the identifier at this place belongs to somebody."""
        return self.among(place + 1) > self.among(place)

    def at_or_after(self, place: int) -> int:
        """The first place from this one on that belongs to somebody; `size` where none does."""
        member = self.among(place)
        return self.size if member >= self.members else self.place(member)

    def place(self, member: int) -> int:
        """The place of the identifier that belongs to this one of the members, counted from 0."""
        return -((member + 1) * -self.size // self.members) - 1


class Campaign(NamedTuple):
    """A walk through the whole register, each identifier once."""

    begins: float
    """Seconds since the epoch."""
    register: Register
    rate: float
    """Requests a second."""
    accounts: int = 0
    """Accounts that take turns; 0: nobody proves who they are."""
    addresses: int = 1
    """Addresses that take turns."""
    widest: int = 0
    """Addresses needed to stay silent under the best of the other systems' defaults; 0: reckoned from the rate."""

    @property
    def requests(self) -> int:
        """How many there are."""
        return self.register.size

    @property
    def duration(self) -> float:
        """Seconds from the first to the last."""
        return self.requests / self.rate

    def moment(self, number: int) -> float:
        """When the request of this number is sent."""
        return self.begins + number / self.rate

    def sent(self, moment: float) -> int:
        """How many have been sent before this moment."""
        return max(0, min(self.requests, ceil((moment - self.begins) * self.rate - 1e-6)))

    def lost(self, moment: float) -> int:
        """How many subjects are lost by then where nothing protects them: each hit of the walk is another one."""
        return self.register.among(self.sent(moment))

    def variant(self, name: Variant) -> "Campaign":
        """The same campaign as one who is loud, spreads over addresses, or has patience."""
        if name == "spread":
            return self._replace(addresses=2 * (self.widest or ceil(self.rate * _ENUMERATION)))
        return self._replace(rate=self.rate / PATIENCE) if name == "patient" else self

    def source(self, number: int) -> tuple[int, str]:
        """The account and the address that send the request of this number."""
        return (number % self.accounts if self.accounts else 0), hostile_address(number % self.addresses)


def hostile_address(number: int) -> str:
    """One of the attacker's addresses, each in another network than the ones before: 198.18.0.0/15 and, where that
    does not suffice, 240.0.0.0/4, which nobody has (RFC 2544, RFC 1112)."""
    if number < 1 << 17:
        place = number * 40_503 % (1 << 17)
        return f"198.{18 + (place >> 16)}.{place >> 8 & 255}.{place & 255}"
    place = number * 40_503 % (1 << 27)
    return f"{240 + (place >> 24)}.{place >> 16 & 255}.{place >> 8 & 255}.{place & 255}"
