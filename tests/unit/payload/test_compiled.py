"""Automata are kept beside the bytecode, and nothing is loaded that somebody else may have put there."""

import sys
from pathlib import Path

import hyperscan
import pytest

from garrison.payload import scanner as scanning
from garrison.payload.compiled import folder, key_of
from garrison.payload.scanner import Scanner
from garrison.payload.sign import Sign

SIGNS = (Sign("one", "ab+c"), Sign("other", "^\\("))


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many expressions each automaton that is compiled from now on has."""
    counts: list[int] = []
    compile_group = scanning._compiled

    def counting(group: list[tuple[int, bytes]]) -> hyperscan.Database:
        counts.append(len(group))
        return compile_group(group)

    monkeypatch.setattr(scanning, "_compiled", counting)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return counts


def _kept(where: Path) -> Path:
    (path,) = where.iterdir()
    return path


def _finds(where: Path) -> list[tuple[int, int]]:
    return Scanner(SIGNS, where).scan(b"\0( abbc\0", 9)


def test_what_is_kept_finds_the_same_and_is_not_compiled(tmp_path: Path, compiled: list[int]) -> None:
    assert _finds(tmp_path) == _finds(tmp_path)
    assert compiled == [1, 1]


def test_other_signs_take_the_place_of_those_kept(tmp_path: Path, compiled: list[int]) -> None:
    _finds(tmp_path)
    first = _kept(tmp_path)
    Scanner(SIGNS[:1], tmp_path)
    assert _kept(tmp_path) != first
    assert compiled == [1, 1, 1]


@pytest.mark.parametrize("harm", ["cut", "changed", "empty", "open", "link"])
def test_what_may_be_somebody_else_s_is_compiled_anew(tmp_path: Path, compiled: list[int], harm: str) -> None:
    where = tmp_path / "kept"
    found = _finds(where)
    path = _kept(where)
    data = path.read_bytes()
    match harm:
        case "cut":
            path.write_bytes(data[:-9])
        case "changed":
            path.write_bytes(data[:-9] + bytes(255 - each for each in data[-9:]))
        case "empty":
            path.write_bytes(b"")
        case "open":
            path.chmod(0o666)
        case _:
            path.rename(tmp_path / "elsewhere")
            path.symlink_to(tmp_path / "elsewhere")
    assert _finds(where) == found
    assert compiled == [1, 1, 1, 1]
    assert _finds(where) == found
    assert compiled == [1, 1, 1, 1], "what was compiled anew was not kept"


def test_nothing_is_kept_where_no_bytecode_is(
    tmp_path: Path, compiled: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert _finds(tmp_path) == _finds(tmp_path)
    assert compiled == [1, 1, 1, 1]
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_does_no_harm(tmp_path: Path, compiled: list[int]) -> None:
    (tmp_path / "file").touch()
    assert _finds(tmp_path / "file") == _finds(tmp_path / "file")
    assert compiled == [1, 1, 1, 1]


def test_what_is_kept_is_known_by_its_patterns_and_by_how_they_are_made(tmp_path: Path) -> None:
    one, other = tmp_path / "one.py", tmp_path / "other.py"
    one.write_text("1")
    other.write_text("2")
    keys = {
        key_of(["a", "b"], [str(one)]),
        key_of(["ab"], [str(one)]),
        key_of(["b", "a"], [str(one)]),
        key_of(["a", "b"], [str(other)]),
        key_of(["a", "b"], [str(one), str(other)]),
    }
    assert len(keys) == 5
    other.write_text("1")
    assert key_of(["a", "b"], [str(other)]) == key_of(["a", "b"], [str(one)])


def test_where_it_is_not_known_how_they_are_made_nothing_is_kept(
    tmp_path: Path, compiled: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert key_of(["a"], [str(tmp_path / "missing.py")]) == ""
    monkeypatch.setattr(scanning, "__file__", str(tmp_path / "missing.py"))
    assert _finds(tmp_path) == _finds(tmp_path)
    assert compiled == [1, 1, 1, 1]
    assert list(tmp_path.iterdir()) == []


def test_what_is_kept_is_shown_the_same_texts(tmp_path: Path, compiled: list[int]) -> None:
    signs = [Sign("plain", "ab"), Sign("other", "a<")]
    for _ in range(2):
        scanner = Scanner(signs, tmp_path)
        assert (len(scanner._parts), len(scanner._plain)) == (2, 1)
    assert compiled == [1, 1]


def test_it_is_kept_beside_the_bytecode() -> None:
    where = folder()
    assert where is not None
    assert where.name == "__pycache__"
