"""The ledger from Python and on the command line: every answer says how complete it is."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from tests.unit.adapters.store import ledger as sample
from tests.unit.adapters.store.ledger import NOON, answer, half_converted, traffic
from typer.testing import CliRunner

from garrison.adapters.ledger_keys import make_ring, rotate_ring
from garrison.adapters.status import GATEWAY, GatewayStatus, write_status
from garrison.adapters.store.measures import change_measures
from garrison.cli.main import application
from garrison.core.countermeasure import Action, Countermeasure, Scope
from garrison.core.errors import ConfigError
from garrison.core.event import Event
from garrison.core.exposure import Attribution, Disclosure
from garrison.engine.pseudonyms import Pseudonyms
from garrison.ledger import Ledger

OPTIONS = ("--data", "data")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Pseudonyms]:
    """A data directory whose rows are under the key in its ring, half of them in the spool."""
    folder = tmp_path_factory.mktemp("ledger")
    key = make_ring(folder / "data.ledger.key", NOON).current
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sample, "KEY", key)
        half_converted(folder / "data", [*map(told, enumerate(traffic()))])
    return folder, key


@pytest.fixture
def data(made: tuple[Path, Pseudonyms], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One of its own for each test, in the working directory."""
    shutil.copytree(made[0], tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sample, "KEY", made[1])
    return tmp_path / "data"


def told(numbered: tuple[int, Event]) -> Event:
    """Some answers are inferred, not read, or nothing is known of them."""
    number, event = numbered
    if event.exposed:
        return replace(event, attribution=Attribution.INFERRED if number % 5 == 0 else Attribution.ANNOTATED)
    return replace(event, attribution=(Attribution.UNKNOWN, Attribution.NOTHING, Attribution.ANNOTATED)[number % 3])


def run(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(application(), ["exposure", *arguments, *OPTIONS])
    assert result.exit_code == code, result.output + str(result.exception)
    return result.stdout


def test_coverage_is_that_of_each_operation(data: Path) -> None:
    given = [*map(told, enumerate(traffic()))]
    found = {each.operation: each for each in Ledger(data).coverage().operations}
    assert set(found) == {event.operation or "" for event in given}
    for name, each in found.items():
        mine = [event.attribution for event in given if (event.operation or "") == name]
        assert (each.answers, each.annotated, each.inferred, each.unknown) == (
            len(mine), *(mine.count(one) for one in (Attribution.ANNOTATED, Attribution.INFERRED, Attribution.UNKNOWN)),
        )  # fmt: skip


def test_an_answer_knows_what_it_does_not_know(data: Path) -> None:
    write_status(data, GATEWAY, GatewayStatus(1, 1.0, 1.0, "enforce", "abc", 3, lost=4))
    lost = answer(NOON, Disclosure("customer", (sample.KEY.digest("customer", "1"),)), principal="p1", key=99)
    sample.record(data, [lost, answer(NOON, principal="p1", status=404, attribution=Attribution.NOTHING)])
    whole, part = Ledger(data).to().certainty, Ledger(data).to(principal="p1").certainty
    assert (whole.lost, whole.unknown_key, whole.keys) == (4, 1, 2)
    assert part.answers < whole.answers == 201
    assert (
        0 < part.unattributed < whole.unattributed == sum(each.answers - each.attributed for each in whole.operations)
    )
    assert not part.is_complete
    assert Ledger(data).to(principal="nobody").certainty.unknown_key == 0


def test_who_lacks_the_key_can_count_and_name_nobody(data: Path) -> None:
    stranger = Ledger(data, data.with_name("missing"))
    assert stranger.to().people == Ledger(data).to().people > 30
    with pytest.raises(ConfigError, match="cannot be read"):
        stranger.of("7", "customer")


def test_a_subject_is_found_after_the_key_was_renewed(data: Path) -> None:
    before = Ledger(data).of("7", "customer").recipients
    rotate_ring(data.with_name("data.ledger.key"), NOON)
    assert Ledger(data).of("7", "customer").recipients == before != ()
    assert {row.subject for row in Ledger(data).exposures("7", kind="customer")} == {sample.KEY.digest("customer", "7")}


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("to", "--principal", "p1"), ("customer", "types of customer: name of", "answers are attributed")),
        (("to", "--principal", "nobody"), ("nobody's data went there", "no answers with a body")),
        (("to", "--since", "2024-10-05", "--until", "2024-10-06"), ("2024-10-05T",)),
        (("of", "7"), ("p1", "events: 0192", "answers may have disclosed more")),
        (("of", "unheard-of"), ("no customer of this name",)),
        (("of", "3", "--kind", "vehicle"), ("position",)),
        (("top", "--limit", "2"), ("principal", "people")),
        (("top", "--by", "operation"), ("(undescribed)", "op1")),
        (("coverage",), ("(undescribed)", "unreadable", " by inference")),
        (("keys",), ("in force",)),
    ],
)
@pytest.mark.usefixtures("data")
def test_answers_on_the_terminal(arguments: tuple[str, ...], expected: tuple[str, ...]) -> None:
    printed = run(*arguments)
    for text in expected:
        assert text in printed


@pytest.mark.usefixtures("data")
def test_answers_as_json() -> None:
    found = json.loads(run("to", "--principal", "p1", "--json"))
    assert sum(each["people"] for each in found["kinds"]) == len(found["people"]) > 0
    assert json.loads(run("to", "--principal", "nobody", "--json"))["people"] == []
    for command in (("of", "7"), ("top",), ("coverage",)):
        assert json.loads(run(*command, "--json"))["certainty"]["answers"] == 200


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("top", "--by", "colour"), "`colour` is nothing to count by"),
        (("to", "--since", "2024-10-06", "--until", "2024-10-05"), "is not before `--until`"),
        (("notify", "--subjects", "x.csv", "--out", "o.csv", "--report", "r.pdf"), "neither Markdown nor JSON"),
        (("notify", "--subjects", "x.csv", "--out", "r.md", "--report", "./r.md"), "is named for something else"),
        (("notify", "--subjects", "x.csv", "--out", "o.csv"), "x.csv"),
    ],
)
@pytest.mark.usefixtures("data")
def test_wrong_options_are_told(arguments: tuple[str, ...], message: str) -> None:
    result = CliRunner().invoke(application(), ["exposure", *arguments, *OPTIONS])
    assert isinstance(result.exception, ConfigError)
    assert message in str(result.exception)


@pytest.mark.usefixtures("data")
def test_a_kind_that_is_not_on_record_is_told(data: Path) -> None:
    (data.parent / "c.csv").write_text("nr\n7\n")
    for command in (["of", "7"], ["notify", "--subjects", "c.csv", "--out", "people.csv"]):
        result = CliRunner().invoke(application(), ["exposure", *command, "--kind", "costumer", *OPTIONS])
        assert "nobody of the kind `costumer` is on record there, only `customer` (" in result.stderr
    assert not CliRunner().invoke(application(), ["exposure", "of", "unheard-of", *OPTIONS]).stderr


def test_a_misspelt_party_is_said(data: Path) -> None:
    (data.parent / "c.csv").write_text("nr\n1\n")
    sample.record(
        data, [answer(NOON, Disclosure("customer", (sample.KEY.digest("customer", "1"),)), principal="shop:eve")]
    )
    for command in (["to"], ["notify", "--subjects", "c.csv", "--out", "people.csv"]):
        told = CliRunner().invoke(application(), ["exposure", *command, "--principal", "eve", *OPTIONS]).stderr
        assert "nobody was ever exposed to the principal `eve`: did you mean `shop:eve`?" in told
        told = CliRunner().invoke(application(), ["exposure", *command, "--operation", "getNowhere", *OPTIONS]).stderr
        assert "nobody was ever exposed through `getNowhere`" in told
        early = ["--principal", "shop:eve", "--until", "2001-01-01"]
        assert not CliRunner().invoke(application(), ["exposure", *command, *early, *OPTIONS]).stderr, "but at a time"


def test_a_report_tells_of_no_measure_that_is_simulated(data: Path) -> None:
    taken = [
        Countermeasure(Action.BLOCK, Scope.PRINCIPAL, "p1", since=NOON, reason="scraping", simulated=True),
        Countermeasure(Action.BLOCK, Scope.PRINCIPAL, "p2", since=NOON, reason="by-hand"),
    ]
    change_measures(data, lambda _: taken, NOON)
    (data.parent / "c.csv").write_text("nr\n1\n")
    found = Ledger(data).notify("c.csv", "customer", "people.csv")
    assert found.measures == ("block of principal `p2`: by-hand",)


def test_people_to_notify_and_the_report(data: Path) -> None:
    folder = data.parent
    (folder / "c.csv").write_text("nr,mail\n" + "".join(f"{number},{number}@example.org\n" for number in range(40)))
    told = ("--subjects", "c.csv", "--id-column", "nr", "--out", "people.csv")
    printed = run("notify", *told, "--report", "r.md", "--principal", "p1")
    assert "in `people.csv`" in printed
    assert "report: `r.md`" in printed
    found: dict[str, Any] = json.loads(run("notify", *told, "--report", "r.json", "--principal", "p1", "--json"))
    assert found == json.loads((folder / "r.json").read_text())
    assert found["exposed"] == len((folder / "people.csv").read_text().splitlines()) - 1
    assert all((folder / name).stat().st_mode & 0o077 == 0 for name in ("people.csv", "r.md", "r.json"))


def test_a_list_of_other_names_is_doubted(data: Path) -> None:
    (data.parent / "c.csv").write_text("nr\n" + "".join(f"{number:09}\n" for number in range(40)))
    printed = run("notify", "--subjects", "c.csv", "--out", "people.csv")
    assert "people to notify: 0 of 40 in the list" in printed
    assert "nobody in the list is on record: does its column hold what the API calls them" in printed


def test_a_missing_key_is_a_finding(data: Path) -> None:
    data.with_name("data.ledger.key").unlink()
    assert "is in force" in run("rotate-key")
    assert "is missing in" in run("keys", code=1)
