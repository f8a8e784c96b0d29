"""How to reach a person: e-mail, telephone, post. And what they are called."""

import re
from typing import Final

from garrison.exposure.types.rule import Match, TypeRule, pattern

# RFC 5321, 4.1.2, dot-atoms only, and a domain of at least two labels whose last is none of digits.
_EMAIL: Final = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]"
)
_PHONE: Final = re.compile(r"\+?[0-9][0-9 ().\-/]{5,24}")
_NOT_POSTAL: Final = (
    "(?<!ip-)(?<!mac-)(?<!mail-)(?<!web-)(?<!wallet-)(?<!network-)(?<!server-)(?<!from-)(?<!to-)(?<!peer-)"
    "(?<!contract-)(?<!site-)(?<!base-)(?<!host-)(?<!remote-)(?<!token-)(?<!stake-)(?<!payment-)"
)
_WHO: Final = (
    "first|last|given|family|middle|maiden|preferred|sur|fore|birth|holder|cardholder|customer|"
    "patient|person|employee|member|driver|guest|passenger|subscriber|recipient|beneficiary|applicant|student|payee|"
    "contact|insured|spouse|mother|father"
)


def is_email(text: str) -> Match | None:
    """An e-mail address by its syntax."""
    return Match("syntax", 0.001) if len(text) <= 320 and _EMAIL.fullmatch(text) else None


def is_phone(text: str) -> Match | None:
    """A telephone number that is assigned by its country's plan; with `+`, or of digits with signs between them."""
    if not _PHONE.fullmatch(text):
        return None
    import phonenumbers

    digits = re.sub(r"\D", "", text)
    if not 8 <= len(digits) <= 15:  # ITU-T E.164, 6
        return None
    try:
        is_valid = phonenumbers.is_valid_number(phonenumbers.parse("+" + digits))
    except phonenumbers.NumberParseException:
        return None
    if not is_valid:
        return None
    # bare digits of the right length are mostly something else: ids, times
    return Match("e164", 0.15) if text.startswith("+") else Match("digits", 0.4)


RULES: Final = (
    TypeRule(
        "name",
        pattern(
            f"(?:{_WHO})-?name",
            "surname",
            "forename",
            "name-on-card",
            "(?:first|last)-and-(?:first|last)-name",
            alone=("full-?name", "legal-?name", "nick-?name"),
        ),
    ),
    TypeRule("email", pattern("e-?mails?(?:-address(?:es)?)?"), frozenset({"email", "idn-email"}), is_email),
    TypeRule(
        "phone",
        pattern(
            "(?:tele|cell|mobile-?|home-?|work-?)?phones?(?:-?(?:number|no|nr))?",
            "(?:mobile|cell|cellular|tel|fax|landline|contact)-(?:number|no|nr)",
            "msisdn",
            alone=("mobile", "cell", "tel", "fax"),
        ),
        frozenset({"phone", "phone-number", "tel", "msisdn", "e164"}),
        is_phone,
    ),
    TypeRule(
        "address",
        pattern(
            f"{_NOT_POSTAL}address(?:es)?(?:-?lines?)?(?:-?[0-9])?",
            "(?:postal|post|zip)-?codes?",
            "zip",
            "street(?:-(?:name|address|number|line))?(?:-?[0-9])?",
            "house-?number",
            alone=("city", "town"),
        ),
    ),
)
