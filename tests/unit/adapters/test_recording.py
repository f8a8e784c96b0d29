"""The data directory belongs to one guard; recording follows the settings."""

import os
from pathlib import Path

import msgspec
import pytest

from garrison.adapters.recording import Recording, data_directory, with_directory
from garrison.config.model import RecordSettings, Settings
from garrison.core.decision import FailMode
from garrison.core.errors import GatewayError

ENFORCE = Settings(mode="enforce")


def test_it_is_made_for_the_owner_alone(tmp_path: Path) -> None:
    with data_directory(str(tmp_path / "a" / "b")) as data:
        assert data.stat().st_mode & 0o777 == 0o700


def test_two_gateways_do_not_share_one(tmp_path: Path) -> None:
    directory = str(tmp_path)
    refused = pytest.raises(GatewayError, match="another gateway keeps its data")
    with data_directory(directory), refused, data_directory(directory):
        pass
    with data_directory(directory):
        pass  # it is free again


def test_what_a_newer_version_keeps_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "events").mkdir()
    (tmp_path / "events" / "manifest.json").write_text('{"version": 99}')
    with pytest.raises(GatewayError, match="written by a newer version: use that"), data_directory(str(tmp_path)):
        pass
    (tmp_path / "events" / "manifest.json").write_text("damaged")
    with data_directory(str(tmp_path)):
        pass  # the watch process makes a new one


def test_what_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    refused = pytest.raises(GatewayError, match="is not a directory; choose another with `--data`")
    with refused, data_directory(str(tmp_path / "file")):
        pass
    if os.getuid():
        with pytest.raises(GatewayError, match="permission denied"), data_directory("/proc/data"):
            pass


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (Settings(), FailMode.OPEN),
        (ENFORCE, FailMode.CLOSED),
        (Settings(mode="enforce", record=RecordSettings(fail=FailMode.OPEN)), FailMode.OPEN),
    ],
)
def test_nothing_that_is_enforced_passes_unseen(settings: Settings, expected: FailMode) -> None:
    assert settings.record_fail is expected


def test_only_a_guard_without_a_directory_gets_one() -> None:
    assert with_directory(Settings()).data == "garrison-data"
    assert with_directory(Settings(data="d")).data == "d"


def test_settings_that_change(tmp_path: Path) -> None:
    recording = Recording(msgspec.structs.replace(ENFORCE, data=str(tmp_path)))
    recording.apply(msgspec.structs.replace(ENFORCE, record=RecordSettings(fail=FailMode.OPEN, spool_bytes=7)))
    assert recording.recorder.fail is FailMode.OPEN
    assert recording._writer.limit == 7
    monitoring = Recording(Settings(data=str(tmp_path)))
    monitoring.apply(ENFORCE)
    assert monitoring.recorder.fail is FailMode.CLOSED
