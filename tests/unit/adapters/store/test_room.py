"""How much may be taken of disks large and small, and what a file leaves behind that could not be replaced."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from garrison.adapters.store.files import replace_file
from garrison.adapters.store.room import RESERVE, room, spare

MIB = 1 << 20


@pytest.mark.parametrize(
    ("size", "free", "reserves", "left", "step"),
    [
        (16 * MIB, 8 * MIB, 1, 6 * MIB, MIB // 2),  # a small disk: an eighth of it is a reserve
        (16 * MIB, 8 * MIB, 2, 4 * MIB, MIB // 2),
        (16 * MIB, 2 * MIB + 5, 1, 5, 5),
        (16 * MIB, MIB, 1, -MIB, -MIB),
        (1 << 40, 1 << 30, 1, (1 << 30) - RESERVE, RESERVE // 4),
    ],
)
def test_what_may_be_taken(
    size: int, free: int, reserves: int, left: int, step: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = SimpleNamespace(f_frsize=1, f_blocks=size, f_bavail=free)
    monkeypatch.setattr(os, "statvfs", lambda _path: disk)
    assert spare(tmp_path, reserves=reserves) == left
    assert room(tmp_path, reserves=reserves) == step


def test_a_file_that_could_not_be_replaced_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "kept"
    replace_file(path, b"before")

    def full(_descriptor: int) -> None:
        raise OSError(28, "no space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="no space"):
            replace_file(path, b"after")
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]
