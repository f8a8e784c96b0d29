"""`classify`: what it proposes, that a gateway takes it unchanged, and that no value of anybody is shown."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.cli.program import run

from garrison.adapters.event_ids import event_ids
from garrison.adapters.recorded.exchange import RecordedExchange
from garrison.adapters.recorded.jsonl import read_line
from garrison.adapters.recorded.keys import KeySource, make_keys
from garrison.adapters.recorded.samples import SampleWriter
from garrison.contract.load import load

CONTRACT = """
openapi: 3.1.0
info: {title: People, version: "1"}
paths:
  /v1/people:
    get:
      operationId: listPeople
      responses:
        2xx: {description: "", content: {application/json: {schema: {$ref: "#/components/schemas/Page"}}}}
  /v1/people/{id}:
    parameters: [{$ref: "#/components/parameters/id"}]
    get:
      operationId: getPerson
      responses: {"200": {$ref: "#/components/responses/One"}}
  /v1/tariffs:
    get:
      operationId: listTariffs
      responses: {"200": {description: "", content: {application/json: {schema: {}}}}}
components:
  parameters: {id: {name: id, in: path, required: true, schema: {type: string}}}
  responses: {One: {description: "", content: {application/json: {schema: {$ref: "#/components/schemas/Person"}}}}}
  schemas:
    Page: {properties: {rows: {$ref: "#/components/schemas/All"}}}
    All: {type: array, items: {$ref: "#/components/schemas/Person"}}
    Person:
      allOf:
        - properties: {ref: {type: string}, surname: {type: string}, mail-to: {type: string}}
        - properties:
            plan: {type: string}
            number on card: {type: string}
            born: {type: string, x-garrison-type: birth-date}
"""
CARDS = ["4111111111111111", "5500005555555559", "371449635398431", "6011111111111117", "30569309025904"]
PEOPLE: list[dict[str, Any]] = [
    {
        "ref": f"P-{index}",
        "surname": f"Sample{index}",
        "mail-to": f"u{index}@example.com",
        "plan": "plus",
        "number on card": CARDS[index],
        "born": f"19{index}1-02-03",
        "friends": {f"Friend{index}": f"f{index}@example.org"},
    }
    for index in range(5)
]


def line(target: str, answer: Any, media_type: str = "application/json") -> str:
    response: dict[str, Any] = {"status": 200, "headers": {"Content-Type": media_type}, "body": json.dumps(answer)}
    path, _, query = target.partition("?")
    said = {"method": "GET", "path": path, "query": query, "headers": {"Host": "a"}, "response": response}
    return json.dumps({"id": f"{target} {len(response['body'])}", **said}) + "\n"


LINES = [
    *[line(f"/v1/people/{each['ref']}", each) for each in PEOPLE],
    line("/v1/people/P-9", "<html>", "text/html"),
    line("/v1/people", {"rows": PEOPLE}),
    line("/v1/tariffs", {"email": "sales@example.com"}),
    line("/elsewhere", {}),
    "{\n",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "api.yaml").write_text(CONTRACT)
    (tmp_path / "t.jsonl").write_text("".join(LINES))
    return tmp_path


def classified(folder: Path, *more: str) -> Any:
    done = run("classify", "t.jsonl", "--contract", "api.yaml", "--json", *more, cwd=folder)
    assert done.stderr == "garrison: 1 entry could not be read; `garrison replay` shows why\n"
    return json.loads(done.stdout)


def test_nothing_seen_is_no_share_of_nothing(folder: Path) -> None:
    (folder / "empty.jsonl").write_text("")
    done = run("classify", "empty.jsonl", "--contract", "api.yaml", cwd=folder)
    assert done.stdout.splitlines() == [
        "no 2xx answer of an operation of the contract was seen",
        "nothing to propose",
    ]


UNDECLARED = {
    "getPerson answer[*][*]": {"x-garrison-type": "email"},
    "listPeople answer.rows[*][*][*]": {"x-garrison-type": "email"},
    "listTariffs answer.email": {"x-garrison-type": "email"},
}
PERSON = "$.components.schemas.Person.allOf"


def test_what_values_and_names_say_is_proposed_where_the_description_has_it(folder: Path) -> None:
    proposals = classified(folder)["proposals"]
    found = {each["target"]: each["annotations"] for each in proposals if each["target"]}
    assert {each["seen"][0]: each["annotations"] for each in proposals if not each["target"]} == UNDECLARED
    assert found == {
        "$.components.parameters.id": {"x-garrison-subject": "person"},
        f"{PERSON}[0].properties.ref": {"x-garrison-subject": "person"},  # it is what the parameter says, always
        f"{PERSON}[0].properties.surname": {"x-garrison-type": "name"},
        f"{PERSON}[0].properties['mail-to']": {"x-garrison-type": "email"},
        f"{PERSON}[1].properties['number on card']": {"x-garrison-type": "card"},
    }


def test_coverage_is_stated(folder: Path) -> None:
    done = run("classify", "t.jsonl", "--contract", "api.yaml", cwd=folder)
    assert done.returncode == 1
    assert done.stdout.splitlines()[:5] == [
        "100.0% of 2xx answers of `getPerson` were attributed (6 of 6)",
        "  0.0% of 2xx answers of `listPeople` were attributed (0 of 1)",
        "  0.0% of 2xx answers of `listTariffs` were attributed (0 of 1)",
        " 75.0% of all: 6 of 8",
        "1 exchange is of no operation of the contract",
    ]


def test_the_overlay_is_taken_unchanged_and_leaves_nothing_to_propose(folder: Path) -> None:
    run("classify", "t.jsonl", "--contract", "api.yaml", "-o", "o.yaml", cwd=folder)
    read = lambda name: (folder / name).read_bytes()  # noqa: E731
    assert load("api.yaml", ["o.yaml"], read=read).problems == ()
    again = classified(folder, "--overlay", "o.yaml")
    assert {each["seen"][0] for each in again["proposals"]} == set(UNDECLARED)
    assert {each["operation"]: each["attributed"] for each in again["operations"]}["listPeople"] == 1


def test_no_value_is_shown_or_written_nor_a_name_that_could_be_one(folder: Path) -> None:
    done = run("classify", "t.jsonl", "--contract", "api.yaml", "-o", "o.yaml", "--least", "0", cwd=folder)
    shown = done.stdout + done.stderr + (folder / "o.yaml").read_text()
    for person in PEOPLE:
        values = [*person.values(), *person["friends"], *person["friends"].values()]
        for value in values:
            assert isinstance(value, dict) or value == "plus" or value not in shown
    assert "friends" not in shown


def test_a_schema_of_more_properties_that_says_nothing_hides_no_usual_word(folder: Path) -> None:
    free, bound = "schema: {additionalProperties: {}}", "schema: {additionalProperties: {type: string}}"
    for schema, shown in ((free, "listTariffs answer.email"), (bound, "listTariffs answer[*]")):
        (folder / "api.yaml").write_text(CONTRACT.replace("schema: {}}}}}", schema + "}}}}"))
        seen = {each["seen"][0] for each in classified(folder)["proposals"]}
        assert {one for one in seen if one.startswith("listTariffs")} == {shown}


def test_samples_of_a_running_gateway_are_followed(folder: Path) -> None:
    data, source = folder / "data", KeySource(str(folder / "data.key"))
    writer = SampleWriter(data, make_keys(source), retention_days=9)
    next_id = event_ids()
    for number, each in enumerate(LINES[:5]):
        entry = read_line(each.encode(), number)
        assert isinstance(entry, RecordedExchange)
        writer.keep(RecordedExchange(next_id(1.0), entry.request, response=entry.response,
                                     response_body=entry.response_body), 1.0)  # fmt: skip
    done = run("classify", "--data", "data", "--live", "--for", "0.01", "--contract", "api.yaml", cwd=folder)
    writer.close()
    assert (done.returncode, done.stdout.splitlines()[0]) == (
        1, "100.0% of 2xx answers of `getPerson` were attributed (5 of 5)"
    )  # fmt: skip
    assert "following" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "give either recorded traffic or `--data`"),
        (("t.jsonl", "--data", "x"), "give either recorded traffic or `--data`"),
        (("t.jsonl", "--live", "--contract", "api.yaml"), "`t.jsonl` is no data directory"),
        (("t.jsonl",), "--contract: is missing"),
        (("t.jsonl", "--contract", "api.yaml", "-o", "no/o.yaml"), "no/o.yaml: $: cannot be written: no such file"),
    ],
)
def test_what_cannot_be_done(folder: Path, arguments: tuple[str, ...], told: str) -> None:
    done = run("classify", *arguments, cwd=folder)
    assert done.returncode == 2
    assert told in done.stderr
