"""What a person pays with and has."""

import re
from typing import Final

from garrison.exposure.types.rule import Match, TypeRule, pattern

# Issuer prefixes (ISO/IEC 7812) and lengths of the large networks.
_CARD: Final = re.compile(
    r"(?:4[0-9]{12}(?:[0-9]{3}){0,2}"  # Visa
    r"|5[1-5][0-9]{14}|2(?:22[1-9]|2[3-9][0-9]|[3-6][0-9]{2}|7[01][0-9]|720)[0-9]{12}"  # Mastercard
    r"|3[47][0-9]{13}"  # American Express
    r"|6(?:011|4[4-9][0-9]|5[0-9]{2})[0-9]{12}"  # Discover
    r"|3(?:0[0-5]|[68][0-9])[0-9]{11}"  # Diners Club
    r"|35(?:2[89]|[3-8][0-9])[0-9]{12}"  # JCB
    r"|62[0-9]{14,17}"  # UnionPay
    r"|(?:50|5[6-9]|6[0-9])[0-9]{10,17})"  # Maestro
)
_IBAN: Final = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")


def is_card(text: str) -> Match | None:
    """A payment card's number: issuer's prefix, length, and Luhn's check digit (ISO/IEC 7812-1)."""
    digits = text.replace(" ", "").replace("-", "")
    if not _CARD.fullmatch(digits) or not _luhn(digits):
        return None
    return Match("luhn", 0.02)


def is_iban(text: str) -> Match | None:
    """An international bank account number by country, length and check digits (ISO 13616)."""
    upper = text.replace(" ", "").upper()
    if not _IBAN.fullmatch(upper):
        return None
    from stdnum import iban

    return Match("iban", 0.0005) if iban.is_valid(upper) else None


def _luhn(digits: str) -> bool:
    total = 0
    for index, sign in enumerate(reversed(digits)):
        value = int(sign) * (1 + index % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


RULES: Final = (
    TypeRule(
        "card",
        pattern(
            "(?<!id-)(?<!identity-)(?<!sim-)(?<!business-)(?:credit-?|debit-?|payment-?)?card-?(?:number|no|num)",
            "primary-account-number",
            "cc-?(?:number|num|no)",
        ),
        frozenset({"credit-card", "card-number", "creditcard"}),
        is_card,
    ),
    TypeRule(
        "iban",
        pattern("iban", "bank-account(?:-(?:number|no|id))?", "account-iban", "routing-number", "sort-code"),
        frozenset({"iban"}),
        is_iban,
    ),
    TypeRule(
        "income",
        pattern(
            "income", "salary", "salaries", "credit-(?:score|rating|limit)", "net-worth", "account-balance", "wage"
        ),
    ),
)
