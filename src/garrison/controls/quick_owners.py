"""A quick look at who owns what is in a value. It is right whenever it says that all is the principal's; where it is
not sure, a closer look (`object_access.py`) decides, and says what is wrong and where."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from garrison.contract.annotations import Owner
from garrison.contract.marks import View
from garrison.core.principal import Principal
from garrison.identity.grants import OWN, has_claim

UNSURE: Final = -(1 << 40)
"""Added to any number of owners it stays below nought."""
_MAX_DEPTH: Final = 50
"""Values inside one another that are looked at by recursion."""


def plain_claim(owners: Sequence[Owner]) -> str:
    """The claim that alone says whose a value is, as it stands in the token; empty where it takes more to tell."""
    if len(owners) != 1 or owners[0].table or owners[0].claim in OWN:
        return ""
    return owners[0].claim


def plain_fields(view: View) -> tuple[tuple[str, str], ...]:
    """Where owners stand only at properties of an object itself: their names, and the claim of each; else empty."""
    if view.here or view.items is not None or view.some or view.more is not None:
        return ()
    fields = [(name, plain_claim(inner.here) if inner.is_leaf else "") for name, inner in view.names.items()]
    return tuple(fields) if all(claim for _, claim in fields) else ()


def has_own(value: Any, fields: tuple[tuple[str, str], ...], claims: Mapping[str, Any]) -> bool:
    """Whether `value` is an object of which all `fields` are there, texts, and as the claims say."""
    if type(value) is not dict:
        return False
    for name, claim in fields:
        text = value.get(name)
        if type(text) is not str or not text or claims.get(claim) != text:
            return False
    return True


def is_owned(value: Any, owners: Sequence[Owner], principal: Principal) -> bool:
    """Whether `value` is a text that all of `owners` agree with, without a table between them."""
    if type(value) is not str or not value:
        return False
    for owner in owners:  # noqa: SIM110 - `all` with a generator takes three times as long
        if owner.table or not has_claim(principal, owner.claim, value):
            return False
    return True


def count_owned(view: View, value: Any, principal: Principal, depth: int = 0) -> int:
    """How many owners are named in `value`, where all are there and the principal's; else below nought."""
    if view.here:
        return 1 if view.is_leaf and is_owned(value, view.here, principal) else UNSURE
    if depth > _MAX_DEPTH:
        return UNSURE
    if type(value) is dict:
        return _count_in_object(view, value, principal, depth)
    if type(value) is list and view.items is not None:
        count = 0
        for item in value:
            count += count_owned(view.items, item, principal, depth + 1)
        return count
    return UNSURE


def _count_in_object(view: View, value: dict[str, Any], principal: Principal, depth: int) -> int:
    if view.some or view.more is not None:
        return UNSURE
    count = 0
    for name, inner in view.names.items():
        if name in value:
            count += count_owned(inner, value[name], principal, depth + 1)
        elif name in view.sure:
            return UNSURE
    return count
