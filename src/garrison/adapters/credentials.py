"""Credentials that this gateway keeps: taken into memory where the settings use them, and again when they change."""

from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from garrison.adapters.api_keys import KeyFile, key_file
from garrison.adapters.files_watched import FilesWatched
from garrison.adapters.users import Passwords, UserFile, parse_users
from garrison.config.model import Settings
from garrison.core.question import Answer
from garrison.identity.memory import Memory
from garrison.identity.users import SERVICE


class Credentials:
    """The files of credentials of one gateway."""

    def __init__(self, memory: Memory, note: Callable[[str], None]) -> None:
        """`note` takes lines for the operator, from a thread."""
        self._memory = memory
        self._note = note
        self._files: FilesWatched | None = None

    def apply(self, settings: Settings) -> None:
        """Put the settings in force. Raises ConfigError where a file that they need cannot be had."""
        if self._files is None and settings.data and _uses(settings, "api-key", "basic"):
            self._files = FilesWatched(self._note)
            take_keys(self._files, key_file(settings, settings.data), self._memory)
            take_users(self._files, UserFile(Path(settings.data)), self._memory)
            self._files.start()

    @property
    def local(self) -> Mapping[str, Callable[[bytes], Answer]]:
        """The services that answer questions about credentials in this process, by name."""
        return {SERVICE: Passwords(lambda: self._memory.users).answer}

    def close(self) -> None:
        """Look at no file any more."""
        if self._files is not None:
            self._files.close()


def take_keys(files: FilesWatched, file: KeyFile, memory: Memory) -> None:
    """Have the keys of `file` in `memory`, now and whenever it changes.

    Those that are known stay where it cannot be read: it is written in one step, so something else is wrong with it,
    and to forget all keys would let nobody in."""

    def take(content: bytes | None) -> None:
        memory.api_keys = file.parse(content)

    files.add(file.path, take)


def take_users(files: FilesWatched, file: UserFile, memory: Memory) -> None:
    """Have the users of `file` in `memory`, now and whenever it changes; as `take_keys`."""

    def take(content: bytes | None) -> None:
        memory.users = parse_users(content)

    files.add(file.path, take)


def _uses(settings: Settings, *ways: str) -> bool:
    """Whether any scheme is satisfied in one of these ways, for all operations or for some."""
    told = msgspec.to_builtins(settings.controls.authentication.schemes)
    own = [entry.controls.get("authentication", {}).get("schemes", {}) for entry in settings.operations]
    return any(scheme.get(way) is not None for schemes in (told, *own) for scheme in schemes.values() for way in ways)
