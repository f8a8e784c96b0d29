"""The ledger's key ring: made where it is missing, renewed while a gateway runs, and missed when it is lost."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.adapters.store.ledger import NOON, about, answer, convert, record

from garrison.adapters.ledger_keys import LedgerKeys, ledger_key_file, lost_keys, make_ring, read_ring, rotate_ring
from garrison.config.load import load_settings
from garrison.config.model import RecordSettings, Settings
from garrison.core.errors import ConfigError
from garrison.engine.state import State


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=str(tmp_path / "data"))


@pytest.fixture
def keys(settings: Settings) -> Iterator[LedgerKeys]:
    keys = LedgerKeys(State(b"s" * 32), pytest.fail)
    yield keys
    keys.close()


def test_the_ring_is_made_beside_the_data_for_its_owner_alone(settings: Settings) -> None:
    path = ledger_key_file(settings, settings.data)
    assert path == Path(settings.data + ".ledger.key")
    ring = make_ring(path, NOON)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [key.created for key in ring.keys] == [NOON]
    assert make_ring(path, NOON + 1).numbers == ring.numbers
    assert make_ring(path.with_name("other"), NOON).numbers != ring.numbers


def test_the_settings_say_where_it_is() -> None:
    settings = load_settings(b"record: {ledger-key-file: keys/ring}", "/etc/garrison/garrison.yaml")
    assert ledger_key_file(settings, "data") == Path("/etc/garrison/keys/ring")
    assert ledger_key_file(Settings(record=RecordSettings(ledger_key_file="/k")), "data") == Path("/k")


def test_a_new_key_leaves_the_old_ones(tmp_path: Path) -> None:
    first = make_ring(tmp_path / "ring", NOON).current
    ring = rotate_ring(tmp_path / "ring", NOON + 1)
    assert ring.pseudonyms[0].number == first.number != ring.current.number
    assert ring.pseudonyms[0].digest("customer", "1") == first.digest("customer", "1")
    assert ring.current.digest("customer", "1") != first.digest("customer", "1")
    assert (tmp_path / "ring").stat().st_mode & 0o777 == 0o600


def test_a_running_gateway_takes_a_new_key(settings: Settings) -> None:
    state = State(b"s" * 32)
    keys = LedgerKeys(state, pytest.fail)
    keys.apply(settings, NOON)
    path = ledger_key_file(settings, settings.data)
    assert state.pseudonyms.number == read_ring(path).current.number
    new = rotate_ring(path, NOON + 1).current.number
    deadline = time.monotonic() + 60
    while state.pseudonyms.number != new:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    keys.close()


def test_without_a_data_directory_there_is_no_key(tmp_path: Path, keys: LedgerKeys) -> None:
    keys.apply(Settings(), NOON)
    assert list(keys.lost()) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is no key ring"),
        (b'{"version":1,"keys":[]}', "is no key ring"),
        (b'{"version":1,"keys":[{"created":1.0,"secret":"abc"}]}', "is no key ring"),
        (b'{"version":1,"keys":[{"created":1.0,"secret":"abcd"}]}', "is no key ring"),
        (b'{"version":2,"keys":[]}', "is no key ring"),
    ],
)
def test_what_is_no_ring_is_refused_and_not_told(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "ring"
    path.touch(0o600)
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=message) as caught:
        make_ring(path, NOON)
    assert "abc" not in str(caught.value)


def test_a_ring_that_others_may_read_is_refused(tmp_path: Path) -> None:
    make_ring(tmp_path / "ring", NOON)
    (tmp_path / "ring").chmod(0o640)
    with pytest.raises(ConfigError, match="may be read by others"):
        read_ring(tmp_path / "ring")


def test_a_lost_ring_is_missed_also_where_a_new_one_was_made(settings: Settings) -> None:
    data = Path(settings.data)
    path = ledger_key_file(settings, settings.data)
    assert list(lost_keys(data, path, make_ring(path, NOON))) == []
    number = read_ring(path).current.number
    record(data, [answer(NOON, about("1", "2"), key=number)])
    convert(data)
    record(data, [answer(NOON, about("3"), key=number)])
    assert list(lost_keys(data, path, read_ring(path))) == []
    path.unlink()
    (told,) = lost_keys(data, path, make_ring(path, NOON))
    assert told.startswith(f"3 exposures are recorded under the key {number}, which `{path}` does not hold")
