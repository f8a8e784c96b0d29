"""Semantic types: what a value is about a person, whatever its JSON type. How values are told is in `exposure/`."""

from typing import Final, Literal

import msgspec

Category = Literal["contact", "identity", "financial", "location", "health", "credential", "behaviour"]
"""The categories of data that a report to a regulator names (GDPR, article 33, 3a)."""


class SemanticType(msgspec.Struct, frozen=True):
    """One type."""

    id: str
    """What contracts, events and reports call it; final once released."""
    title: str
    category: Category


SEMANTIC_TYPES: Final = (
    SemanticType("name", "a person's name", "identity"),
    SemanticType("email", "e-mail address", "contact"),
    SemanticType("phone", "telephone number", "contact"),
    SemanticType("address", "postal address", "contact"),
    SemanticType("birth-date", "date of birth", "identity"),
    SemanticType("national-id", "number that a state gave to a person", "identity"),
    SemanticType("account", "number or name of an account", "identity"),
    SemanticType("vehicle", "vehicle identification number or plate", "identity"),
    SemanticType("card", "payment card number", "financial"),
    SemanticType("iban", "bank account", "financial"),
    SemanticType("income", "income, balance or credit score", "financial"),
    SemanticType("position", "geographical position", "location"),
    SemanticType("network-address", "network address of a person's device", "location"),
    SemanticType("health", "data about health", "health"),
    SemanticType("credential", "password, key or token", "credential"),
    SemanticType("behaviour", "what a person did, used or bought", "behaviour"),
)
"""Every type, in the order in which reports list them."""

TYPE_IDS: Final = frozenset(each.id for each in SEMANTIC_TYPES)
