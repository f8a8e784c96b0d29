"""A ledger whose keys are lost is told of when the guard starts."""

from pathlib import Path

import pytest
from tests.unit.adapters.store.ledger import NOON, about, answer, convert, record

from garrison.adapters.ledger_keys import read_ring
from garrison.cli.guard import _loader
from garrison.config.load import Options


def test_a_lost_key_ring_is_said_at_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    load = _loader(None, Options(upstream="http://127.0.0.1:9", data="data"))
    load(lambda _: None)
    ring = tmp_path / "data.ledger.key"
    number = read_ring(ring).current.number
    record(tmp_path / "data", [answer(NOON, about("1"), key=number)])
    convert(tmp_path / "data")
    load(lambda _: None)
    assert capsys.readouterr().err == ""
    ring.unlink()
    load(lambda _: None)
    assert f"garrison: warning: 1 exposure is recorded under the key {number}" in capsys.readouterr().err
