"""The parts that the checks of injection share."""

import contextlib
import itertools
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from garrison.assess.call import Answer, Call
from garrison.assess.checks.injection import sql_injection_blind
from garrison.assess.checks.injection.products import product_for
from garrison.assess.checks.injection.timing import waits_for
from garrison.assess.checks.injection.truth import AND, OR, forms, with_condition
from garrison.assess.checks.injection.unsafe_deserialisation import _node, _pickle
from garrison.assess.checks.injection.views import alike, noise_of, view_of, without
from garrison.assess.identity import Credential, Identity, fixed
from garrison.assess.probe import Exchange
from garrison.assess.request import Request
from garrison.assess.survey import Survey
from garrison.assessing import read_api

CONTEXTS = {
    "in single quotes": "select count(*) from teas where name = '{}'",
    "as a number": "select count(*) from teas where id = {}",
    "in a pattern": "select count(*) from teas where name like '%{}%'",
    "at the end of a query": "select count(*) from teas where name = '{}' and id = 7 order by id",
    "in brackets": "select count(*) from teas where (name = '{}')",
    "in brackets at the end": "select count(*) from teas where (name = '{}' and id = 7)",
    "in two brackets": "select count(*) from teas where ((name = '{}'))",
    "in double quotes": 'select count(*) from teas where name = "{}"',
    "as a number in brackets": "select count(*) from teas where (id = {})",
}


def exchange(body: object, seconds: float = 0.0, **path: str) -> Exchange:
    request = Request(None, "POST", "/teas", path=path)
    return Exchange(request, Call("POST", "/teas"), Answer(201, (), json.dumps(body).encode(), seconds))


@pytest.fixture
def database() -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(":memory:")) as made:
        made.execute("create table teas (id integer, name text)")
        made.execute("insert into teas values (7, 'green')")
        yield made


@pytest.mark.parametrize("joint", [AND, OR])
@pytest.mark.parametrize("at", range(len(forms(OR))), ids=lambda at: forms(OR)[at].name.replace(" ", "-"))
def test_a_form_is_computed_in_its_context(database: sqlite3.Connection, joint: str, at: int) -> None:
    form = forms(joint)[at]
    value = ("7" if form.is_number else "green") if joint == AND else ("9" if form.is_number else "nothing")

    def count(text: str) -> int:
        return int(database.execute(CONTEXTS[form.name].format(text)).fetchone()[0])

    told = [
        count(form.shape(value, *each)) for each in (("3", "<", "5"), ("5", ">", "3"), ("3", ">", "5"), ("5", "<", "3"))
    ]
    assert told == [1, 1, 0, 0]
    for condition, expected in (("2 between 1 and 3", 1), ("5 between 1 and 3", 0)):
        assert count(with_condition(form, value, joint, condition)) == expected


def test_a_database_that_cannot_wait_works_as_long_as_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite makes up rows, and what it gives is empty: so it fits into a text."""
    monkeypatch.setattr(sql_injection_blind, "_STEPS", 10_000)
    with contextlib.closing(sqlite3.connect(":memory:")) as database:
        worked = []
        for seconds in (0, 1, 2):
            steps = iter(range(10**9))
            database.set_progress_handler(lambda steps=steps: next(steps) < 0, 100)  # type: ignore[misc]
            payload = sql_injection_blind.ENGINES["SQLite"](seconds)
            assert database.execute(f"select 'a'||{payload}||'b'").fetchall() == [("ab",)]
            worked.append(next(steps))
    assert worked[0] < 5
    assert worked[1] > 1000
    assert worked[2] > 1.9 * worked[1]


def test_views_leave_out_what_was_sent_and_what_differs() -> None:
    one = exchange({"id": 1, "said": "x' or '3'<'5", "made": "grsnabc1"})
    other = exchange({"id": 2, "said": "x' or '3'>'5", "made": "grsnabc2"})
    sent = ("x' or '3'<'5", "x' or '3'>'5")
    assert not alike(view_of(one, ()), view_of(other, ()))
    assert not alike(view_of(one, sent), view_of(other, sent))
    assert alike(view_of(one, sent, frozenset({"id"})), view_of(other, sent, frozenset({"id"})))
    assert noise_of(view_of(one, sent), view_of(other, sent)) == {"id"}


@pytest.mark.parametrize("shown", ["a'<b", "a&#x27;&lt;b", "a%27%3Cb", "A'<B", "a''<b", "a\\'<b"])
def test_a_reflected_value_is_found_in_any_form(shown: str) -> None:
    assert without(f"[{shown}]", ("a'<b",)) == "[]"


def test_products_differ_and_are_long() -> None:
    assert len({product_for("query.q", salt).text for salt in ("one", "two", "three")}) == 3
    assert all(len(product_for("query.q", salt).text) >= 7 for salt in ("one", "two"))


def test_what_waits_as_told_is_slow() -> None:
    found = waits_for(lambda seconds: exchange({}, 0.05 + seconds), 0.05)
    assert found is not None
    assert [each.answer.seconds for each in found] == [0.05, 2.05]


def test_what_is_slow_by_chance_is_not() -> None:
    times = iter([2.5, 0.1, 2.2, 2.4, 2.6])
    assert waits_for(lambda seconds: exchange({}, next(times)), 0.1) is None


def test_a_server_that_takes_turns_with_a_slow_one_does_not_wait_as_told() -> None:
    times = itertools.cycle((2.1, 0.1))
    assert waits_for(lambda seconds: exchange({}, next(times)), 0.1) is None


def test_what_is_never_slow_costs_one_request() -> None:
    asked: list[int] = []

    def ask(seconds: int) -> Exchange:
        asked.append(seconds)
        return exchange({}, 0.1)

    assert waits_for(ask, 0.1) is None
    assert asked == [2]


def test_payloads_wait_and_do_nothing_else() -> None:
    assert _pickle(2) == b"ctime\nsleep\n(I2\ntR."
    assert "Date.now()+2000" in _node(2)


def contract(tmp_path: Path) -> str:
    source = tmp_path / "openapi.json"
    taken = {
        "type": "object",
        "properties": {"file": {"type": "string", "format": "binary"}, "note": {"type": "string"}},
    }
    body = {"required": True, "content": {"multipart/form-data": {"schema": taken}}}
    variable = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    paths = {
        "/teas": {"post": {"requestBody": body, "responses": {"201": {"description": "made"}}}},
        "/teas/{id}": {"delete": {"parameters": [variable], "responses": {"204": {"description": "gone"}}}},
    }
    source.write_text(json.dumps({"openapi": "3.1.0", "info": {"title": "teas", "version": "1"}, "paths": paths}))
    return str(source)


def test_files_of_forms_are_files(tmp_path: Path) -> None:
    api = read_api(contract(tmp_path), seed=7)
    body = api.request(api.targets[0], every=True).body
    assert isinstance(body["file"], bytes)
    assert isinstance(body["note"], str)


@pytest.mark.parametrize(
    ("value", "is_taken"), [("17", True), ("a.b-c_d", True), ("x' or '3'<'5", False), ("../x", False), ("..", False)]
)
def test_what_an_injection_left_behind_is_no_id(tmp_path: Path, value: str, *, is_taken: bool) -> None:
    api, survey = read_api(contract(tmp_path), seed=7), Survey()
    ann = Identity("ann", fixed(Credential()))
    made = exchange({"id": value})
    made = type(made)(Request(api.targets[0].id, "POST", "/teas"), made.call, made.answer, ann)
    assert (survey.object_in(api.targets[1], made) is not None) is is_taken
