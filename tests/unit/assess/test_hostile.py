"""Whoever is assessed chooses the answers: none costs more than its length, and none ends the assessment."""

import base64
import time
import tracemalloc
from collections.abc import Callable

import pytest
from tests.unit.assess.made import OP, api_of, exchanged, json_answer

from garrison.adapters.probing.flow import Put, credential_of
from garrison.assess.call import NOT_JSON, Answer
from garrison.assess.checks.configuration.surfaces import DEBUG
from garrison.assess.checks.configuration.traces import INTERNALS, TRACES, found
from garrison.assess.compare import is_empty, leaves, same, shape_of, succeeded
from garrison.assess.doors import credential_in
from garrison.assess.evidence import masked_text, secrets_of, step_of
from garrison.assess.facts import as_number, facts_in
from garrison.assess.request import Request
from garrison.assess.shapes import shape_of_value
from garrison.core.picture import Field

JSON = (("content-type", "application/json"),)
LONG = 60_000
"""Characters: what is looked at of an answer that reports an error."""


def seconds(of: Callable[[], object]) -> float:
    begun = time.process_time()
    of()
    return time.process_time() - begun


def text_of(piece: str) -> str:
    return piece * (LONG // len(piece))


def test_beginnings_of_tokens_are_not_read_again_and_again() -> None:
    one, other = (Answer(200, JSON, f'"{text_of("eyJ")}{end}"'.encode()) for end in "ab")
    sent = exchanged(Request(OP, "GET", "/"), one)
    assert seconds(lambda: same(one, other)) < 1
    assert seconds(lambda: secrets_of([sent], ())) < 1


def test_tokens_are_still_told() -> None:
    token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2ln"
    for around in ("{}", "Bearer%20{}", "a.{}", "token_{}.", '{{"token": "{}"}}'):
        sent = exchanged(Request(OP, "GET", "/"), Answer(200, (), around.format(token).encode()))
        assert list(secrets_of([sent], ())) == [token], around
    one, other = (Answer(200, (), f"it is {token}{end}".encode()) for end in ("", "ab"))
    assert same(one, other)


@pytest.mark.parametrize("piece", ["a", "a.", "at ", "at a(", "java.a", "/home/a/", "Werkzeug", "panicked at ", "A:\\"])
def test_traces_are_sought_in_any_text(piece: str) -> None:
    answer = Answer(500, (), text_of(piece).encode())
    assert seconds(lambda: found(answer, {**TRACES, **INTERNALS})) < 2
    assert seconds(lambda: [each.fits(Answer(200, (), answer.body)) for each in DEBUG]) < 2


@pytest.mark.parametrize("inner", ["[" + "0," * 10_000 + "0]", "{" + ",".join(f'"{n}":0' for n in range(10_000)) + "}"])
def test_a_long_name_stands_in_memory_once(inner: str) -> None:
    value = Answer(200, JSON, f'{{"{"n" * 20_000}": {inner}}}'.encode()).json()
    tracemalloc.start()
    try:
        assert next(leaves(value))
        shape_of(value)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_names_around_are_counted() -> None:
    inner = "{" + ",".join(f'"{n}":{{}}' for n in range(20_000)) + "}"
    for _ in range(40):
        inner = f'{{"{"a_" * 50}": {inner}}}'
    sent = exchanged(Request(OP, "GET", "/"), Answer(200, JSON, inner.encode()))
    tracemalloc.start()
    try:
        assert not list(facts_in(sent))
        assert tracemalloc.get_traced_memory()[1] < 60_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("depth", [101, 450, 900, 5_000])
def test_what_is_nested_too_deep_is_no_json(depth: int) -> None:
    answer = Answer(200, JSON, b'{"a":' * depth + b"1" + b"}" * depth)
    assert answer.json() is NOT_JSON
    assert masked_text(answer.text, answer.json()) == answer.text
    assert succeeded(answer)


def test_what_people_nest_is_json() -> None:
    for depth in (1, 50, 99):
        answer = Answer(200, JSON, b'[{"a":' * (depth // 2) + b"1" + b"}]" * (depth // 2))
        assert answer.json() is not NOT_JSON
        assert not is_empty(answer.json())
    wide = Answer(200, JSON, b"[" + b"[1]," * 500 + b"[1]]")
    assert wide.json() == [[1]] * 501


def test_any_number_of_tokens_is_masked_at_once() -> None:
    text = " ".join(f"eyJ{number}.b.c" for number in range(20_000))
    sent = exchanged(Request(OP, "GET", "/"), Answer(200, (), text.encode()))
    assert seconds(lambda: step_of(sent, secrets_of([sent], ()))) < 2
    assert "eyJ" not in step_of(sent, secrets_of([sent], ())).answer


def test_shapes_take_little_whatever_names_there_are() -> None:
    assert shape_of_value({"1" * LONG + "\n": 1})["/{}"] == Field(("number",), 0)
    inner = "[" + "0," * 50_000 + "0]"
    for _ in range(90):
        inner = f'{{"{"n" * 60}": {inner}}}'
    value = Answer(200, JSON, inner.encode()).json()
    tracemalloc.start()
    try:
        shape_of_value(value)
        assert tracemalloc.get_traced_memory()[1] < 60_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("said", ["1" + "0" * 500, "1e308", "9" * 18, "-1e400"])
def test_a_token_ends_whenever_it_says(said: str) -> None:
    parts = (b'{"alg":"none"}', b'{"exp":' + said.encode() + b"}")
    token = ".".join([*(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts), ""])
    assert credential_in(api_of({"GET /a": {}}), json_answer({"token": token})) is not None


@pytest.mark.parametrize("seconds", ["\u00b2", "9" * 5_000, "60"])
def test_a_log_in_holds_as_long_as_it_says(seconds: str) -> None:
    assert credential_of((Put("header", "a", "{token}"),), {"token": "t", "expires_in": seconds}).token == ""


def test_what_looks_like_a_number_may_be_none() -> None:
    assert [as_number(value) for value in ("17", "\u00b2", "", "9" * 5_000)] == [17, "\u00b2", "", "9" * 5_000]
