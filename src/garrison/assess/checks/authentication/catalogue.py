"""The checks of authentication."""

from typing import Final

from garrison.assess.check import Check
from garrison.assess.checks.authentication import missing_credentials

CHECKS: Final[tuple[Check, ...]] = (missing_credentials.CHECK,)
