"""All checks, in the order in which they run within what they disturb."""

from typing import Final

from garrison.assess.check import Check
from garrison.assess.checks.authentication import catalogue as authentication
from garrison.assess.checks.authorization import catalogue as authorization
from garrison.assess.checks.communication import catalogue as communication
from garrison.assess.checks.configuration import catalogue as configuration
from garrison.assess.checks.conformance import catalogue as conformance
from garrison.assess.checks.injection import catalogue as injection
from garrison.assess.checks.resources import catalogue as resources

CHECKS: Final[tuple[Check, ...]] = (
    *authentication.CHECKS,
    *authorization.CHECKS,
    *injection.CHECKS,
    *communication.CHECKS,
    *configuration.CHECKS,
    *conformance.CHECKS,
    *resources.CHECKS,
)
