"""`garrison lab`: what can be replayed, and what a run prints and writes."""

import json
from pathlib import Path

import pytest
from markupsafe import escape
from typer.testing import CliRunner

from garrison.cli.main import application
from garrison.core.errors import ConfigError
from garrison.lab.breaches import catalogue, coinbase_2022


def run(*arguments: str) -> str:
    done = CliRunner().invoke(application(), ["lab", *arguments], catch_exceptions=True)
    if isinstance(done.exception, ConfigError):
        raise done.exception
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    breach = coinbase_2022.BREACH
    mix = breach.mix._replace(requests=100, people=20)
    monkeypatch.setattr(catalogue, "BREACHES", (breach._replace(mix=mix),))


def test_list() -> None:
    assert "coinbase-2022" in run("list")
    (listed,) = json.loads(run("list", "--json"))
    assert listed["name"] == "coinbase-2022"
    assert ["public", "250,000 dollars bounty, no loss"] in listed["facts"]


def test_run_prints_and_writes_a_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shown = run("run", "coinbase-2022")
    assert "1 wrong order lost without protection" in shown
    assert "against 1 way in and" in shown
    assert "an order out of another asset's account" in shown
    assert "garrison-lab-coinbase-2022.html" in shown
    assert "<svg" in (tmp_path / "garrison-lab-coinbase-2022.html").read_text()


@pytest.mark.parametrize(("protect", "sentence"), [
    ("none", "1 wrong order lost without protection"),
    ("limits", "1 lost with a limit of 60 requests a minute per address."),
    ("budgets", "1 lost with Garrison's budgets of people alone."),
    ("garrison", "1 lost with Garrison."),
])  # fmt: skip
def test_each_protection_alone(protect: str, sentence: str, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    shown = run("run", "coinbase-2022", "--protect", protect, "--html", str(page))
    assert sentence in shown
    assert escape(sentence) in page.read_text()
    assert "notified" not in shown, "nobody's data is among what is lost"


def test_where_the_report_cannot_be_written_nothing_is_played(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("garrison.lab.run.run", None)
    with pytest.raises(ConfigError, match="cannot be written"):
        run("run", "coinbase-2022", "--html", "/nowhere/at/all.html")


def test_run_as_json_writes_nothing_unasked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told = json.loads(run("run", "coinbase-2022", "--json", "--protect", "garrison", "--variant", "patient"))
    assert [side["protection"] for side in told["sides"]] == ["garrison"]
    assert told["prevention"][0]["lost"] == 0
    assert list(tmp_path.iterdir()) == []
    run("run", "coinbase-2022", "--json", "--protect", "none", "--html", str(tmp_path / "page.html"))
    assert [each.name for each in tmp_path.iterdir()] == ["page.html"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nothing-2020",), "NAME: `nothing-2020` is not known"),
        (("coinbase-2022", "--variant", "quiet"), "--variant: `quiet` is not known"),
        (("coinbase-2022", "--protect", "all"), "--protect: `all` is not known"),
        (("coinbase-2022", "--html", "/nowhere/at/all.html"), "cannot be written: no such file"),
        (("coinbase-2022", "--html", "/"), "cannot be written: is a directory"),
        (("coinbase-2022", "--gateway", "--html", "page.html"), "--html: does not go with `--gateway`"),
        (("coinbase-2022", "--gateway", "--protect", "limits"), "--protect: does not go with `--gateway`"),
    ],
)
def test_what_is_wrong_is_said(arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        run("run", *arguments)
