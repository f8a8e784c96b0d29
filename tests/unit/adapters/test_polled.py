"""Files that others replace are read again."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from garrison.adapters.polled import Polled, Poller


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_what_changes_is_read_again(tmp_path: Path) -> None:
    file, seen = tmp_path / "file", list[str]()

    def read() -> None:
        seen.append(file.read_text() if file.exists() else "gone")

    poller = Poller([Polled(file, read)])
    try:
        assert seen == ["gone"]
        for content in ("one", "two"):
            aside = tmp_path / "aside"
            aside.write_text(content)
            aside.replace(file)
            until(partial(_is_last, seen, content))
        file.unlink()
        until(lambda: seen[-1] == "gone")
    finally:
        poller.close()
    assert seen == ["gone", "one", "two", "gone"]


def _is_last(seen: list[str], content: str) -> bool:
    return seen[-1] == content
