"""Secrets that are added to requests: read when settings are applied, kept in memory alone."""

from collections.abc import Callable

from garrison.adapters.lookups.services import read_secret
from garrison.adapters.lookups.web import LookupFailedError
from garrison.config.model import Settings
from garrison.config.servers import placed_credentials
from garrison.engine.state import State


def apply_secrets(state: State, settings: Settings, say: Callable[[str], None]) -> None:
    """Have `state` know every credential that the settings add to requests.

    One that cannot be read keeps what it was; where nothing was, requests that need it are refused.
    """
    found: dict[str, str] = {}
    for _, file in placed_credentials(settings):
        try:
            found[file] = read_secret(file)
        except LookupFailedError as error:
            say(f"garrison: a third party's credential stays as it was: {error}")
            if file in state.secrets:
                found[file] = state.secrets[file]
    state.secrets = found
