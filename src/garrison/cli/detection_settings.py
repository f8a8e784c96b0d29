"""What a garrison.yaml says of detection, for the commands that need nothing else of it."""

from pathlib import Path
from typing import TYPE_CHECKING

from garrison.cli.output import content_of

if TYPE_CHECKING:
    from garrison.config.detect import DetectSettings


def detect_settings(config: Path | None) -> "DetectSettings":
    """The section `detect`; the defaults where no file is given. Raises ConfigError."""
    from garrison.config.detect import DetectSettings
    from garrison.config.load import load_settings

    if config is None:
        return DetectSettings()
    return load_settings(content_of(config), str(config)).detect
