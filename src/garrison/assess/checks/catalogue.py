"""All checks, in the order in which they run within what they disturb."""

from typing import Final

from garrison.assess.check import Check

CHECKS: Final[tuple[Check, ...]] = ()
