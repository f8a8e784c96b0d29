"""Every control, in the order in which they are asked within a phase. Granters may stand anywhere."""

from garrison.controls import (
    authentication,
    blocking,
    canonical_form,
    circuit_breaker,
    error_leakage,
    exposure,
    field_access,
    function_access,
    incoming,
    inventory,
    issued_ids,
    media_type,
    object_access,
    outgoing,
    payload,
    rate_limit,
    request_limits,
    request_schema,
    response_schema,
    revocation,
    virtual_patch,
)
from garrison.engine.control import ControlSpec

CONTROLS: tuple[ControlSpec, ...] = (
    canonical_form.CONTROL,
    blocking.CONTROL,
    inventory.CONTROL,
    request_limits.CONTROL,
    media_type.CONTROL,
    authentication.CONTROL,
    revocation.CONTROL,
    rate_limit.CONTROL,
    circuit_breaker.CONTROL,  # who asks is proved before a probe is spent on them
    function_access.CONTROL,
    request_schema.CONTROL,
    outgoing.CONTROL,
    payload.CONTROL,
    object_access.CONTROL,
    issued_ids.CONTROL,
    incoming.CONTROL,
    response_schema.CONTROL,
    virtual_patch.CONTROL,
    field_access.CONTROL,  # what it takes out is missed by no schema: that has judged before
    exposure.CONTROL,
    error_leakage.CONTROL,
)
