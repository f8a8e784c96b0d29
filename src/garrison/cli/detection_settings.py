"""What a garrison.yaml says of detection, for the commands that need nothing else of it."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from garrison.config.detect import DetectSettings


def detect_settings(config: Path | None) -> "DetectSettings":
    """The section `detect`; the defaults where no file is given. Raises ConfigError."""
    from garrison.config.detect import DetectSettings
    from garrison.config.load import load_settings
    from garrison.core.errors import ConfigError, Problem

    if config is None:
        return DetectSettings()
    try:
        text = config.read_bytes()
    except OSError as error:
        raise ConfigError([Problem(str(config), "$", f"cannot be read: {(error.strerror or '').lower()}")]) from None
    return load_settings(text, str(config)).detect
