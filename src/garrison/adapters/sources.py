"""Descriptions, overlays and settings from where operators keep them: files and http(s) URLs."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

MAX_BYTES = 128 << 20
"""Bytes of one document: the largest public descriptions have 12 MiB (GitHub) to 40 MiB (Microsoft Graph)."""
CONNECT_TIMEOUT = 5.0
"""Seconds until a URL's server must have taken the connection."""
READ_TIMEOUT = 30.0
"""Seconds that a URL's server may be silent."""
MAX_REDIRECTS = 5
_CHUNK = 1 << 20


def read_source(place: str, *, stays: bool = False) -> bytes:
    """The content at `place`, a path or an http(s) URL; raises OSError where it cannot be had or is too large.

    Nothing but http and https is fetched, and a redirect never leads from https to http, nor with `stays` to another
    server.
    """
    if "://" in place:
        return _fetch(place, stays=stays)
    with Path(place).open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise OSError(_TOO_LARGE)
    return content


_TOO_LARGE = f"is larger than {MAX_BYTES >> 20} MiB"


def _fetch(url: str, *, stays: bool) -> bytes:
    import httpx  # takes longer to import than a file takes to read

    from garrison.adapters.lookups.web import why

    timeout = httpx.Timeout(READ_TIMEOUT, connect=CONNECT_TIMEOUT)
    try:
        with httpx.Client(timeout=timeout, max_redirects=MAX_REDIRECTS) as client:
            target = httpx.URL(url)
            for _ in range(MAX_REDIRECTS + 1):
                if target.scheme not in {"http", "https"}:
                    raise OSError(f"`{target.scheme}` is not fetched, only http and https are")
                with client.stream("GET", target, headers={"accept": "*/*"}) as answer:
                    if answer.next_request is None:
                        return _content(answer)
                    target = _redirected(target, answer.next_request.url, stays=stays)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise OSError(why(error)) from error
    raise OSError(f"leads to more than {MAX_REDIRECTS} redirects")


def _redirected(before: "httpx.URL", after: "httpx.URL", *, stays: bool) -> "httpx.URL":
    if stays and (before.scheme, before.netloc) != (after.scheme, after.netloc):
        raise OSError("redirects to another server")
    if before.scheme == "https" and after.scheme != "https":
        raise OSError("redirects from https to http")
    return after


def _content(answer: "httpx.Response") -> bytes:
    if answer.status_code != 200:
        raise OSError(f"the server answered with status {answer.status_code}")
    content = bytearray()
    for chunk in answer.iter_bytes(_CHUNK):
        content += chunk
        if len(content) > MAX_BYTES:
            raise OSError(_TOO_LARGE)
    return bytes(content)
