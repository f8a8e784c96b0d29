"""`garrison keys` and `garrison users`: what they say of what is wrong."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from garrison.cli.main import application
from garrison.core.errors import ConfigError

PASSWORD = "correct horse battery\n"


def run(*arguments: str) -> str:
    done = CliRunner().invoke(application(), list(arguments), input=PASSWORD)
    if isinstance(done.exception, ConfigError):
        raise done.exception
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output


@pytest.mark.parametrize("command", [("keys", "create"), ("users", "set")])
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--scope", ""), "--scope: `` is no scope"),
        (("--scope", "a b"), "`a b` is no scope (hint: one word"),
        (("--scope", "ok", "--role", " "), "--role: ` ` is no role"),
    ],
)
def test_what_would_never_count_is_said(
    command: tuple[str, str], options: tuple[str, ...], message: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError) as caught:
        run(*command, "batch", *options, "--data", str(tmp_path / "d"))
    assert message in str(caught.value)
    assert not (tmp_path / "d").exists()


@pytest.mark.parametrize("command", [("keys", "create"), ("users", "set")])
def test_a_file_in_the_place_of_the_directory_is_said(command: tuple[str, str], tmp_path: Path) -> None:
    (tmp_path / "d").write_text("")
    with pytest.raises(ConfigError, match="cannot be written: file exists"):
        run(*command, "batch", "--data", str(tmp_path / "d"))


@pytest.mark.parametrize("command", [("keys", "create"), ("users", "set")])
def test_a_directory_that_no_gateway_has_is_said(command: tuple[str, str], tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "d"))
    assert "is new" in run(*command, "batch", *data)
    assert "is new" not in run(*command, "batch", *data)


@pytest.mark.parametrize(
    "command", [("keys", "list"), ("users", "list"), ("blocks",), ("incidents",), ("findings",)], ids=" ".join
)
def test_a_directory_that_is_not_there_is_told_and_nothing_made(command: tuple[str, ...], tmp_path: Path) -> None:
    assert f"`{tmp_path / 'd'}` is not there" in run(*command, "--data", str(tmp_path / "d"))
    assert not list(tmp_path.iterdir())
    assert "is not there" not in run(*command, "--data", str(tmp_path))


@pytest.mark.parametrize("command", [("blocks",), ("incidents",), ("findings",), ("findings", "changes")], ids=" ".join)
def test_a_file_is_told_from_what_is_not_there(command: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "f").write_text("")
    assert f"`{tmp_path / 'f'}` is not a directory" in run(*command, "--data", str(tmp_path / "f"))
