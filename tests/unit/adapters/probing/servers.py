"""Servers on loopback that do what no decent server does."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator


class Peer:
    """One client's connection, as a misbehaving server sees it."""

    def __init__(self, connection: socket.socket, over: threading.Event) -> None:
        self.connection = connection
        self.over = over
        """Set when the test is over: what waits for nothing else waits for this."""

    def request(self) -> bytes:
        """The head of the request, and as much of its body as its length says."""
        data = b""
        while b"\r\n\r\n" not in data:
            more = self.connection.recv(65536)
            if not more:
                return data
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                while len(body) < int(line.split(b":")[1]):
                    body += self.connection.recv(65536)
        return head + b"\r\n\r\n" + body

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)


@contextlib.contextmanager
def raw_server(serve: Callable[[Peer], None]) -> Iterator[str]:
    """Calls `serve` with every connection, each on a thread of its own; gives the origin."""
    over = threading.Event()
    listening = socket.create_server(("127.0.0.1", 0))

    def one(connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            serve(Peer(connection, over))

    def accept() -> None:
        while not over.is_set():
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=one, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        over.set()
        with contextlib.suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()


def answering(content: bytes, headers: bytes = b"") -> Callable[[Peer], None]:
    """Answers every request of a connection with 200 and `content`."""

    def serve(peer: Peer) -> None:
        while peer.request():
            peer.send(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n%s\r\n%s" % (len(content), headers, content))

    return serve


def echoing(peer: Peer) -> None:
    """Answers every request with itself."""
    while request := peer.request():
        peer.send(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(request), request))


def hanging(peer: Peer) -> None:
    """Takes the request and says nothing."""
    peer.request()
    peer.over.wait()
