"""What steps back is behind all else, and what rests behind most."""

import os
import subprocess
import sys
from pathlib import Path

from garrison.adapters.pace import AUTOGROUP, BEHIND


def _run(code: str, *arguments: str, apart: bool = False) -> str:
    """In a process of its own: there is no way back."""
    code = f"import os, sys, threading\nfrom pathlib import Path\nfrom garrison.adapters.pace import *\n{code}"
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, start_new_session=apart).stdout


def test_what_stepped_back_runs_where_nobody_else_wants_to() -> None:
    code = """
step_back()
print(os.sched_getscheduler(0))
thread = threading.Thread(target=lambda: print(os.sched_getscheduler(threading.get_native_id())))
thread.start()
thread.join()
"""
    assert _run(code).split() == [str(os.SCHED_IDLE)] * 2


def test_where_that_is_forbidden_it_has_the_least() -> None:
    code = """
def forbidden(*_):
    raise PermissionError
os.sched_setscheduler = forbidden
step_back()
print(os.getpriority(os.PRIO_PROCESS, 0))
"""
    assert _run(code) == "19\n"


def test_what_rests_has_a_tenth(tmp_path: Path) -> None:
    session = tmp_path / "autogroup"
    session.touch()
    before = os.getpriority(os.PRIO_PROCESS, 0)
    told = _run("rest(Path(sys.argv[1])); print(os.getpriority(os.PRIO_PROCESS, 0))", str(session))
    assert int(told) == min(19, before + BEHIND)
    assert session.read_text() == str(BEHIND)


def test_where_sessions_have_no_rank_it_rests_all_the_same(tmp_path: Path) -> None:
    missing = tmp_path / "no" / "such" / "file"
    rank = min(19, os.getpriority(os.PRIO_PROCESS, 0) + BEHIND)
    assert int(_run("rest(Path(sys.argv[1])); print(os.getpriority(os.PRIO_PROCESS, 0))", str(missing))) == rank
    assert int(_run("rest(None); print(os.getpriority(os.PRIO_PROCESS, 0))")) == rank


def test_a_session_of_others_keeps_its_rank() -> None:
    """Started by hand it shares the terminal's session."""
    assert (_run("print(own_session())"), _run("print(own_session())", apart=True)) == ("None\n", f"{AUTOGROUP}\n")
