"""What a principal has, asked in the form in which policy demands it."""

from collections.abc import Mapping
from typing import Any, Final

from garrison.core.principal import Principal

_EXACT: Final = 2.0**53
"""From here on a double stands for several integers."""


def claim_texts(principal: Principal, name: str) -> frozenset[str]:
    """The claim `name` as a set of texts: one where it is a text or a whole number, several where it is a list of them.

    Empty where there is none, or one of another type: what cannot be compared agrees with nothing. `sub` and
    `client_id` are the principal's own, whatever the settings read them from.
    """
    if name == "sub":
        return frozenset((principal.subject,)) if principal.subject else frozenset()
    if name == "client_id":
        return frozenset((principal.client,)) if principal.client else frozenset()
    value = find_claim(principal.claims, name)
    found = value if isinstance(value, list) else [value]
    texts = [as_text(each) for each in found]
    return frozenset([each for each in texts if each]) if all(each is not None for each in texts) else frozenset()


OWN = frozenset({"sub", "client_id"})
"""Names that are the principal's own: no claim is looked up for them."""


def has_claim(principal: Principal, name: str, text: str) -> bool:
    """Whether `text` is among the claim's texts; quick where the claim is a text, as most are."""
    value = principal.claims.get(name)
    if type(value) is str and name not in OWN:
        return value == text
    return text in claim_texts(principal, name)


def as_text(value: Any) -> str | None:
    """An identifier as text; None for what is none: 7 and `7` are the same, `true`, 7.5 and null are nothing."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def as_name(value: Any) -> str:
    """What a value names, as text; empty for what names nothing. Unlike `as_text`, which is for who may have something,
    it misses no number: a schema of integers lets 7 be written as 7.0 and 7e0 (JSON Schema, 6.1.1), and whoever reads
    these makes 7 of them. One that may stand for several integers is none of them."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _EXACT else str(value)
    return as_text(value) or ""


def find_claim(claims: Mapping[str, Any], name: str) -> Any:
    """The claim `name`, None where it is missing; where there is none of that name, dots in it lead into objects."""
    if name in claims:
        return claims[name]
    value: Any = claims
    for step in name.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value
