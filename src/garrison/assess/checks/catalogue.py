"""All checks, in the order in which they run within what they disturb."""

from typing import Final

from garrison.assess.check import Check
from garrison.assess.checks.authorization import catalogue as authorization

CHECKS: Final[tuple[Check, ...]] = (*authorization.CHECKS,)
