"""Rights: which other value a right could have, as the contract lists it or as it is usually called."""

from collections.abc import Iterator
from typing import Any, Final

from garrison.assess.target import RIGHTS, Api
from garrison.exposure.types.rule import words

_ROLES: Final = ("admin", "employee", "manager", "staff", "moderator", "administrator", "superuser")


def others(api: Api, name: str, held: Any) -> Iterator[Any]:
    """Other values than `held` of the right called `name`, the likeliest to be taken first."""
    listed = [value for value in api.options(name) if value is not None]
    if isinstance(held, bool):
        yield not held
    elif listed:
        yield from (value for value in reversed(listed) if value != held)
    elif isinstance(held, int | float):
        yield held + 7777
    elif RIGHTS & set(words(name)):
        yield from (each for role in _ROLES if (each := _written_as(held, role)) != held)


def _written_as(held: Any, role: str) -> str:
    """A role in the letters in which the API writes them."""
    if isinstance(held, str) and held.isupper():
        return role.upper()
    return role.capitalize() if isinstance(held, str) and held[:1].isupper() else role
