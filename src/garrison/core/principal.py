"""Principals: the authenticated or anonymous party of an exchange."""

import math
from collections.abc import Mapping
from typing import Any

import msgspec


class Principal(msgspec.Struct, frozen=True, gc=False):
    """Who asks, as far as it was proved. Holds no credential."""

    id: str
    """What events and policy name it by: `REALM:SUBJECT`."""
    realm: str
    """The part of the world in which `subject` is unique, as garrison.yaml names it."""
    subject: str
    """Its name there (RFC 7519, 4.1.2)."""
    client: str = ""
    """The OAuth client that acts for it (RFC 9068, 2.2: `client_id`); empty where none is known."""
    scopes: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    claims: Mapping[str, Any] = {}
    """What the realm says of it, as it was said."""
    schemes: tuple[str, ...] = ()
    """The contract's security schemes that it satisfied."""
    token: str = ""
    """The name of its token or key, by which that is revoked: `jti` (RFC 7519, 4.1.7), a key's id; never a secret."""
    issued: float = 0.0
    """When its credential was issued: seconds since the epoch; 0 where unknown."""
    expires: float = math.inf
    """When its credential ceases to hold."""
    parts: "tuple[Principal, ...]" = ()
    """Where several schemes were demanded at once, or presented: what each of them proved. Empty where one was."""

    @property
    def proved(self) -> "tuple[Principal, ...]":
        """What each scheme proved: who is blocked, or what is revoked or ended, may be any of them."""
        return self.parts or (self,)


ANONYMOUS = Principal("anonymous", "", "")
"""The principal of an exchange in which nobody proved who they are, where the policy lets that be."""
