"""A file that changes is in force soon, however it was changed."""

import errno
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from garrison.adapters.changes import Changes
from garrison.adapters.files_watched import FilesWatched

PATIENCE = 20.0


class Watched:
    """What was taken over of a file."""

    def __init__(self, path: Path) -> None:
        self._came = threading.Condition()
        self._content: bytes | None = None
        self.said: list[str] = []
        self.files = FilesWatched(self.said.append)
        self.files.add(path, self._take)
        self.files.start()

    def _take(self, content: bytes | None) -> None:
        with self._came:
            self._content = content
            self._came.notify_all()

    def is_seen(self, content: bytes | None, patience: float = PATIENCE) -> bool:
        with self._came:
            return self._came.wait_for(lambda: self._content == content, patience)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(b"one")
    return path


@pytest.fixture
def watched(file: Path) -> Iterator[Watched]:
    found = Watched(file)
    yield found
    found.files.close()


def test_written_in_place(file: Path, watched: Watched) -> None:
    assert watched.is_seen(b"one")
    file.write_bytes(b"another")
    assert watched.is_seen(b"another")


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_process_that_is_forked_off_watches_too(file: Path, watched: Watched) -> None:
    """As a server's workers do that loads the application before it forks."""
    assert watched.is_seen(b"one")
    child = os.fork()
    if not child:
        try:
            os._exit(0 if watched.is_seen(b"another") else 1)
        finally:
            os._exit(2)
    file.write_bytes(b"another")
    assert os.waitpid(child, 0)[1] == 0


def test_replaced_removed_and_there_again(file: Path, watched: Watched) -> None:
    for content in (b"two", b"three"):
        fresh = file.with_name("fresh")
        fresh.write_bytes(content)
        fresh.replace(file)
        assert watched.is_seen(content)
    file.unlink()
    assert watched.is_seen(None)
    file.write_bytes(b"again")
    assert watched.is_seen(b"again")


def test_a_link_on_the_way_leads_elsewhere(tmp_path: Path) -> None:
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_bytes(name.encode())
    data = tmp_path / "data"
    data.symlink_to("old")
    (tmp_path / "file").symlink_to("data/file")  # as mounted configuration is
    watched = Watched(tmp_path / "file")
    assert watched.is_seen(b"old")
    (tmp_path / "fresh").symlink_to("new")
    (tmp_path / "fresh").replace(data)
    assert watched.is_seen(b"new")
    watched.files.close()


def test_a_file_that_cannot_be_looked_at_is_not_taken_for_none(file: Path, watched: Watched) -> None:
    """What it says, such as who is blocked, must not end with it."""
    assert watched.is_seen(b"one")
    file.unlink()
    file.symlink_to(file.name)  # a link to itself: no rights are needed to look at that in vain
    until(lambda: bool(watched.said))
    assert watched.is_seen(b"one")
    fresh = file.with_name("fresh")
    fresh.write_bytes(b"two")
    fresh.replace(file)
    assert watched.is_seen(b"two")
    assert len(watched.said) == 1


def test_a_file_that_cannot_be_read_is_read_once_that_is_possible(
    file: Path, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As while a process has no descriptor left: the change came, and no other does."""
    assert watched.is_seen(b"one")
    tries = []

    def fail(path: Path) -> bytes:
        tries.append(path)
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    with monkeypatch.context() as broken:
        broken.setattr(Path, "read_bytes", fail)
        file.write_bytes(b"another")
        until(lambda: len(tries) > 2)
    assert watched.is_seen(b"another")
    assert len(watched.said) == 1, "once a change"


def test_a_directory_that_comes_later(tmp_path: Path) -> None:
    watched = Watched(tmp_path / "later" / "file")
    assert watched.is_seen(None)
    (tmp_path / "later").mkdir()
    (tmp_path / "later" / "file").write_bytes(b"here")
    assert watched.is_seen(b"here")
    watched.files.close()


def test_one_that_cannot_be_looked_at_is_not_one_that_is_not_there(file: Path) -> None:
    watched = Watched(file)
    (file.parent / "loop").symlink_to(file.name)
    (file.parent / "loop").replace(file)
    assert not watched.is_seen(None, 0.5)
    watched.files.close()
    assert "what it said before stays in force" in watched.said[0]


def test_closed_twice_and_never_started(file: Path) -> None:
    watched = Watched(file)
    watched.files.close()
    watched.files.close()
    assert not watched.files._thread.is_alive()
    FilesWatched(lambda _: None).close()


def test_only_these_files_are_told_of(tmp_path: Path) -> None:
    changes = Changes()
    assert changes.watch([os.fspath(tmp_path / "file")])
    (tmp_path / "other").write_bytes(b"")
    waiting = waiting_for(changes)
    waiting.join(0.05)
    assert waiting.is_alive()
    (tmp_path / "file").write_bytes(b"")
    waiting.join(PATIENCE)
    assert not waiting.is_alive()
    assert not changes.watch([os.fspath(tmp_path / "missing" / "file")])
    changes.close()


def test_woken_it_waits_no_more() -> None:
    changes = Changes()
    waiting = waiting_for(changes)
    changes.wake()
    waiting.join(PATIENCE)
    assert not waiting.is_alive()
    waiting = waiting_for(changes)
    waiting.join(PATIENCE)
    assert not waiting.is_alive(), "nor ever again"
    changes.close()


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def waiting_for(changes: Changes) -> threading.Thread:
    """A thread that waits for a change for longer than anybody waits for it."""
    waiting = threading.Thread(target=changes.wait, args=(100 * PATIENCE,), daemon=True)
    waiting.start()
    return waiting
