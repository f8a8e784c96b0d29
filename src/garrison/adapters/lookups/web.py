"""Other servers, as far as they are believed: https, no redirects, answers of a bounded size in a bounded time."""

import asyncio
import os
import ssl
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar
from urllib.parse import urlsplit

import msgspec

if TYPE_CHECKING:
    import httpx

MAX_CONNECTIONS: Final = 32
"""Connections to one server at once: at 10 ms an answer, three thousand questions a second."""

T = TypeVar("T")
Note: TypeAlias = Callable[[str], None]
"""Tells the operator one line; called from the thread of the lookups."""


class Fetched(msgspec.Struct, frozen=True):
    """A whole answer."""

    status: int
    content_type: str
    body: bytes


class LookupFailedError(Exception):
    """A server did not answer, or not as it must; the text says why, for the operator."""


def check_ca(ca: str) -> ssl.SSLContext:
    """What trusts the authorities in the PEM file `ca`, or the system's; raises LookupFailedError."""
    try:
        return ssl.create_default_context(cafile=ca or None)
    except ssl.SSLError as error:
        raise LookupFailedError(f"`{ca}` holds no certificates: it must be a PEM file of authorities") from error
    except OSError as error:
        raise LookupFailedError(f"`{ca}` cannot be read: {why(error)}") from error


def make_client(ca: str) -> "httpx.AsyncClient":
    """A client that trusts the authorities in the PEM file `ca`, or the system's; raises LookupFailedError."""
    import httpx  # takes longer to import than everything that does without it

    trusted = check_ca(ca)
    limits = httpx.Limits(max_connections=MAX_CONNECTIONS, max_keepalive_connections=MAX_CONNECTIONS)
    return httpx.AsyncClient(
        verify=trusted,
        follow_redirects=False,
        timeout=None,  # noqa: S113  # time is bounded as a whole, in `within`: httpx bounds only each read
        limits=limits,
        headers={"accept-encoding": "identity"},  # what is small and bounded needs no compressing
    )


def check_address(url: str, *, plain_http: bool) -> None:
    """Raises LookupFailedError where `url` is nothing to ask over."""
    try:
        parts = urlsplit(url)
        usable = bool(parts.hostname) and parts.scheme in ({"https", "http"} if plain_http else {"https"})
    except ValueError:
        usable = False
    if not usable:
        raise LookupFailedError(f"`{url[:200]}` is no https address")


async def exchange(client: "httpx.AsyncClient", request: "httpx.Request", *, size: int) -> Fetched:
    """The answer to `request`; raises LookupFailedError where it is larger or does not come."""
    import httpx

    try:
        answer = await client.send(request, stream=True)
        try:
            body = bytearray()
            async for chunk in answer.aiter_raw():
                body += chunk
                if len(body) > size:
                    raise LookupFailedError(f"the answer is larger than {size} bytes")
        finally:
            await answer.aclose()
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise LookupFailedError(why(error)) from error
    return Fetched(answer.status_code, answer.headers.get("content-type", ""), bytes(body))


async def within(seconds: float, work: Awaitable[T]) -> T:
    """What `work` gives; raises LookupFailedError where it takes longer."""
    try:
        async with asyncio.timeout(seconds):
            return await work
    except TimeoutError as error:
        raise LookupFailedError(f"no answer within {seconds:g} s") from error


def why(error: Exception) -> str:
    """What went wrong, in an operator's words: the system's where it is the cause."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.errno and not isinstance(cause, ssl.SSLError):
            # asyncio has words of its own for errors of the system; name resolution has numbers of its own
            return (os.strerror(cause.errno) if cause.errno > 0 else str(cause.strerror)).lower()
        cause = cause.__cause__ or cause.__context__
    text = str(error) or type(error).__name__
    return text[:1].lower() + text[1:].rstrip(".")
