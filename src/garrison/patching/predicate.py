"""Cures by what stands at the finding's place: characters that an attack cannot do without, and values it brings."""

from collections.abc import Iterator
from typing import Final

from garrison.core.patch import Patch, Refused
from garrison.patching.situation import Cure, Situation

HARMLESS: Final = r"[\pL\pN _.,@:+-]*"
"""Letters, digits and what names, numbers, dates and addresses are made of."""
MAIL: Final = (
    r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?@(?:[A-Za-z0-9][A-Za-z0-9-]{0,61}[A-Za-z0-9]\.){1,8}[A-Za-z]{2,9}"
)
"""E-mail addresses as narrowly as most patterns have them: what fits is told at once by any of them."""
STRICT: Final = r"[\pL\pN_.@-]*"
"""The same without what separates: for places that name one thing."""


def refusing(*patterns: str) -> Cure:
    """Refuse what matches one of the patterns; failing that, all but harmless characters."""

    def cure(situation: Situation) -> Iterator[Patch]:
        if not situation.place:
            return
        for pattern in patterns:
            yield situation.patch(where=situation.place, refuse=Refused(matches=pattern))
        for whole in (HARMLESS, STRICT):
            yield situation.patch(where=situation.place, refuse=Refused(unlike=whole))

    return cure


def in_body(pattern: str) -> Cure:
    """Refuse a body in which the pattern is found, wherever."""

    def cure(situation: Situation) -> Iterator[Patch]:
        yield situation.patch(where="body", refuse=Refused(matches=pattern))

    return cure


def at(where: str, refused: Refused) -> Cure:
    """Refuse this at a place that is always the same."""

    def cure(situation: Situation) -> Iterator[Patch]:
        yield situation.patch(where=where, refuse=refused)

    return cure


def everywhere(where: str, refused: Refused) -> Cure:
    """Refuse this at a place of any request."""

    def cure(situation: Situation) -> Iterator[Patch]:
        yield situation.patch(operation="", where=where, refuse=refused)

    return cure


def at_place(refused: Refused) -> Cure:
    """Refuse this at the finding's place."""

    def cure(situation: Situation) -> Iterator[Patch]:
        if situation.place:
            yield situation.patch(where=situation.place, refuse=refused)

    return cure


def anywhere(refused: Refused) -> Cure:
    """Refuse this at the finding's place, of every operation: what the API does there it does everywhere."""

    def cure(situation: Situation) -> Iterator[Patch]:
        if situation.place:
            yield situation.patch(operation="", where=situation.place, refuse=refused)

    return cure


def without_credential(situation: Situation) -> Iterator[Patch]:
    """Refuse requests to the operation that bring none of the credentials that the contract demands."""
    operation = situation.operation
    for scheme in operation.schemes.values() if operation is not None else ():
        if scheme.type == "apiKey" and scheme.location:
            yield situation.patch(where=f"{scheme.location}.{scheme.parameter}", refuse=Refused(absent=True))
        elif scheme.type in {"http", "oauth2", "openIdConnect"}:
            yield situation.patch(where="header.authorization", refuse=Refused(absent=True, matches=r"^\s*\S*\s*$"))
    if operation is not None and not operation.schemes:
        yield situation.patch(where="header.authorization", refuse=Refused(absent=True, matches=r"^\s*\S*\s*$"))


def bounded(*bounds: float) -> Cure:
    """Refuse numbers above a bound; the widest bound that closes it is enough."""

    def cure(situation: Situation) -> Iterator[Patch]:
        for bound in bounds if situation.place else ():
            yield situation.patch(where=situation.place, refuse=Refused(above=bound))

    return cure


def short(*lengths: int, where: str = "") -> Cure:
    """Refuse what is longer; the widest bound that closes it is enough."""

    def cure(situation: Situation) -> Iterator[Patch]:
        place = where or situation.place
        for length in lengths if place else ():
            yield situation.patch(where=place, refuse=Refused(longer_than=length))

    return cure


def as_mail(situation: Situation) -> Iterator[Patch]:
    """Refuse what is no e-mail address, strictly: of a place that is one by its name."""
    if "mail" in situation.place.lower():
        yield situation.patch(where=situation.place, refuse=Refused(unlike=MAIL))


def in_token(place: str, refused: Refused) -> Cure:
    """Refuse requests with a token (JWT) that says this: `head.alg`. What an API takes in one operation it takes in
    all."""

    def cure(situation: Situation) -> Iterator[Patch]:
        yield situation.patch(operation="", where=f"token.{place}", refuse=refused)

    return cure
