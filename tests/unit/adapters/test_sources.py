"""Documents come from files and http(s) URLs, bounded, and every failure is an OSError."""

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from garrison.adapters import sources
from garrison.adapters.sources import read_source


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status = {"/ok": 200, "/moved": 302, "/loop": 302, "/away": 302}.get(self.path, 404)
        self.send_response(status)
        target = {"/moved": "/ok", "/loop": "/loop", "/away": "file:///etc/passwd"}.get(self.path)
        if target:
            self.send_header("location", target)
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


def test_files(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    assert read_source(str(tmp_path / "a")) == b"x"
    with pytest.raises(FileNotFoundError):
        read_source(str(tmp_path / "b"))


def test_urls(server: str) -> None:
    assert read_source(f"{server}/ok") == b"hello"
    assert read_source(f"{server}/moved") == b"hello"


@pytest.mark.parametrize(
    ("path", "message"),
    [("/missing", "status 404"), ("/loop", "redirects"), ("/away", "file|protocol")],
)
def test_urls_that_fail(server: str, path: str, message: str) -> None:
    with pytest.raises(OSError, match=message):
        read_source(f"{server}{path}")


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://a/b", "http://127.0.0.1:1/", "http://[bad", "https://"])
def test_other_places_are_not_read(url: str) -> None:
    with pytest.raises(OSError):  # noqa: PT011  # what it says is the library's
        read_source(url)


def test_size_is_bounded(tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MAX_BYTES", 4)
    (tmp_path / "a").write_bytes(b"12345")
    for place in (str(tmp_path / "a"), f"{server}/ok"):
        with pytest.raises(OSError, match="larger"):
            read_source(place)
