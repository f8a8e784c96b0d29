import pytest

from garrison.contract.parse import lines_of, parse
from garrison.contract.place import Problems
from garrison.core.errors import DescriptionError


def read(text: str) -> object:
    return parse(text.encode(), "f", Problems())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("2024-01-01", "2024-01-01"),
        ("1:30", "1:30"),
        ("1_000", "1_000"),
        ("0b1", "0b1"),
        ("0x1F", 31),
        ("0o17", 15),
        ("017", 17),
        ("-3", -3),
        ("+3", 3),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        (".5", 0.5),
        (".inf", float("inf")),
        ("~", None),
        ("null", None),
        ("", None),
        ("True", True),
        ("FALSE", False),
        ("'1'", "1"),
        ('"true"', "true"),
        ("!!str 1", "1"),
        ("!!int '7'", 7),
        ("!unknown 5", "5"),
    ],
)
def test_yaml_scalars_follow_the_core_schema(text: str, value: object) -> None:
    assert read(f"- {text}") == [value]


def test_yaml_keys_are_strings_as_spelled() -> None:
    assert read("{200: a, null: b, 1.50: c, true: d}") == {"200": "a", "null": "b", "1.50": "c", "true": "d"}


def test_yaml_aliases_and_merges() -> None:
    assert read("a: &x {p: 1, q: 2}\nb: *x\nc:\n  <<: *x\n  p: 3") == {
        "a": {"p": 1, "q": 2},
        "b": {"p": 1, "q": 2},
        "c": {"p": 3, "q": 2},
    }


def test_a_duplicate_yaml_key_is_a_problem_and_the_last_one_counts() -> None:
    problems = Problems()
    assert parse(b"paths:\n  /a: 1\n  /b: 2\n  /a: 3\n", "f", problems) == {"paths": {"/a": 3, "/b": 2}}
    (problem,) = problems.all()
    assert (problem.path, problem.line) == ("$.paths['/a']", 4)


def test_a_byte_order_mark_is_ignored() -> None:
    assert parse(b'\xef\xbb\xbf{"a": 1}', "f", Problems()) == {"a": 1}
    assert parse(b"\xef\xbb\xbfa: 1", "f", Problems()) == {"a": 1}
    assert parse("a: 1".encode("utf-16"), "f", Problems()) == {"a": 1}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'{"a":', "not valid JSON"),
        (b"a: [", "not valid YAML"),
        (b"a: b: c", "not valid YAML"),
        (b"[" * 100_000, "deeper than|maximum nesting"),  # newer parsers have a bound of their own
        (b"- " * 5000 + b"x", "deeper than"),
        (b'{"a":' * 450 + b"1" + b"}" * 450, "deeper than"),
        (b"&a [*a]", "nothing that is complete"),
        (b"*a", "nothing that is complete"),
        (b"\x80", "not valid UTF-8"),
        (b'{"\xff": 1}', "not valid JSON"),
        (b"\xff\xfe\x00", "not valid UTF-16"),
        (b"a\n---\nb", "more than one YAML document"),
        (b"? [1]\n: 2", "a key is a collection"),
        (b"a: \x00", "not valid YAML"),
    ],
)
def test_what_cannot_be_parsed_is_a_description_error(data: bytes, words: str) -> None:
    with pytest.raises(DescriptionError, match=words):
        parse(data, "f", Problems())


def test_aliases_are_bounded() -> None:
    laugh = b"a: &a [x,x,x,x,x,x,x,x,x,x]\n"
    for index in range(9):
        before, name = chr(97 + index), chr(98 + index)
        laugh += f"{name}: &{name} [{','.join([f'*{before}'] * 10)}]\n".encode()
    with pytest.raises(DescriptionError, match="aliases stand for more than"):
        parse(laugh, "f", Problems())


def test_aliases_do_not_get_round_the_bound_of_depth() -> None:
    deep = "a0: &a0 " + "[" * 150 + "]" * 150 + "\n"
    deep += "a1: &a1 " + "[" * 150 + "*a0" + "]" * 150 + "\n"
    deep += "a2: " + "[" * 150 + "*a1" + "]" * 150 + "\n"
    with pytest.raises(DescriptionError, match="deeper than"):
        read(deep)


def test_lines_are_those_of_the_value_or_its_nearest_ancestor() -> None:
    data = b"openapi: 3.1.0\npaths:\n  /a:\n    get:\n      tags: [x]\n      parameters:\n"
    data += b"        - in: query\n        - in: path\n"
    ways = {
        ("paths", "/a", "get", "parameters", 1): 8,
        ("paths", "/a", "get", "tags"): 5,
        ("paths", "/a", "get", "nothing", "here"): 4,
        (): 1,
    }
    assert lines_of(data, ways) == ways


def test_lines_of_json_with_escaped_emoji() -> None:
    assert lines_of(rb'{"a": "\ud83d\ude00",' + b'\n"b": 1}', [("b",)]) == {("b",): 2}


def test_lines_of_json() -> None:
    assert lines_of(b'{\n"a": {\n"b": [1,\n 2]}}', [("a", "b", 1)]) == {("a", "b", 1): 4}
