"""The checks of communication."""

from typing import Final

from garrison.assess.check import Check
from garrison.assess.checks.communication import (
    cookie_flags,
    hsts_missing,
    plain_http,
    redirect_to_plain,
    tls_certificate,
    tls_flaw,
    tls_old_version,
    tls_weak_cipher,
)

CHECKS: Final[tuple[Check, ...]] = (
    plain_http.CHECK,
    tls_old_version.CHECK,
    tls_weak_cipher.CHECK,
    tls_certificate.CHECK,
    tls_flaw.CHECK,
    hsts_missing.CHECK,
    cookie_flags.CHECK,
    redirect_to_plain.CHECK,
)
