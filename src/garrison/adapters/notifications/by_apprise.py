"""By services that Apprise knows: mail, chat, pagers. Several notices go in one message."""

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from garrison.adapters.notifications.sender import DeliveryError, heading, secret, words
from garrison.config.notify import AppriseSettings
from garrison.core.detection import Severity
from garrison.core.notice import Notice

if TYPE_CHECKING:
    import apprise

BATCH: Final = 25
_MOST_BODY: Final = 20_000
"""Characters; services cut or split what is longer than they take."""


class ByApprise:
    """One service."""

    batch = BATCH

    def __init__(self, settings: AppriseSettings) -> None:
        """Raises DeliveryError where the URL cannot be had or is none that Apprise knows."""
        import apprise  # a hundred modules: only where somebody is told this way

        # what Apprise says of itself may hold parts of its URL
        logging.getLogger("apprise").propagate = False
        logging.getLogger("apprise").addHandler(logging.NullHandler())
        url = secret(given=settings.url, file=settings.url_file, env=settings.url_env)
        asset = apprise.AppriseAsset(app_id="Garrison", app_desc="Garrison", async_mode=False)
        self._service = apprise.Apprise(asset=asset)
        if not self._service.add(url):
            raise DeliveryError("its URL is none that Apprise knows")

    def send(self, notices: Sequence[Notice]) -> None:
        """In one message. Raises DeliveryError."""
        title = heading(notices[0]) if len(notices) == 1 else f"Garrison: {len(notices)} incidents"
        parts = [words(each) if len(notices) == 1 else f"{heading(each)}\n{words(each)}" for each in notices]
        body = "\n\n".join(parts)[:_MOST_BODY]
        worst = max(notices, key=lambda each: each.severity.rank).severity
        try:
            is_sent = self._service.notify(body=body, title=title, notify_type=_type(worst), body_format=_plain())
        except Exception as error:  # noqa: BLE001  # a hundred plugins, each with its own
            raise DeliveryError(f"the service failed ({type(error).__name__})") from None
        if not is_sent:
            raise DeliveryError("the service refused it, or did not answer")


def _type(severity: Severity) -> "apprise.NotifyType":
    import apprise

    if severity.rank >= Severity.HIGH.rank:
        return apprise.NotifyType.FAILURE
    return apprise.NotifyType.WARNING if severity.rank >= Severity.MEDIUM.rank else apprise.NotifyType.INFO


def _plain() -> "apprise.NotifyFormat":
    import apprise

    return apprise.NotifyFormat.TEXT
