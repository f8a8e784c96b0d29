"""The casebook: whole or not at all, bounded, and what it was asked for."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.respond.samples import NOW, block, detection

from garrison.adapters.store import casebook as module
from garrison.adapters.store.casebook import FILE, Casebook
from garrison.core.detection import Severity
from garrison.core.errors import RecordError
from garrison.core.incident import Incident, IncidentId
from garrison.respond.incidents import closed, merged, opened

ONE, OTHER = opened(detection()), opened(detection("b", NOW + 5))


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Casebook]:
    with Casebook(tmp_path) as opened:
        yield opened


def put(book: Casebook, incident: Incident, *keys: str) -> None:
    with book.changing():
        book.put(incident, keys)


def test_related_are_found_by_what_they_share(book: Casebook) -> None:
    put(book, OTHER, "peer b", "rule r")
    put(book, ONE, "peer a", "rule r")
    assert book.related(["peer a"]) == [ONE]
    assert book.related(["rule r", "peer b"]) == [ONE, OTHER], "the oldest first"
    assert book.related(["peer c"]) == []
    whole, (gone,) = merged(ONE, [OTHER], NOW)
    with book.changing():
        book.put(whole)
        book.put(gone)
        assert book.related(["peer b"]) == [whole], "at once"
    assert book.related(["peer b"]) == [whole], "what told the other tells this one"
    put(book, closed(whole, NOW, "done"))
    assert book.related(["peer a", "peer b"]) == []
    assert book.counts() == {"closed": 2}


def test_by_the_beginning_of_its_id(book: Casebook) -> None:
    put(book, ONE)
    put(book, OTHER)
    assert book.find(ONE.id[:6]) == [ONE]
    assert len(book.find("")) == 2
    assert book.one(OTHER.id) == OTHER
    with pytest.raises(KeyError):
        book.one(IncidentId(ONE.id[:6]))


def test_what_was_done_before(book: Casebook) -> None:
    for since in (NOW, NOW, NOW + 10):
        book.took(block(since=since))
    book.took(block(since=NOW + 20, simulated=True))
    key = block().key
    assert book.earlier(key, NOW + 100, simulated=False) == 2
    assert book.earlier(key, NOW + 10, simulated=False) == 1, "not what comes with it"
    assert book.earlier(key, NOW + 100, simulated=True) == 1
    assert book.earlier(block("198.51.100.1").key, NOW + 100, simulated=False) == 0


def test_what_is_old_goes(book: Casebook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_INCIDENTS", 1)
    with book.changing():
        book.put(closed(OTHER, NOW, "done"))
        book.put(ONE, ["k"])
        book.know(detection())
        book.took(block())
        book.forget(NOW)
    assert book.incidents() == [ONE], "closed ones go first"
    assert book.unknown([detection(), detection("b")]) == [detection("b")]
    book.forget(NOW + 500 * 86400)
    assert book.unknown([detection()])
    assert book.earlier(block().key, NOW + 1, simulated=False) == 0


def test_what_is_grave_stays_where_there_are_too_many(book: Casebook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_INCIDENTS", 4)
    grave = [opened(detection(f"g{each}", NOW + each, severity=Severity.CRITICAL)) for each in range(2)]
    some = [opened(detection(f"d{each}", NOW + 60 + each, severity=Severity.LOW)) for each in range(5)]
    with book.changing():
        for each in (grave[0], closed(grave[1], NOW, "done"), *some[:4], closed(some[4], NOW, "done")):
            book.put(each)
        book.forget(NOW + 100)
    assert [each.id for each in book.incidents()] == [each.id for each in (*some[3:1:-1], *grave[::-1])]
    with book.changing():
        book.put(opened(detection("e", NOW + 401 * 86400, severity=Severity.LOW)))
        book.forget(NOW + 402 * 86400)
    assert grave[1].id not in {each.id for each in book.incidents()}, "what was over long ago does not fill the book"


def test_one_that_is_not_there_is_read_as_empty(tmp_path: Path) -> None:
    with Casebook(tmp_path, is_read=True) as book:
        assert book.incidents() == []
    assert not (tmp_path / FILE).exists()
    (tmp_path / FILE).touch()  # the disk was full when it was made
    with Casebook(tmp_path, is_read=True) as book:
        assert book.incidents() == []


def are_open(path: Path) -> int:
    """How many descriptors of this process lead to a file."""
    return sum(os.path.realpath(each) == str(path) for each in Path("/proc/self/fd").iterdir())


def test_one_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("nothing that SQLite knows, whatever it may be in the end" * 30)
    for is_read in (False, True):
        with pytest.raises(RecordError, match=FILE) as told:
            Casebook(tmp_path, is_read=is_read)
        assert are_open(tmp_path / FILE) == 0, told
    (tmp_path / FILE).unlink()
    Casebook(tmp_path).close()
    with sqlite3.connect(tmp_path / FILE) as later:
        later.execute("PRAGMA user_version = 99")
    later.close()
    with pytest.raises(RecordError, match="a later version") as told:
        Casebook(tmp_path)
    assert are_open(tmp_path / FILE) == 0, told


def test_its_owner_alone_may_read_it(tmp_path: Path) -> None:
    Casebook(tmp_path).close()
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0


def test_whole_or_not_at_all(book: Casebook) -> None:

    def break_off() -> None:
        with book.changing():
            book.put(ONE)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert book.incidents() == []


_KILLED = """
import sys
from pathlib import Path
from garrison.adapters.store.casebook import Casebook
from tests.unit.respond.samples import detection
from garrison.respond.incidents import opened
book = Casebook(Path(sys.argv[1]))
with book.changing():
    book.put(opened(detection()))
with book.changing():
    book.put(opened(detection("b")))
    print("begun", flush=True)
    sys.stdin.read()
"""


def test_a_process_that_is_killed_leaves_what_was_whole(tmp_path: Path) -> None:
    root = Path(__file__).parents[4]
    process = subprocess.Popen(
        [sys.executable, "-c", _KILLED, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=root,
        env={**os.environ, "PYTHONPATH": f"{root / 'src'}:{root}"},
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"begun\n"
        process.send_signal(signal.SIGKILL)
    with Casebook(tmp_path) as book:
        assert book.incidents() == [ONE]
