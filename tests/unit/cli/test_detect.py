"""`garrison detect` and `garrison rules` show what rules find and are, in every form, and say what is wrong."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeAlias

import msgspec
import pytest
from tests.unit.detect.made import event, told

from garrison.adapters.store.spool import SpoolWriter
from garrison.cli.main import main
from garrison.core.detection import Detection
from garrison.core.event import Event

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "docs" / "examples" / "detection"


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


Run: TypeAlias = Callable[..., Done]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The program, in this process: what reads rules is imported once."""

    def run(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["garrison", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return Done(int(ended.value.code or 0), *capsys.readouterr())

    return run


def taken(number: int) -> Event:
    name = f"019b7b93-2700-7000-8000-{number:012d}"
    return event(number, id=name, principal="partner-17", unissued=1, **told(f"{number:032x}"))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    writer = SpoolWriter(folder / "spool")
    for number in range(40):
        writer.append(msgspec.json.encode(taken(number)) + b"\n")
    writer.close()
    return folder


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    file = tmp_path / "events.jsonl"
    file.write_bytes(b"".join(msgspec.json.encode(taken(number)) + b"\n" for number in reversed(range(40))))
    return file


def test_a_table(run: Run, data: Path) -> None:
    done = run("detect", str(data))
    assert (done.returncode, done.stderr) == (1, "")
    heading, line = done.stdout.splitlines()
    assert heading.split() == ["time", "severity", "confidence", "rule", "value", "group"]
    assert line.split() == ["2026-01-01T00:00:19.000Z", "high", "high", "unissued-ids", "20", "principal=partner-17"]


def test_the_record_and_a_file_of_its_events_give_the_same(run: Run, data: Path, lines: Path) -> None:
    recorded, filed = run("detect", str(data), "--json"), run("detect", str(lines), "--json")
    assert recorded.stdout == filed.stdout
    (found,) = [msgspec.json.decode(line, type=Detection) for line in recorded.stdout.splitlines()]
    assert (found.rule, found.named.principals, len(found.events)) == ("unissued-ids", ("partner-17",), 20)


def test_ocsf(run: Run, lines: Path) -> None:
    (record,) = [json.loads(line) for line in run("detect", str(lines), "--ocsf").stdout.splitlines()]
    assert (record["class_uid"], record["severity_id"], record["confidence_id"]) == (2004, 4, 3)
    assert record["finding_info"]["analytic"]["name"] == "unissued-ids"
    assert record["finding_info"]["desc"].startswith("One principal asks")


def test_only_what_is_asked_for(run: Run, data: Path) -> None:
    assert run("detect", str(data), "--until", "2026-01-01T00:00:10Z").returncode == 0
    assert run("detect", str(data), "--since", "2026-01-01T00:00:30Z").returncode == 0
    assert run("detect", str(data), "--since", "2026-01-01T00:00:10Z").returncode == 1


def test_what_the_settings_say_of_rules_holds(run: Run, data: Path, tmp_path: Path) -> None:
    config = tmp_path / "garrison.yaml"
    config.write_text("detect: {disable: [unissued-ids]}")
    done = run("detect", str(data), "--config", str(config))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "nothing was found\n")
    config.write_text("detect: {override: {unissued-ids: {threshold: 30, level: low}}, rules: [own.yml]}")
    (tmp_path / "own.yml").write_bytes((EXAMPLES / "partners.yml").read_bytes())
    (line,) = run("detect", str(data), "--config", str(config)).stdout.splitlines()[1:]
    assert line.split()[1:5] == ["low", "high", "unissued-ids", "30"]
    assert "partner_at_night" in run("rules", "list", "--config", str(config)).stdout


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["detect", "nowhere"], 2, "`nowhere` is not there"),
        (["detect", "{lines}", "--rules", "nowhere.yml"], 2, "nowhere.yml: $: cannot be read"),
        (["detect", "{lines}", "--rules", "{lines}"], 2, "is no YAML"),
        (["detect", "{lines}", "--rules", "{binary}"], 2, "is no YAML"),
        (["detect", "{lines}", "--config", "nowhere.yaml"], 2, "cannot be read"),
        (["detect", "{lines}", "--json", "--ocsf"], 2, "does not go with"),
        (["detect", "{lines}", "--since", "1h", "--until", "2h"], 2, "is not before"),
        (["detect", "{broken}"], 3, ":2: is no event"),
        (["rules", "show", "nobody"], 2, "`nobody` is no rule"),
        (["rules", "test", "nowhere.yml", "{lines}"], 2, "cannot be read"),
    ],
)
def test_what_is_wrong_is_said(
    run: Run, arguments: list[str], status: int, said: str, lines: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.jsonl"
    broken.write_bytes(msgspec.json.encode(taken(1)) + b"\n{}\n")
    binary = tmp_path / "binary.yml"
    binary.write_bytes(b"\x94\x00\xff")
    done = run(*(one.format(lines=lines, broken=broken, binary=binary) for one in arguments))
    assert done.returncode == status
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_disabling_what_is_not_there_is_told_with_its_place(run: Run, data: Path, tmp_path: Path) -> None:
    config = tmp_path / "garrison.yaml"
    config.write_text("detect: {disable: [scrapping]}")
    done = run("detect", str(data), "--config", str(config))
    assert done.returncode == 2
    assert done.stderr.startswith(f"{config}: $.detect.disable: `scrapping` is no rule")


def test_rules_are_listed_and_shown(run: Run) -> None:
    listed = run("rules").stdout.splitlines()
    assert listed[0].split() == ["name", "severity", "confidence", "from", "title"]
    assert len(listed) > 30
    shown = run("rules", "show", "credential-guessing").stdout
    assert shown.startswith("credential-guessing: One account's credential is guessed\n")
    assert "Mistaken for it:\n- A program with an old password\n" in shown
    assert "name: wrong-credential\n" in shown
    assert json.loads(run("rules", "show", "drift", "--json").stdout)["severity"] == "low"
    assert {"scraping", "drift"} < {one["id"] for one in json.loads(run("rules", "list", "--json").stdout)}


def test_cases_of_an_operator_are_run(run: Run, tmp_path: Path) -> None:
    cases = tmp_path / "cases.yml"
    cases.write_text((EXAMPLES / "cases.yml").read_text().replace("expect: [partner_at_night]", "expect: []"))
    done = run("rules", "test", str(EXAMPLES / "partners.yml"), str(cases))
    assert done.returncode == 1
    first, *_, last = done.stdout.splitlines()
    assert first == "WRONG twenty customers after ten in the evening: `partner_at_night` found something"
    assert last == "2 of 3 cases are as they should be"
    cases.write_text("cases: [{name: x, events: [{event: {colour: red}}]}]")
    assert "colour" in run("rules", "test", str(EXAMPLES / "partners.yml"), str(cases)).stderr
