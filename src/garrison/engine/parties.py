"""Parties: under which names those are known to whom anything is shown, and whose exposures count together."""

from collections.abc import Mapping
from typing import Final

from garrison.core.networks import peer_of, prefix
from garrison.core.remember import remember
from garrison.engine.limits import short


def key_of(per: str, who: str, client: str, address: str, operation: str, bits: tuple[int, int]) -> str:
    """Whose exposures count together, for `per` of a budget; `bits` are those of wider networks.

    Who is nobody (`who` is empty) counts by their address' own network, in which they can choose another.
    """
    if per == "principal":
        return party_of(who, address)
    if per == "client":
        return short(client) if client else stranger(address) if not who else f"\t{short(who)}"
    if per == "peer":
        return peer_of(address)
    if per == "network":
        return prefix(address, *bits)
    return operation if per == "operation" else ""


def party_of(who: str, address: str) -> str:
    """The principal `who`; their peer where nobody proved who they are."""
    return short(who) if who else stranger(address)


class _Strangers(dict[str, str]):
    """A pure memory of `stranger`, which costs a third of what the library's takes."""

    MOST: Final = 65_536

    def __missing__(self, address: str) -> str:
        return remember(self, address, f"\n{peer_of(address)}", self.MOST)


STRANGERS: Final[Mapping[str, str]] = _Strangers()
"""By address the key of somebody who proved nothing: it cannot be anybody's name. Any address has one."""


def stranger(address: str) -> str:
    """The key of somebody who proved nothing."""
    return STRANGERS[address]
