"""Nearby: documents from the very server that is looked at, each asked for once and over the same connections."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from garrison.adapters.probing.transport import HttpTransport
from garrison.adapters.sources import read_source
from garrison.assess.call import Answer, Call
from garrison.contract.documents import is_url


class Nearby:
    """Reads documents. Those of the server come whatever certificate it shows, which is judged for itself.

    What the server gives may refer to documents anywhere: no other server is asked because it says so.
    """

    def __init__(self, transport: HttpTransport, named: Iterable[str] = ()) -> None:
        """`named` are places of documents that the operator named: their servers are asked as well."""
        self._transport = transport
        self._kept: dict[str, Answer] = {}
        self._known = {_server(place) for place in (transport.origin, *named) if is_url(place)}

    @property
    def requests(self) -> int:
        """Requests that were sent to the server."""
        return len(self._kept)

    @property
    def origin(self) -> str:
        """The server's scheme, host and port."""
        return self._transport.origin

    def get(self, path: str) -> Answer:
        """What the server answers to GET with this path; the path begins with `/`."""
        if path not in self._kept:
            self._kept[path] = self._transport.send(Call("GET", path))
        return self._kept[path]

    def read(self, place: str) -> bytes:
        """The content at `place`, a path or a URL. Raises OSError where it cannot be had, is too large, or is on a
        server that nobody named."""
        if is_url(place) and _server(place) not in self._known:
            raise OSError("is on a server that nobody named, and is not asked for")
        if not place.startswith(f"{self._transport.origin}/"):
            return read_source(place)
        answer = self.get(place.removeprefix(self._transport.origin))
        if answer.is_cut:
            return read_source(place, stays=True)  # which takes more, and only from a server that shows who it is
        if not answer.is_success:
            raise OSError(answer.fault or f"the server answered with status {answer.status}")
        return answer.body


def _server(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.netloc.lower()
