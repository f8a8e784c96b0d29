"""Changes of files are seen, however they were made, and only once they have settled."""

import os
from pathlib import Path

from garrison.adapters.policy_files import PolicyFiles


def settle(files: PolicyFiles) -> bool:
    return [files.changed(), files.changed()] == [False, True] and not files.changed()


def test_nothing_changed(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    files = PolicyFiles([str(tmp_path / "a"), "https://example.org/api.yaml", str(tmp_path / "missing")])
    assert not settle(files)


def test_changes_are_seen_once(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("1")
    files = PolicyFiles([str(file)])
    file.write_text("22")
    assert settle(files)
    (tmp_path / "b").write_text("22")
    os.replace(tmp_path / "b", file)  # noqa: PTH105  # what is tested
    assert settle(files)
    file.unlink()
    assert settle(files)
    file.write_text("22")
    assert settle(files)


def test_a_replaced_folder_is_seen(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a").write_text("1")
    link = tmp_path / "current"
    link.symlink_to("one")
    files = PolicyFiles([str(link / "a")])
    (tmp_path / "next").symlink_to("two")
    (tmp_path / "next").rename(link)
    assert settle(files)


def test_what_goes_on_changing_is_waited_for(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("")
    files = PolicyFiles([str(file)])
    for size in range(1, 5):
        file.write_text("x" * size)
        assert not files.changed()
    assert files.changed()


def test_following_more_does_not_forget(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    files = PolicyFiles([str(tmp_path / "a")])
    (tmp_path / "a").write_text("22")
    files.follow([str(tmp_path / "a"), str(tmp_path / "b")])
    assert settle(files)
