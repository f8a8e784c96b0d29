"""Rights: which other value a right could have, as the contract lists it or as it is usually called."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from garrison.assess.assessment import Assessment
from garrison.assess.call import Answer
from garrison.assess.compare import values_of
from garrison.assess.target import RIGHTS
from garrison.exposure.types.rule import words

_ROLES: Final = ("admin", "employee", "manager", "staff", "moderator", "administrator", "superuser")


KEPT: Final = RIGHTS | {
    "active", "approved", "balance", "confirmed", "credit", "credits", "discount", "enabled", "limit", "owner", "paid",
    "plan", "premium", "price", "quota", "rank", "tier", "verified",
}  # fmt: skip
"""Words of properties that somebody else decides."""
GUESSES: Final[Mapping[str, Any]] = {"admin": True, "is_admin": True, "isAdmin": True, "role": "admin"}
"""What is tried where no answer shows such a property."""
_TOLD: Final = re.compile(
    r"\b(?:only|requires?|must be(?: an?)?)\s+(?:the\s+)?([A-Za-z]{3,20}?)s?\s+"
    r"(?:is|are|may|can|role|access|privileges|users?)\b",
    re.IGNORECASE,
)
"""`Only Managers may ...`: refusals and descriptions name the roles that there are."""
_NO_ROLES: Final = frozenset({"the", "authorized", "authenticated", "owner", "user", "you", "valid", "this", "they"})


def others(a: Assessment, name: str, held: Any) -> Iterator[Any]:
    """Other values than `held` of the right called `name`, the likeliest to be taken first."""
    if isinstance(held, list):
        yield from ([value] for value in others(a, name, held[0] if held else None))
        return
    listed = [value for value in a.api.options(name) if value is not None]
    if isinstance(held, bool):
        yield not held
    elif listed:
        yield from (value for value in reversed(listed) if value != held)
    elif isinstance(held, int | float):
        yield held + 7777
    elif RIGHTS & set(words(name)):
        roles = dict.fromkeys(_written_as(held, role) for role in (*_told(a), *_ROLES))
        yield from (role for role in roles if role != held)


def is_kept(name: str) -> bool:
    """Whether a property of this name is for somebody else to decide."""
    return not KEPT.isdisjoint(words(name))


def has(answer: Answer, name: str, value: Any) -> bool:
    """Whether an answer shows this value under the name, alone or in a list."""
    shown = values_of(answer, name)
    return all(each in shown for each in (value if isinstance(value, list) else [value]))


def _told(a: Assessment) -> Iterator[str]:
    """Roles that refusals and the contract name."""
    texts = [exchange.answer.text[:500] for exchange in a.survey.refusals()]
    texts += [target.described.words for target in a.api.targets]
    for text in texts:
        yield from (role.lower() for role in _TOLD.findall(text) if role.lower() not in _NO_ROLES)


def _written_as(held: Any, role: str) -> str:
    """A role in the letters in which the API writes them."""
    if isinstance(held, str) and held.isupper():
        return role.upper()
    return role.capitalize() if isinstance(held, str) and held[:1].isupper() else role
