"""Secrets of the settings reach the watch process, and no file in the data directory."""

import time
from pathlib import Path

import pytest
from tests.unit.adapters.test_companion import command

from garrison.adapters.beside import assess_command, assess_secrets, watch_command, watch_secrets
from garrison.adapters.companion import Companion
from garrison.adapters.watch_settings import ASSESS_SETTINGS, WATCH_SETTINGS, read_settings
from garrison.config.load import load_settings
from garrison.config.model import Settings


def settings(data: Path, password: str) -> Settings:
    url = f"mailtos://soc:{password}@example.com"
    return load_settings(f"data: {data}\nnotify: {{to: [{{name: on-call, apprise: {{url: '{url}'}}}}]}}".encode(), "g")


def test_a_url_with_a_password_is_not_kept(tmp_path: Path) -> None:
    given = settings(tmp_path, "hunter2")
    before = watch_command(given)
    assert not any("hunter2" in text for text in (*before, (tmp_path / WATCH_SETTINGS).read_text()))
    assert watch_secrets(given) == {"GARRISON_NOTIFY_ON_CALL": "mailtos://soc:hunter2@example.com"}
    (destination,) = read_settings(tmp_path / WATCH_SETTINGS).notify.to
    assert destination.apprise is not None
    assert destination.apprise.url_env == "GARRISON_NOTIFY_ON_CALL"
    assert watch_command(settings(tmp_path, "hunter3")) != before, "another password starts it anew"


def test_a_password_of_the_contract_is_not_kept_and_reaches_who_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "https://docs:hunter2@specs.example/api.yaml"
    given = load_settings(f"data: {tmp_path}\ncontract: {{file: '{url}', match-hosts: true}}".encode(), "g")
    commands = [*watch_command(given), *assess_command(given)]
    assert not any("hunter2" in text for text in (*commands, *(each.read_text() for each in tmp_path.iterdir())))
    assert not watch_secrets(given)
    for name, value in assess_secrets(given).items():
        monkeypatch.setenv(name, value)
    assert read_settings(tmp_path / ASSESS_SETTINGS).contract == given.contract
    plain = load_settings(f"data: {tmp_path}\ncontract: {{file: api.yaml}}".encode(), "g")
    assert not assess_secrets(plain)


def test_a_companion_gets_them_by_its_environment(tmp_path: Path) -> None:
    told = tmp_path / "told"
    code = "import os, sys, time; open(sys.argv[1], 'w').write(os.environ['A_SECRET']); time.sleep(600)"
    companion = Companion("watch", command(code, str(told)), lambda _: None, {"A_SECRET": "one"})
    try:
        _until(told, "one")
        companion.change([*command(code, str(told)), "more"], {"A_SECRET": "two"})
        _until(told, "two")
    finally:
        companion.stop()


def _until(file: Path, text: str) -> None:
    deadline = time.monotonic() + 60
    while not file.exists() or file.read_text() != text:
        assert time.monotonic() < deadline
        time.sleep(0.01)
