"""The directory of one run: who may enter, when it goes, and what is never touched."""

import fcntl
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from garrison.adapters.envoy.run_directory import LOCK, remove_abandoned, run_directory
from garrison.core.errors import GatewayError

ABANDONED = "garrison-abcd_123"


@pytest.fixture
def parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def abandon(parent: Path, name: str = ABANDONED) -> Path:
    path = parent / name
    path.mkdir(mode=0o700)
    (path / LOCK).touch(0o600)
    (path / "admin.sock").touch()
    return path


def test_it_is_private_and_goes_with_all_that_is_in_it(parent: Path) -> None:
    with run_directory() as path:
        assert path.stat().st_mode & 0o777 == 0o700
        (path / "file").touch()
    assert list(parent.iterdir()) == []


def test_an_abandoned_one_is_removed_and_one_in_use_is_not(parent: Path) -> None:
    left = abandon(parent)
    with run_directory() as first, run_directory() as second:
        assert not left.exists()
        remove_abandoned(parent)
        assert first.is_dir()
        assert second.is_dir()


def test_nobody_tidies_up_in_one_that_is_used(parent: Path, tmp_path: Path) -> None:
    with run_directory() as path:
        (path / "policy").touch()
        tidy_up(parent, tmp_path / "tmpfiles.conf")
        assert sorted(each.name for each in path.iterdir()) == [LOCK, "policy"]
        itself = os.open(path, os.O_RDONLY)
        with pytest.raises(BlockingIOError):  # what it looks at
            fcntl.flock(itself, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(itself)


def tidy_up(parent: Path, file: Path) -> None:
    """Remove what is older than a second, as systemd does it where files are temporary; where there is it."""
    program = shutil.which("systemd-tmpfiles")
    if program is not None:
        file.write_text(f"d {parent} - - - 1s\n")
        time.sleep(2)
        subprocess.run([program, "--clean", str(file)], check=True)


def other_name(path: Path) -> None:
    path.rename(path.with_name("garrison-data"))


def readable(path: Path) -> None:
    path.chmod(0o755)


def unlocked(path: Path) -> None:
    (path / LOCK).unlink()


def locked_by_a_link(path: Path) -> None:
    (path / LOCK).rename(path.with_name("elsewhere"))
    (path / LOCK).symlink_to(path.with_name("elsewhere"))


def linked(path: Path) -> None:
    path.rename(path.with_name("target"))
    path.symlink_to(path.with_name("target"))


@pytest.mark.parametrize("change", [other_name, readable, unlocked, locked_by_a_link, linked])
def test_what_is_not_surely_one_is_left_alone(parent: Path, change: Callable[[Path], None]) -> None:
    change(abandon(parent))
    before = sorted(os.fspath(path) for path in parent.rglob("*"))
    remove_abandoned(parent)
    assert sorted(os.fspath(path) for path in parent.rglob("*")) == before


def test_a_path_too_long_for_a_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tmp_path / ("x" * 100)
    deep.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    with pytest.raises(GatewayError, match="set `TMPDIR` to a shorter one"), run_directory():
        pass
    assert list(deep.iterdir()) == []
