"""Nearby: documents from the very server that is looked at, each asked for once and over the same connections."""

from garrison.adapters.probing.transport import HttpTransport
from garrison.adapters.sources import read_source
from garrison.assess.call import Answer, Call


class Nearby:
    """Reads documents. Those of the server come whatever certificate it shows, which is judged for itself."""

    def __init__(self, transport: HttpTransport) -> None:
        self._transport = transport
        self._kept: dict[str, Answer] = {}

    @property
    def requests(self) -> int:
        """Requests that were sent to the server."""
        return len(self._kept)

    def get(self, path: str) -> Answer:
        """What the server answers to GET with this path; the path begins with `/`."""
        if path not in self._kept:
            self._kept[path] = self._transport.send(Call("GET", path))
        return self._kept[path]

    def read(self, place: str) -> bytes:
        """The content at `place`, a path or a URL. Raises OSError where it cannot be had or is too large."""
        if not place.startswith(f"{self._transport.origin}/"):
            return read_source(place)
        answer = self.get(place.removeprefix(self._transport.origin))
        if answer.is_cut:
            return read_source(place)  # which takes more, and only from a server that shows who it is
        if not answer.is_success:
            raise OSError(answer.fault or f"the server answered with status {answer.status}")
        return answer.body
