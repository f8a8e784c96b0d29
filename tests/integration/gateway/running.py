"""A guard under test: its settings, its lines, its Envoy."""

import os
import re
import signal
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

import msgspec

ROOT = Path(__file__).parents[3]
START = 240.0
"""Seconds for a guard to listen: it compiles the largest contracts twice, beside whatever else runs."""
ECHO = """
openapi: 3.1.0
info: {title: t, version: "1"}
paths:
  /echo:
    get:
      operationId: echo
      responses: {"200": {description: ok, content: {application/json: {}}}}
"""
"""The contract of an API that says what it was sent."""


class Guard:
    """`settings` is garrison.yaml as data; `upstream.url` and a free port are filled in."""

    def __init__(
        self, directory: Path, upstream: int, settings: Mapping[str, Any] | None = None, module: str = ""
    ) -> None:
        self.file = directory / "garrison.yaml"
        given = dict(settings or {})
        given["upstream"] = {"url": f"http://127.0.0.1:{upstream}", **given.get("upstream", {})}
        given["listen"] = {"address": "127.0.0.1:0", "workers": 1, **given.get("listen", {})}
        self.given = given
        self.write(given)
        program = Path(__file__).with_name("run_guard.py")
        self.process = subprocess.Popen(
            [sys.executable, str(program), str(self.file), module],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "TMPDIR": str(directory)},
        )
        self.lines: list[str] = []
        self.readers = [
            threading.Thread(target=self._read, args=(stream,), daemon=True)
            for stream in (self.process.stdout, self.process.stderr)
        ]
        for reader in self.readers:
            reader.start()

    def write(self, settings: Mapping[str, Any]) -> None:
        """Replace garrison.yaml by an atomic rename (JSON is YAML)."""
        aside = self.file.with_suffix(".new")
        aside.write_bytes(msgspec.json.encode(settings))
        aside.rename(self.file)

    def port(self) -> int:
        found = re.search(r"listening on https?://.*:(\d+) ", self.wait("listening on", seconds=START))
        assert found
        return int(found[1])

    def envoy(self) -> int:
        """The process id of its Envoy."""
        return children(self.process.pid)[0]

    def wait(self, text: str, after: int = 0, *, seconds: float = 60) -> str:
        """The first line that holds `text`, from the line numbered `after` on."""

        def found() -> bool:
            return any(text in line for line in self.lines[after:])

        until(lambda: found() or self.process.poll() is not None, f"no line with {text!r}", self, seconds=seconds)
        for reader in self.readers if self.process.poll() is not None else ():
            reader.join(30)
        assert found(), self.lines
        return next(line for line in self.lines[after:] if text in line)

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def stop(self) -> int:
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
        return self.end()

    def end(self) -> int:
        status = self.process.wait(60)
        for reader in self.readers:
            reader.join(30)
        return status

    def _read(self, stream: IO[str]) -> None:
        with stream:
            for line in iter(stream.readline, ""):
                self.lines.append(line.rstrip())  # at once, not when the stream ends


def until(
    condition: Callable[[], bool], what: str, guard: Guard | None = None, *, seconds: float = 60, pause: float = 0.02
) -> None:
    """Wait until `condition` holds; it is asked every `pause` seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, (what, guard.lines if guard else "")
        time.sleep(pause)


def children(pid: int) -> list[int]:
    """The processes that the main thread of `pid` has started and that it still has."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def trusting(authority: Any, certificate: Any = None) -> ssl.SSLContext:
    """What trusts servers with a certificate of `authority`, and shows them `certificate` where given."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    if certificate is not None:
        certificate.configure_cert(context)
    return context
