"""Settings of processes beside a gateway, in files that their owner alone may read; secrets go by the environment."""

import os
from pathlib import Path
from typing import Final

import msgspec

from garrison.config.model import ContractSettings, Settings
from garrison.core.errors import RecordError, cause_of

WATCH_SETTINGS: Final = "watch-settings.json"
"""The gateway's settings, as far as its watch process needs them, while it runs."""

ASSESS_SETTINGS: Final = "assess-settings.json"
"""The same for the process that assesses the API again and again."""


CONTRACT: Final = "GARRISON_CONTRACT"
"""The variable with the contract of the process that assesses, where its URL holds a password."""


def read_settings(file: Path) -> Settings:
    """The settings that such a process was started with. Raises RecordError."""
    try:
        told = msgspec.json.decode(file.read_bytes(), type=Settings)
    except OSError as error:
        raise RecordError(f"`{file}` cannot be read: {cause_of(error)}") from error
    except msgspec.MsgspecError as error:
        raise RecordError(f"`{file}` holds no settings: {error}") from error
    contract = os.environ.get(CONTRACT)
    if not contract:
        return told
    return msgspec.structs.replace(told, contract=msgspec.json.decode(contract, type=ContractSettings))
