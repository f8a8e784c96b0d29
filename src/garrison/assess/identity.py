"""Identities: as whom requests are sent. How one logs in is given; what it gets is kept by the probe."""

from collections.abc import Callable
from typing import Final, TypeAlias

import msgspec

from garrison.assess.call import Answer, Call
from garrison.core.http import Headers

Pairs: TypeAlias = tuple[tuple[str, str], ...]


class Credential(msgspec.Struct, frozen=True):
    """What a request carries to show who sends it. Never printed: `Step` holds its owner's name instead."""

    headers: Headers = ()
    query: Pairs = ()
    cookies: Pairs = ()
    expires: float = 0.0
    """When it ends, in seconds since the epoch; 0 where that is not known."""

    @property
    def token(self) -> str:
        """The bearer token in it; empty where there is none."""
        for name, value in self.headers:
            scheme, _, rest = value.partition(" ")
            if name == "authorization" and scheme.lower() in ("bearer", "dpop", "token", "jwt"):
                return rest.strip()
        return ""

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every value in it that must not be shown, the longest first."""
        values = [value for _, value in (*self.query, *self.cookies)]
        # of `Bearer ...` the scheme is no secret, and a proof reads better with it
        values += [value.partition(" ")[2] or value for _, value in self.headers]
        return tuple(sorted({value for value in values if value}, key=len, reverse=True))

    @property
    def is_nothing(self) -> bool:
        """Whether it shows nothing."""
        return not (self.headers or self.query or self.cookies)


ANONYMOUS: Final = Credential()
"""No credential."""

Send: TypeAlias = Callable[[Call], Answer]
LogIn: TypeAlias = Callable[[Send], Credential]
"""Gets a credential by talking to the target (and to servers that were given with the identity). Raises `LoginError`
where it does not get one."""


class LoginError(Exception):
    """An identity could not log in; says why in words that hold no secret."""


class Identity(msgspec.Struct, frozen=True):
    """One party in whose name requests are sent."""

    name: str
    """As the operator calls it: `alice`."""
    log_in: LogIn
    """For a fixed token it gives that token."""
    can_renew: bool = True
    """Whether logging in again gives a fresh credential; false for a fixed token."""
    roles: tuple[str, ...] = ()
    """What the operator says of it; the first is the highest: `admin`."""
    owns: tuple[tuple[str, str], ...] = ()
    """Objects that are its own, by the name of the parameter that takes their ids: `("orderId", "17")`."""
    is_throwaway: bool = False
    """Whether it was made by the assessment itself: it may be renamed, locked out and deleted."""
    secret: tuple[str, str] | None = None
    """Its user name and password where they are known: for the checks of log-in operations."""


def fixed(credential: Credential) -> LogIn:
    """Logging in that always gives the same credential."""
    return lambda send: credential
