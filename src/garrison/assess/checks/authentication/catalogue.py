"""The checks of authentication."""

from typing import Final

from garrison.assess.check import Check
from garrison.assess.checks.authentication import (
    credentials_in_url,
    invalid_credentials_accepted,
    jwt_claims_unchecked,
    jwt_embedded_key,
    jwt_expired_accepted,
    jwt_key_confusion,
    jwt_key_fetched,
    jwt_kid_injection,
    jwt_none,
    jwt_signature_unverified,
    jwt_weak_secret,
    jwt_without_end,
    missing_credentials,
    partially_checked_credentials,
)

CHECKS: Final[tuple[Check, ...]] = (
    missing_credentials.CHECK,
    invalid_credentials_accepted.CHECK,
    partially_checked_credentials.CHECK,
    credentials_in_url.CHECK,
    jwt_signature_unverified.CHECK,
    jwt_none.CHECK,
    jwt_key_confusion.CHECK,
    jwt_weak_secret.CHECK,
    jwt_kid_injection.CHECK,
    jwt_key_fetched.CHECK,
    jwt_embedded_key.CHECK,
    jwt_expired_accepted.CHECK,
    jwt_without_end.CHECK,
    jwt_claims_unchecked.CHECK,
)
