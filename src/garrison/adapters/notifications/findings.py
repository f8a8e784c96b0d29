"""By findings of the Open Cybersecurity Schema Framework: appended to a file, or sent to what gathers them."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from garrison.adapters.notifications.posting import Poster
from garrison.adapters.notifications.sender import DeliveryError, Finding, secret, why
from garrison.config.notify import OcsfSettings
from garrison.core.notice import Notice

BATCH: Final = 200


class FindingsFile:
    """A file with a finding on each line."""

    batch = BATCH

    def __init__(self, settings: OcsfSettings, finding: Finding) -> None:
        self._path = Path(settings.file)
        self._finding = finding

    def send(self, notices: Sequence[Notice]) -> None:
        """All in one write, on the disk when this returns. Raises DeliveryError."""
        content = b"".join(msgspec.json.encode(self._finding(each)) + b"\n" for each in notices)
        try:
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            try:
                size = os.fstat(descriptor).st_size
                if os.write(descriptor, content) != len(content):
                    os.ftruncate(descriptor, size)
                    raise DeliveryError("no space left on the disk")
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise DeliveryError(why(error)) from error


class FindingsServer:
    """A server that takes a finding with each request."""

    batch = 1

    def __init__(self, settings: OcsfSettings, finding: Finding) -> None:
        """Raises DeliveryError where the token or the authorities cannot be read."""
        self._poster = Poster(settings.url, settings.ca)
        self._headers = {"content-type": "application/json", "user-agent": "Garrison"}
        if settings.token_file:
            self._headers["authorization"] = f"Bearer {secret(file=settings.token_file)}"
        self._finding = finding

    def send(self, notices: Sequence[Notice]) -> None:
        """Each in a request. Raises DeliveryError."""
        for notice in notices:
            self._poster.post(msgspec.json.encode(self._finding(notice)), self._headers)
