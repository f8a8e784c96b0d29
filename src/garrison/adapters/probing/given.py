"""Identities as they were given: each logs in by itself, or waits for the API's own log-in operation."""

import msgspec

from garrison.assess.identity import Identity, LogIn

THROUGH_DOOR = "the API's log-in operation"
"""How those show who they are that have only a user name and a password."""


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """One identity as an operator gave it."""

    name: str
    how: str
    """How it shows who it is, without a secret: `a bearer token`."""
    log_in: LogIn | None = None
    """None where it logs in with `secret` through the API's own operation, which somebody has to recognise first."""
    can_renew: bool = True
    roles: tuple[str, ...] = ()
    owns: tuple[tuple[str, str], ...] = ()
    is_throwaway: bool = False
    secret: tuple[str, str] | None = None
    """User name and password where they are known."""

    @property
    def needs_door(self) -> bool:
        """Whether it cannot log in before the API's log-in operation is known."""
        return self.log_in is None

    def identity(self, log_in: LogIn | None = None) -> Identity:
        """The identity; `log_in` is how it logs in where it does not know that itself."""
        way = self.log_in or log_in
        if way is None:
            raise ValueError(f"`{self.name}` has no way to log in")
        return Identity(
            self.name,
            way,
            can_renew=self.can_renew,
            roles=self.roles,
            owns=self.owns,
            is_throwaway=self.is_throwaway,
            secret=self.secret,
        )
