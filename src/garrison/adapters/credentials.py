"""Credentials that this gateway keeps: taken into memory where the settings use them, and again when they change."""

from collections.abc import Callable

from garrison.adapters.api_keys import KeyReader, key_file
from garrison.adapters.polled import Poller
from garrison.config.model import Settings
from garrison.identity.memory import Memory


class Credentials:
    """The files of credentials of one gateway."""

    def __init__(self, memory: Memory, note: Callable[[str], None]) -> None:
        """`note` takes lines for the operator, from a thread."""
        self._memory = memory
        self._note = note
        self._poller: Poller | None = None

    def apply(self, settings: Settings) -> None:
        """Put the settings in force. Raises ConfigError where a file that they need cannot be had."""
        if self._poller is None and settings.data and _uses_keys(settings):
            self._poller = Poller([KeyReader(key_file(settings, settings.data), self._memory, self._note).polled])

    def close(self) -> None:
        """Look at no file any more."""
        if self._poller is not None:
            self._poller.close()


def _uses_keys(settings: Settings) -> bool:
    if any(scheme.api_key is not None for scheme in settings.controls.authentication.schemes.values()):
        return True
    own = [entry.controls.get("authentication", {}).get("schemes", {}) for entry in settings.operations]
    return any("api-key" in scheme for schemes in own for scheme in schemes.values())
