"""Settings of authorization: which principals may call a function, reach an object, see and write a field."""

from garrison.config.sections import ControlSettings


class FunctionAccessSettings(ControlSettings, frozen=True):
    """Settings of the control `function-access`."""


class ObjectAccessSettings(ControlSettings, frozen=True):
    """Settings of the control `object-access`."""


class IssuedIdsSettings(ControlSettings, frozen=True):
    """Settings of the control `issued-ids`."""


class FieldAccessSettings(ControlSettings, frozen=True):
    """Settings of the control `field-access`."""
