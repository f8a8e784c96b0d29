"""The service is served in the clear / over TLS."""

from starlette.applications import Starlette
from tests.assess.twins.communication.tea import CONTRACT, good, tea

from garrison.core.detection import Confidence

__all__ = ["CONTRACT", "app"]
CONFIDENCE = Confidence.MEDIUM


def app(vulnerable: bool) -> Starlette:
    return tea(None if vulnerable else good())
