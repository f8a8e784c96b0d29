"""Wide tables on a narrow terminal: lines in which no word is folded, and nothing else is printed."""

import pytest
from tests.unit.cli.test_events import event
from tests.unit.respond.samples import by

from garrison.cli import detection_table, event_table


@pytest.mark.parametrize("width", ["80", "160"])
def test_events(width: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("COLUMNS", width)
    event_table.as_table([event(1, principal="keys:some-shop", operation="getCustomer")])
    heading, row = capsys.readouterr().out.splitlines()
    assert "principal" in heading
    assert "keys:some-shop" in row
    assert "getCustomer" in row


@pytest.mark.parametrize("width", ["80", "160"])
def test_detections(width: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("COLUMNS", width)
    assert detection_table.as_table([by("keys:some-shop"), by("keys:other", "b")]) == 2
    assert "principal=keys:some-shop" in capsys.readouterr().out
    assert detection_table.as_table([]) == 0
    assert capsys.readouterr().out == ""
