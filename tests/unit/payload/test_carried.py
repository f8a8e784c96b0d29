"""What a text carries for another reader is judged, too."""

import json

import pytest

from garrison.payload.carried import carried, carrying
from garrison.payload.joined import join
from garrison.payload.judge import judge

ATTACK = "; id"


def test_the_strings_of_json_are_taken_out_at_any_depth() -> None:
    assert carried(json.dumps({"a": [{"b": "5 boats;"}], "c d": 7})) == [("json", "5 boats;")]


def test_json_in_a_string_of_json_is_opened() -> None:
    inner = json.dumps({"b": "it's; a boat"})
    assert ("json", "it's; a boat") in carried(json.dumps(inner))


@pytest.mark.parametrize("start", ["query Boats ", "mutation ", "subscription ", ""])
def test_what_is_given_to_the_fields_of_an_operation_is_taken_out(start: str) -> None:
    text = start + '{ boat(name: "it\'s; \\"b\\"", tags: ["oar", "a|b c"], pin: 7) { id } }'
    assert carried(text) == [("graphql", 'it\'s; "b"'), ("graphql", "a|b c")]


def test_what_is_given_to_a_field_is_read_like_any_value() -> None:
    assert judge(['mutation { ping(host: "boat; cat /etc/passwd") { out } }'])
    assert judge(['query { boats(name: "Ada\'s boat; the old one") { id } }']) == ()


@pytest.mark.parametrize("text", ["{", "[1, 2", '"', "{}", "[[[", '{"a": 1}', 'query: "a b; c"', '{ a b: "c; d'])
def test_what_is_no_json_carries_nothing(text: str) -> None:
    assert carried(text) == []


@pytest.mark.parametrize(
    ("said", "joined"),
    [
        ("; i''d", "; id"),
        ('; i""d', "; id"),
        ("; i\\d", "; id"),
        ("; i\\\nd", "; id"),
        ("; i$@d", "; id"),
        ("; i${oar}d", "; id"),
        ("; i$1d", "; id"),
        ("; i$()d", "; id"),
        ("; i'd'", "; id"),
        ("| w'h'oami", "| whoami"),
    ],
)
def test_words_are_joined_as_a_shell_joins_them(said: str, joined: str) -> None:
    assert carried(said) == [("shell", joined)]


def test_breaks_of_lines_stand_for_spaces_where_a_value_has_none() -> None:
    assert carried("1\nor\ncount(//oar)=1") == [("lines", "1 or count(//oar)=1")]
    assert judge(["1\nor\ncount(//oar)=1\nor\n'a'='b"])


@pytest.mark.parametrize("text", ["oar\nsail", "an oar\na sail\na boat", "\u6f15\n\u5e06\n\u8239"])
def test_lines_of_words_are_left(text: str) -> None:
    assert carried(text) == []


@pytest.mark.parametrize("text", ["rock'n'roll of old", "it''s so", "C:\\boats", "it's one's own"])
def test_words_that_nothing_runs_are_left(text: str) -> None:
    assert carried(text) == []


@pytest.mark.parametrize("text", ["w'h'oami", "wh''oami", "w\\ho\\am\\i", 'w"h"o"am"i'])
def test_a_word_that_is_all_of_a_text_is_joined(text: str) -> None:
    assert judge([text])
    assert judge(["rock'n'roll", "it''s"]) == ()


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("?boat=a|b c&pin=7", ["a|b c"]),
        ("https://a.example/boats?id=5 or 1=1&b=(c)", ["5 or 1=1", "(c)"]),
        ("&id='x' or 1=1", ["'x' or 1=1"]),
        ("id=5 and 1=1", ["5 and 1=1"]),
    ],
)
def test_the_values_of_a_query_are_taken_out(text: str, values: list[str]) -> None:
    assert carried(text) == [("query", each) for each in values]


@pytest.mark.parametrize("text", ["a boat? is=it so", "x == 5 or so", "boat=ours; not theirs", "LOG=/var/log/b.log"])
def test_what_only_has_a_sign_of_a_query_is_none(text: str) -> None:
    assert carried(text) == []


def test_the_values_of_a_query_are_read_like_any_value() -> None:
    assert judge(["https://a.example/b.php?page=/var/log/nginx/access.log"])
    assert judge(["?id=1 and ascii(lower(substr(version(),1,1)))=51"])
    assert judge(["https://a.example/b?next=https://c.example/d&q=it's (mine); yes"]) == ()


@pytest.mark.parametrize(
    "text", [json.dumps({"a": ATTACK}), json.dumps(json.dumps([ATTACK])), ";i''d", "|w\\ho\\ami", "`i''d`"]
)
def test_an_attack_is_found_in_what_carries_it(text: str) -> None:
    assert [found.kind for found in judge([text])] == ["command"]


@pytest.mark.parametrize(
    "text", ['"/etc/boats"', '{"a": "http://localhost:3000"}', '"{{ boats[0] }}"', "[\"//*[@id='oar']\"]"]
)
def test_a_document_names_what_a_value_alone_would_open(text: str) -> None:
    assert judge([text]) == ()


def test_the_longest_address_is_told_from_what_carries_nothing() -> None:
    text = f"telnet://{'a' * 300}?{'b' * 40}=it's; a boat"
    assert carried(text)
    assert carrying(join([text, "a"])) == [0]
