from hypothesis import given
from hypothesis import strategies as st

from garrison.contract.described import Description
from garrison.contract.documents import parse_json_path
from garrison.contract.place import MAX_PROBLEMS, Place, Problems, json_path


def test_json_paths_are_readable() -> None:
    assert json_path(("paths", "/pets/{id}", "get", "parameters", 0)) == "$.paths['/pets/{id}'].get.parameters[0]"
    assert json_path(()) == "$"
    assert json_path(("it's", "a\\b")) == "$['it\\'s']['a\\\\b']"


@given(st.lists(st.text() | st.integers(min_value=0, max_value=10**9)))
def test_a_json_path_can_be_read_back(tokens: list[str | int]) -> None:
    assert parse_json_path(json_path(tokens)) == tuple(tokens)


def test_a_password_in_an_address_is_not_told() -> None:
    text = (
        'openapi: 3.1.0\ninfo: {title: "", version: ""}\npaths:\n  /a:\n    get:\n      responses:\n'
        '        "200": {description: "", content: {text/plain: {schema: {$ref: "#/nowhere"}}}}\n'
    )
    found = Description("https://me:secret@a.example/api.json", read=lambda _: text.encode())
    (problem,) = found.problems
    assert (problem.file, problem.line) == ("https://***@a.example/api.json", 7)
    (source,) = found.sources([found.root])
    assert source.file == "https://***@a.example/api.json"


def test_each_problem_is_noted_once_and_they_are_bounded() -> None:
    problems = Problems()
    for _ in range(3):
        problems.add(Place("f", ("a",)), "wrong")
    assert len(problems.all()) == 1
    for index in range(MAX_PROBLEMS + 10):
        problems.add(Place("f", (index,)), "wrong")
    assert len(problems.all()) == MAX_PROBLEMS
