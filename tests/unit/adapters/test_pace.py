"""What steps back is behind all else, and what rests behind most."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from garrison.adapters.pace import AUTOGROUP, BEHIND, LAST, call_forward, is_behind, processor_time

CAP_SYS_NICE = 23
"""capabilities(7)."""
IMPORTS = "import os, sys, threading\nfrom pathlib import Path\nfrom garrison.adapters.pace import *\n"


@contextmanager
def _begun(code: str) -> "Iterator[subprocess.Popen[bytes]]":
    command = [sys.executable, "-c", IMPORTS + code]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def _may_raise_ranks() -> bool:
    status = Path("/proc/self/status").read_text()
    effective = next(line.split()[1] for line in status.splitlines() if line.startswith("CapEff:"))
    return bool(int(effective, 16) & 1 << CAP_SYS_NICE)


def _run(code: str, *arguments: str, apart: bool = False) -> str:
    """In a process of its own: there is no way back."""
    command = [sys.executable, "-c", IMPORTS + code, *arguments]
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


def test_who_stepped_back_is_told_by_others_and_called_forward_with_all_its_threads() -> None:
    code = """
print(flush=True)
sys.stdin.readline()
step_back()
threading.Thread(target=sys.stdin.readline).start()
print(flush=True)
threading.Event().wait()
"""
    with _begun(code) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        assert not is_behind(process.pid)
        process.stdin.write(b"\n")
        process.stdin.flush()
        process.stdout.readline()
        assert is_behind(process.pid)
        call_forward(process.pid)
        threads = [int(each.name) for each in Path(f"/proc/{process.pid}/task").iterdir()]
        rank = os.SCHED_OTHER if _may_raise_ranks() else os.SCHED_IDLE
        assert [os.sched_getscheduler(each) for each in threads] == [rank, rank]
    call_forward(process.pid)  # it is gone, and nothing is wrong


def test_what_worked_has_had_processor_time() -> None:
    with _begun("while True: pass") as process:
        before = processor_time(process.pid)
        deadline = time.monotonic() + 60
        while processor_time(process.pid) < before + 0.1:
            assert time.monotonic() < deadline
            time.sleep(0.02)


@pytest.mark.parametrize("more", [0, 3])
def test_a_nice_value_tells_it_too(more: int) -> None:
    with _begun(f"os.nice({more}); print(flush=True); sys.stdin.readline()") as process:
        assert process.stdout is not None
        process.stdout.readline()
        own = os.getpriority(os.PRIO_PROCESS, 0)
        assert is_behind(process.pid) is (min(own + more, LAST) > own)  # nobody is behind the last


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
