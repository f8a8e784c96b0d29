"""The checks of conformance."""

from typing import Final

from garrison.assess.check import Check
from garrison.assess.checks.conformance import (
    answer_empty,
    answer_media_type,
    answer_schema,
    property_undeclared,
    required_not_checked,
    server_fault,
    status_undeclared,
    type_not_checked,
)

CHECKS: Final[tuple[Check, ...]] = (
    status_undeclared.CHECK,
    answer_media_type.CHECK,
    answer_schema.CHECK,
    answer_empty.CHECK,
    required_not_checked.CHECK,
    type_not_checked.CHECK,
    property_undeclared.CHECK,
    server_fault.CHECK,
)
