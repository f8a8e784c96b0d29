"""The settings of the watch process, in a file that its owner alone may read; secrets go by the environment."""

from pathlib import Path
from typing import Final

import msgspec

from garrison.config.model import Settings
from garrison.core.errors import RecordError

WATCH_SETTINGS: Final = "watch-settings.json"
"""The gateway's settings, as far as its watch process needs them, while it runs."""


def read_settings(file: Path) -> Settings:
    """The settings that the watch process was started with. Raises RecordError."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Settings)
    except OSError as error:
        raise RecordError(f"`{file}` cannot be read: {(error.strerror or str(error)).lower()}") from error
    except msgspec.MsgspecError as error:
        raise RecordError(f"`{file}` holds no settings: {error}") from error
