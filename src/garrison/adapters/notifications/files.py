"""The files that notifications need: whether they can be read at all, before the gateway starts."""

from collections.abc import Iterator
from pathlib import Path

from garrison.config.explain import Complaint
from garrison.config.model import Settings
from garrison.config.source import Path as Place

_NAMED = (
    ("apprise", "url_file", "url-file"),
    ("webhook", "secret_file", "secret-file"),
    ("webhook", "ca", "ca"),
    ("syslog", "ca", "ca"),
    ("ocsf", "token_file", "token-file"),
    ("ocsf", "ca", "ca"),
)


def notify_files(settings: Settings) -> tuple[str, ...]:
    """All of them."""
    return tuple([file for _, file in _placed(settings)])


def notify_complaints(settings: Settings) -> Iterator[Complaint]:
    """Those that cannot be read."""
    for place, file in _placed(settings):
        try:
            Path(file).read_bytes()
        except OSError as error:
            yield Complaint(place, f"`{file}` cannot be read: {(error.strerror or str(error)).lower()}")


def _placed(settings: Settings) -> Iterator[tuple[Place, str]]:
    for index, destination in enumerate(settings.notify.to):
        for way, field, name in _NAMED:
            own = getattr(destination, way)
            if own is not None and (file := getattr(own, field)):
                yield ("notify", "to", index, way, name), file
