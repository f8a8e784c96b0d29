"""Modest requests: small, unambiguous, for nothing but their operation, with a body only as the contract declares it.

Nearly all are. What a control would say of others alone it is not asked of these (`Checks.unless_sound`).
"""

from typing import Final

from garrison.config.controls import RequestLimitsSettings
from garrison.core.http import LENGTHS
from garrison.engine.facts import Facts

TARGET_BYTES: Final = 256
"""Of the request target at most."""
FIELDS: Final = 48
"""Header fields at most."""
FIELD_BYTES: Final = 4096
"""Of all their names and values at most."""


def is_modest(facts: Facts) -> bool:
    """Whether a request is, as far as its head tells."""
    canonical, head = facts.canonical, facts.request
    headers = canonical.headers
    if canonical.ambiguities or canonical.header_bytes > FIELD_BYTES or "upgrade" in headers:
        return False
    if len(head.target) > TARGET_BYTES or len(head.headers) > FIELDS:
        return False
    if not facts.has_body:
        return True
    # said to be a short one, of a declared media type
    return facts.expected.body_schema is not None and headers.get("content-length") in LENGTHS


def bound_none(limits: RequestLimitsSettings) -> bool:
    """Whether no modest request is beyond these limits."""
    return (
        limits.uri_bytes >= TARGET_BYTES
        and limits.query_parameters >= TARGET_BYTES // 2  # each takes a sign, and another between it and the next
        and limits.header_count >= FIELDS
        and limits.header_bytes >= FIELD_BYTES
        and limits.body_bytes >= len(LENGTHS)
    )
