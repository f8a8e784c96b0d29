"""One issuer's keys, kept fresh in the background (OpenID Connect Discovery 1.0, RFC 8414, RFC 7517).

Nothing on the way of a request waits for this: what was fetched last holds until something newer was.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import msgspec

from garrison.adapters.lookups.files import read_key_file
from garrison.adapters.lookups.web import LookupFailedError, Note, check_address, exchange, make_client, within
from garrison.adapters.status import IssuerState
from garrison.config.servers import KeySource
from garrison.identity.keys import MAX_JWKS_BYTES, IssuerKeys, KeyBook, read_jwks

if TYPE_CHECKING:
    import httpx

TIMEOUT: Final = 5.0
"""Seconds for one document."""
MAX_METADATA: Final = 1 << 18
"""Bytes of an issuer's metadata; large providers' have ten thousand."""
FLOOR: Final = 10.0
"""Seconds between two looks because of keys that are missed: anyone can make up key ids, and none of them may make us
press the issuer."""
BACKOFF: Final = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Seconds until the next try after so many failures in a row; never more than the time between two looks."""


class IssuerWatch:
    """Keeps the keys of one issuer in the book."""

    def __init__(self, source: KeySource, book: KeyBook, note: Note, *, floor: float = FLOOR) -> None:
        self.source = source
        self.state = IssuerState(source.issuer)
        self.tried = asyncio.Event()
        """Whether a first try was made, whatever came of it."""
        self._book = book
        self._note = note
        self._floor = floor
        self._failures = 0
        self._missed = asyncio.Event()
        self._document: object = None
        """What the keys in the book were read from."""

    def miss(self) -> None:
        """A token named a key that is not known: have a look before it is due."""
        self._missed.set()

    async def run(self) -> None:
        """Fetch the keys whenever it is due, until cancelled."""
        if self.source.file:
            self._take(lambda: read_key_file(self.source.file))
            self.tried.set()
            return
        while True:
            self._missed.clear()
            await self._look()
            self.tried.set()
            await self._wait()

    async def _wait(self) -> None:
        """Until the next look is due; one that is asked for keeps the floor, and what lies beyond it."""
        refresh = self.source.refresh
        backoff = BACKOFF[min(self._failures, len(BACKOFF)) - 1] if self._failures else refresh
        due = min(backoff, refresh)
        soonest = min(self._floor, due)
        await asyncio.sleep(soonest)
        if due > soonest:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._missed.wait(), due - soonest)

    async def _look(self) -> None:
        try:
            client = make_client(self.source.ca)
        except LookupFailedError as error:
            self._failed(str(error))
            return
        # Connections are not kept: minutes lie between two looks.
        async with client:
            try:
                document = await _fetch(client, await self._address(client), self.source, MAX_JWKS_BYTES)
            except LookupFailedError as error:
                self._failed(str(error))
                return
        self._take(lambda: document)

    async def _address(self, client: "httpx.AsyncClient") -> str:
        """Where the keys are, by the settings or by the issuer's metadata."""
        if self.source.url:
            return self.source.url
        failure = LookupFailedError("no metadata")
        for place in metadata_addresses(self.source.issuer):
            try:
                return _jwks_uri(await _fetch(client, place, self.source, MAX_METADATA), self.source)
            except _NotThereError as error:
                failure = error
        raise failure

    def _take(self, read: Callable[[], bytes]) -> None:
        """Put the keys in the book; the very same object where they are as before, so that tokens stay verified."""
        now = time.time()
        try:
            data = read()
            keys = read_jwks(data)
        except (LookupFailedError, ValueError) as error:
            self._failed(str(error))
            return
        document: object = msgspec.json.decode(data)
        before = self._book.keys_of(self.source.issuer)
        if before is not None and document == self._document:
            keys = before
        self._document = document
        self._book.put(self.source.issuer, IssuerKeys(keys, now))
        if self.state.trouble:
            self._note(f"garrison: the keys of `{self.source.issuer}` could be fetched again")
        self._failures = 0
        self.state = IssuerState(self.source.issuer, len(keys.keys), now)

    def _failed(self, trouble: str) -> None:
        """What is known stays known. Said once, until it changes."""
        self._failures += 1
        known = self.state.keys
        if trouble != self.state.trouble:
            rest = f"the {known} known ones stay in force" if known else "its tokens are refused until they can"
            self._note(f"garrison: the keys of `{self.source.issuer}` could not be fetched ({trouble}); {rest}")
        self.state = msgspec.structs.replace(self.state, trouble=trouble)


class _NotThereError(LookupFailedError):
    """The server has no such document."""


async def _fetch(client: "httpx.AsyncClient", url: str, source: KeySource, size: int) -> bytes:
    check_address(url, plain_http=source.plain_http)
    request = client.build_request("GET", url, headers={"accept": "application/json, application/jwk-set+json"})
    try:
        answer = await within(TIMEOUT, exchange(client, request, size=size))
    except LookupFailedError as error:
        raise LookupFailedError(f"`{url}`: {error}") from error
    if answer.status != 200:
        kind = _NotThereError if answer.status in {404, 410} else LookupFailedError
        raise kind(f"`{url}` answered with status {answer.status}")
    return answer.body


def metadata_addresses(issuer: str) -> tuple[str, ...]:
    """Where an issuer's metadata may be: OpenID Connect Discovery 1.0, 4; then RFC 8414, 3.1, which puts the
    well-known part between host and path."""
    parts = urlsplit(issuer)
    path = parts.path.rstrip("/")
    origin = f"{parts.scheme}://{parts.netloc}"
    return (
        f"{origin}{path}/.well-known/openid-configuration",
        f"{origin}/.well-known/oauth-authorization-server{path}",
    )


def _jwks_uri(metadata: bytes, source: KeySource) -> str:
    try:
        found = msgspec.json.decode(metadata, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise LookupFailedError("the metadata is not a JSON object") from error
    # Discovery 4.3, RFC 8414 3.3: it must be the very same, or one issuer could pass for another.
    if found.get("issuer") != source.issuer:
        raise LookupFailedError(f"the metadata is that of the issuer `{str(found.get('issuer'))[:200]}`")
    uri = found.get("jwks_uri")
    if not isinstance(uri, str):
        raise LookupFailedError("the metadata does not say where the keys are")
    return uri
