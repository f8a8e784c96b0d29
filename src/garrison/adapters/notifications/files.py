"""What notifications need, before the gateway starts: files that can be read, and secrets in them that can be used."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from garrison.adapters.notifications.sender import DeliveryError, secret
from garrison.config.explain import Complaint
from garrison.config.model import Settings
from garrison.config.source import Path as Place
from garrison.core.errors import cause_of

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
    """Those that cannot be read, or hold what cannot be used.

    What stands in the environment is not looked at: that of the gateway may be another.
    """
    unread = set()
    for place, file in _placed(settings):
        try:
            Path(file).read_bytes()
        except OSError as error:
            unread.add(place)
            message = f"`{file}` cannot be read: {cause_of(error)}"
            yield Complaint(place, message, "relative names are meant from this file's folder")
    for place, use, hint in _secrets(settings):
        try:
            if place not in unread:
                use()
        except DeliveryError as error:
            yield Complaint(place, str(error), hint)
    for index, each in enumerate(settings.notify.to):
        if each.ocsf is not None and each.ocsf.file and not (folder := Path(each.ocsf.file).absolute().parent).is_dir():
            message = f"`{each.ocsf.file}` cannot be made: there is no folder `{folder}`"
            yield Complaint(("notify", "to", index, "ocsf", "file"), message, "make it; only the file is made")


def _secrets(settings: Settings) -> Iterator[tuple[Place, Callable[[], object], str]]:
    """Secrets that stand in the settings or in a file: where, what raises DeliveryError for a bad one, and a hint."""
    # imported here: what is told by these takes a tenth of a second to import, and few settings name one
    for index, each in enumerate(settings.notify.to):
        if each.webhook is not None and each.webhook.secret_file:
            from garrison.adapters.notifications.webhook import key_of

            file = each.webhook.secret_file
            hint = "docs/guides/notifications.md says how to make one"
            yield ("notify", "to", index, "webhook", "secret-file"), partial(_key, key_of, file), hint
        if each.apprise is not None and (each.apprise.url_file or "://" in each.apprise.url):
            from garrison.adapters.notifications.by_apprise import ByApprise

            name = "url-file" if each.apprise.url_file else "url"
            hint = "example: `mailtos://user:password@example.com`"
            yield ("notify", "to", index, "apprise", name), partial(ByApprise, each.apprise), hint


def _key(key_of: Callable[[str], bytes], file: str) -> None:
    key_of(secret(file=file))


def _placed(settings: Settings) -> Iterator[tuple[Place, str]]:
    for index, destination in enumerate(settings.notify.to):
        for way, field, name in _NAMED:
            own = getattr(destination, way)
            if own is not None and (file := getattr(own, field)):
                yield ("notify", "to", index, way, name), file
