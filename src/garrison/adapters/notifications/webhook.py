"""By signed requests, as Standard Webhooks (1.0.0) has them: https://github.com/standard-webhooks/standard-webhooks.

    webhook-id: garrison_2f6c9d..._3       the same each time that the same message is sent
    webhook-timestamp: 1764300000          when this try was made: seconds since the epoch
    webhook-signature: v1,BASE64           HMAC-SHA256 of `ID.TIMESTAMP.BODY`

The body is `{"type": "incident.opened", "timestamp": ..., "data": {...}}`, of which `data` is a `Notice`; what an
assessment found different has the type `assessment.different`.
"""

import binascii
import hashlib
import hmac
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from garrison.adapters.notifications.posting import Poster
from garrison.adapters.notifications.sender import DeliveryError, moment, secret
from garrison.config.notify import WebhookSettings
from garrison.core.notice import Notice, NoticeKind

PREFIX: Final = "whsec_"
_TYPES: Final = {NoticeKind.TEST: "test", NoticeKind.ASSESSED: "assessment.different"}
"""Of messages that are about no incident."""
_LEAST, _MOST = 24, 64
"""Bytes of a secret."""


class Webhook:
    """One server."""

    batch = 1

    def __init__(self, settings: WebhookSettings, clock: Callable[[], float] = time.time) -> None:
        """Raises DeliveryError where the secret cannot be had."""
        self._key = key_of(secret(file=settings.secret_file, env=settings.secret_env))
        self._poster = Poster(settings.url, settings.ca)
        self._clock = clock

    def send(self, notices: Sequence[Notice]) -> None:
        """Each in a request. Raises DeliveryError."""
        for notice in notices:
            body = content(notice)
            now = int(self._clock())
            headers = {
                "content-type": "application/json",
                "user-agent": "Garrison",
                "webhook-id": notice.id,
                "webhook-timestamp": str(now),
                "webhook-signature": signature(self._key, notice.id, now, body),
            }
            self._poster.post(body, headers)


def content(notice: Notice) -> bytes:
    """The body of a request."""
    kind = _TYPES.get(notice.kind) or f"incident.{notice.kind}"
    return msgspec.json.encode({"type": kind, "timestamp": moment(notice.made), "data": notice})


def key_of(text: str) -> bytes:
    """The bytes of a secret that is written `whsec_BASE64`. Raises DeliveryError, which does not hold it."""
    try:
        key = b64decode(text.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not text.startswith(PREFIX) or not _LEAST <= len(key) <= _MOST:
        raise DeliveryError(f"its secret must be `{PREFIX}` and base64 of {_LEAST} to {_MOST} bytes")
    return key


def signature(key: bytes, identifier: str, timestamp: int, body: bytes) -> str:
    """What `webhook-signature` holds."""
    signed = f"{identifier}.{timestamp}.".encode() + body
    return "v1," + b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode("ascii")
