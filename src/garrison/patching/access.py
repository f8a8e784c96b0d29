"""Cures by who asks: an operation that nobody or only some may call, an object that is its owner's."""

from collections.abc import Iterator

from garrison.core.patch import Patch
from garrison.patching.situation import Situation

_HIGH = ("admin", "administrator")


def denied(situation: Situation) -> Iterator[Patch]:
    """Nobody may call it."""
    if situation.match:
        yield situation.patch(deny=True)


def for_roles(situation: Situation) -> Iterator[Patch]:
    """Only those may call it whose token names a role or a scope above the others'."""
    if situation.match and situation.knows_principals:
        yield situation.patch(deny=True, unless_roles=_HIGH, unless_scopes=_HIGH)


def for_owner(situation: Situation) -> Iterator[Patch]:
    """The object that the finding's parameter names is that of the token's subject."""
    if situation.operation is None or not situation.knows_principals:
        return
    place = situation.place
    for claim in ("sub", "preferred_username", "username", "email"):
        if place.startswith(("path.", "query.", "header.")):
            owner = {"parameter": place, "claim": claim}
        elif place.startswith("body/"):
            owner = {"field": place.removeprefix("body"), "claim": claim}
        else:
            return
        yield situation.policy({"object-access": {"mode": "enforce", "owners": [owner]}})
