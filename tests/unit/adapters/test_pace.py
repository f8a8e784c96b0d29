"""Work is done behind all else or with everybody's rank, and the process can always go back."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from garrison.adapters.pace import AUTOGROUP, BEHIND, Pace


@pytest.fixture
def session(tmp_path: Path) -> Path:
    """Stands in for the kernel's file."""
    return tmp_path / "autogroup"


def _nice() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


def test_unhurried_work_is_done_behind_all_else(session: Path) -> None:
    pace = Pace(session)
    seen = pace.run(lambda: (_nice(), session.read_text()), hurry=False)
    assert seen == (max(BEHIND, _nice()), str(BEHIND))
    pace.close()


def test_work_in_a_hurry_is_done_at_once_on_the_calling_thread(session: Path) -> None:
    pace = Pace(session)
    pace.run(lambda: None, hurry=False)
    seen = pace.run(lambda: (threading.get_ident(), session.read_text()), hurry=True)
    assert seen == (threading.get_ident(), "0")
    pace.close()


def test_afterwards_the_session_has_its_rank_again(session: Path) -> None:
    pace = Pace(session)
    pace.run(lambda: None, hurry=False)
    pace.rest()
    assert session.read_text() == "0"
    assert _nice() < BEHIND
    pace.close()


def test_a_rank_that_the_kernel_does_not_take_yet_is_told_again() -> None:
    class Busy:
        def __init__(self) -> None:
            self.told: list[str] = []

        def write_text(self, text: str) -> None:
            self.told.append(text)
            if len(self.told) == 1:
                raise BlockingIOError

    busy = Busy()
    pace = Pace(busy)  # type: ignore[arg-type]  # of a path only this is used
    for _ in range(3):
        pace.rest()
    assert busy.told == ["0", "0"]
    pace.close()


def test_where_sessions_have_no_rank_work_is_done_all_the_same(tmp_path: Path) -> None:
    pace = Pace(tmp_path / "no" / "such" / "file")
    assert pace.run(lambda: 7, hurry=False) == 7
    pace.close()


def test_a_session_of_others_keeps_its_rank() -> None:
    """Started by hand it shares the terminal's session."""
    told = "from garrison.adapters.pace import own_session; print(own_session())"
    command = [sys.executable, "-c", told]
    shared = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    own = subprocess.run(command, capture_output=True, text=True, check=True, start_new_session=True).stdout
    assert (shared, own) == ("None\n", f"{AUTOGROUP}\n")
    pace = Pace(None)
    assert pace.run(_nice, hurry=False) >= BEHIND
    pace.close()


def test_what_work_raises_is_raised(session: Path) -> None:
    pace = Pace(session)
    with pytest.raises(ZeroDivisionError):
        pace.run(lambda: 1 / 0, hurry=False)
    pace.close()
