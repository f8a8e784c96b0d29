"""What harms most: health, credentials, what a person did."""

import re
from typing import Final

from garrison.exposure.types.rule import Match, TypeRule, pattern

# RFC 7519: three parts of base64url, the first of which begins an object; prefixes that issuers give their keys.
_JWT: Final = re.compile(r"eyJ[A-Za-z0-9_-]{5,}\.eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*")
_KEY: Final = re.compile(r"(?:sk_live_|sk_test_|ghp_|gho_|github_pat_|xox[abpr]-|AKIA|grs_)[A-Za-z0-9_-]{10,}")
_HASH: Final = re.compile(r"\$(?:2[aby]|argon2(?:id|i|d)|scrypt|5|6)\$.{20,}")


def is_credential(text: str) -> Match | None:
    """A token, a key with its issuer's prefix, or a hashed password."""
    if _JWT.fullmatch(text):
        return Match("jwt", 0.001)
    if _KEY.fullmatch(text):
        return Match("key", 0.01)
    return Match("password-hash", 0.001) if _HASH.fullmatch(text) else None


RULES: Final = (
    TypeRule(
        "health",
        pattern(
            "diagnos[ie]s", "diagnosis-code", "medication", "prescription", "allerg(?:y|ie)", "blood-(?:type|group)",
            "icd-?10(?:-code)?", "symptom", "disease", "medical-(?:record|history|condition)(?:-(?:number|no|id))?",
            "mrn",
            "disabilit(?:y|ie)", "vaccination", "immunization", "health-(?:condition|status|record)",
        ),
    ),
    TypeRule(
        "credential",
        pattern(
            "pass(?:word|wd|code|phrase)", "password-hash", "(?:api|secret|private|access)-key", "client-secret",
            "(?:access|refresh|auth|bearer|session|api|reset|id)-token", "security-(?:code|answer)", "cvv2?", "cvc",
            "otp", "pin-code", alone=("secret(?!s)",),
        ),
        frozenset({"password"}),
        is_credential,
    ),
    TypeRule(
        "behaviour",
        pattern(
            "(?:order|purchase|browsing|search|call|watch|listening|location|travel|transaction|viewing)-history",
            "call-(?:record|detail|log)", "last-(?:login|seen|active)(?:-(?:at|on|date|time))?",
        ),
    ),
)  # fmt: skip
