"""Settings of limits: how much one principal, client or peer may ask for, and how fast."""

from garrison.config.sections import ControlSettings


class RateLimitSettings(ControlSettings, frozen=True):
    """Settings of the control `rate-limit`."""


class BlockingSettings(ControlSettings, frozen=True):
    """Settings of the control `blocking`."""
