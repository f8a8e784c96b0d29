"""Requests to servers that are told: bounded in time, without redirects, over a connection that is verified."""

import ssl
from collections.abc import Mapping
from typing import TYPE_CHECKING

from garrison.adapters.notifications.sender import TIMEOUT, DeliveryError, why

if TYPE_CHECKING:
    import httpx


class Poster:
    """Sends requests to one address."""

    def __init__(self, url: str, ca: str) -> None:
        """`ca` is a PEM file of authorities, empty for the system's. Raises DeliveryError where it cannot be used."""
        self._url = url
        try:
            self._trusted = ssl.create_default_context(cafile=ca or None)
        except (OSError, ssl.SSLError) as error:
            raise DeliveryError(f"`{ca}` holds no certificates that can be read") from error
        self._client: httpx.Client | None = None

    def post(self, content: bytes, headers: Mapping[str, str]) -> None:
        """Raises DeliveryError unless the server takes it (2xx)."""
        import httpx

        if self._client is None:
            self._client = httpx.Client(verify=self._trusted, timeout=TIMEOUT, follow_redirects=False)
        try:
            answer = self._client.post(self._url, content=content, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise DeliveryError(why(error)) from None  # what httpx says may hold the address
        if not answer.is_success:
            raise DeliveryError(f"the server answered {answer.status_code}")
