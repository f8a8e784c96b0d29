"""A process beside the gateway is kept running, and ends when it should."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from garrison.adapters.companion import Companion
from garrison.adapters.status import is_running

SLEEP = "import time; time.sleep(600)"


class Started:
    """A companion, and the lines that it told."""

    def __init__(self, code: str = SLEEP, *arguments: str) -> None:
        self.lines: list[str] = []
        self.companion = Companion("watch", command(code, *arguments), self.lines.append)

    def pid(self, before: int = 0) -> int:
        """Its process id, once it is another than `before`."""
        until(lambda: self.companion.child.pid not in {0, before})
        return self.companion.child.pid


def command(code: str, *arguments: str) -> list[str]:
    return [sys.executable, "-I", "-S", "-c", code, *arguments]


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def start() -> Iterator[Callable[..., Started]]:
    started: list[Started] = []

    def start(*arguments: str) -> Started:
        started.append(Started(*arguments))
        return started[-1]

    yield start
    for one in started:
        one.companion.stop()


def test_it_is_started_again_and_counted(start: Callable[..., Started]) -> None:
    started = start()
    first = started.pid()
    os.kill(first, signal.SIGKILL)
    second = started.pid(before=first)
    assert is_running(second)
    assert started.companion.child.restarts == 1
    assert started.lines == [
        "garrison: the watch process ended unexpectedly (signal SIGKILL), starting it again in 0.2 s"
    ]


def test_one_that_cannot_live_is_started_more_and_more_slowly(start: Callable[..., Started]) -> None:
    started = start("import sys; sys.exit('no such thing')")
    until(lambda: len(started.lines) >= 4)
    assert started.lines[:4] == [
        "watch: no such thing",
        "garrison: the watch process ended unexpectedly (exit status 1), starting it again in 0.2 s",
        "watch: no such thing",
        "garrison: the watch process ended unexpectedly (exit status 1), starting it again in 1 s",
    ]
    assert started.companion.child.pid == 0


def test_stopping_is_gentle(start: Callable[..., Started], tmp_path: Path) -> None:
    note = tmp_path / "note"
    code = """if True:
        import signal, sys, time
        def end(*_):
            open(sys.argv[1], "w").write("tidied")
            sys.exit(0)
        signal.signal(signal.SIGTERM, end)
        open(sys.argv[1], "w").write("ready")
        time.sleep(600)
    """
    started = start(code, str(note))
    until(lambda: note.exists() and note.read_text() == "ready")
    pid = started.pid()
    started.companion.stop()
    assert note.read_text() == "tidied"
    assert not is_running(pid)
    assert started.lines == []


def test_another_command_replaces_it_without_a_complaint(start: Callable[..., Started]) -> None:
    started = start()
    first = started.pid()
    started.companion.change(command(SLEEP))
    started.companion.change(command(SLEEP, "other"))
    second = started.pid(before=first)
    until(lambda: b"other" in Path(f"/proc/{second}/cmdline").read_bytes())  # empty while it becomes that program
    assert not is_running(first)
    assert started.companion.child.restarts == 0
    assert started.lines == []


def test_it_gets_no_signals_of_the_terminal(start: Callable[..., Started]) -> None:
    pid = start().pid()
    assert os.getpgid(pid) != os.getpgrp()
    assert os.getsid(pid) == os.getsid(0), "its rank would be its own"
