"""Every semantic type that can be told, in the order of `core/semantics.py`."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

from garrison.core.semantics import SEMANTIC_TYPES
from garrison.exposure.types import contact, financial, identity, place, sensitive
from garrison.exposure.types.rule import Match, TypeRule, as_value, words

_ALL: Final = {rule.id: rule for family in (contact, identity, financial, place, sensitive) for rule in family.RULES}

RULES: Final[tuple[TypeRule, ...]] = tuple(_ALL[each.id] for each in SEMANTIC_TYPES if each.id in _ALL)


@lru_cache(maxsize=8192)
def type_by_name(name: str) -> str:
    """The type that a field's name says; empty where it says none."""
    joined = "-".join(words(name))
    return next((rule.id for rule in RULES if rule.names.search(joined)), "")


def type_by_format(formats: Iterable[str]) -> str:
    """The type that one of these `format`s says; empty where none does."""
    found = frozenset(formats)
    return next((rule.id for rule in RULES if not found.isdisjoint(rule.formats)), "")


def types_by_value(value: Any) -> dict[str, Match]:
    """Every type that `value` looks like one of, and how."""
    text = as_value(value)
    if not text:
        return {}
    return {rule.id: found for rule in RULES if rule.check is not None and (found := rule.check(text)) is not None}
