"""Several changes to one request: what goes on is what every one of them leaves, whatever their order."""

from itertools import permutations
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.engine.drive import EVENT_ID, FORM, JSON, request_head, small_policy

from garrison.core.decision import GONE, Amendment, Edit, Mutation
from garrison.core.document import FormDocument, JsonDocument
from garrison.core.http import Headers
from garrison.engine.amended import amended, edited
from garrison.engine.exchange import Exchange

POLICY = small_policy("mode: monitor")


def change(amendments: tuple[Amendment, ...], target: str, body: bytes, headers: Headers = JSON) -> Mutation:
    exchange = Exchange(POLICY, EVENT_ID, 1.0)
    exchange.request(request_head(f"POST {target}", headers, body), body)
    return amended(amendments, exchange._seen(), None, ())


def in_every_order(amendments: list[Amendment], *given: Any) -> Mutation:
    found = {
        (made.target, frozenset(made.set_headers), frozenset(made.drop_headers), made.body)
        for made in (change(order, *given) for order in permutations(amendments))
    }
    assert len(found) == 1
    return change(tuple(amendments), *given)


def test_what_is_taken_out_is_taken_out_for_all_and_changes_count_where_there_is_something_left() -> None:
    whole = {"name": "a b", "size": 1, "inner": {"a": "x y"}}
    made = in_every_order(
        [
            Amendment((), left=JsonDocument({"name": "a b", "inner": {"a": "x y"}})),
            Amendment((), left=JsonDocument({"name": "a b", "size": 1, "inner": {}})),
            Amendment((), edits=(Edit(("name",), "(x)"), Edit(("inner", "a"), "(y)"), Edit(("size",), GONE))),
        ],
        "/items",
        msgspec.json.encode(whole),
    )
    assert msgspec.json.decode(made.body or b"") == {"name": "(x)", "inner": {}}
    assert "content-encoding" in made.drop_headers


def test_forms() -> None:
    made = in_every_order(
        [
            Amendment((), left=FormDocument((("name", "a"), ("name", "b c")))),
            Amendment((), edits=(Edit(("name", "b c"), "(x) &"), Edit(("size", "1"), "2"))),
        ],
        "/items",
        b"name=a&size=1&name=b+c",
        FORM,
    )
    assert made.body == b"name=a&name=%28x%29+%26"


@pytest.mark.parametrize(
    ("query", "changes", "left"),
    [
        ("a=1&b=2&c=3", [((0, None),), ((2, None),)], "/items?b=2"),
        ("a=1&&b=2", [((1, "x y&"),)], "/items?a=1&b=x+y%26"),
        ("a=1", [((0, None),), ((0, "x"),)], "/items"),
        ("a%20b=1&c", [((1, None),)], "/items?a%20b=1"),
    ],
)
def test_queries(query: str, changes: list[tuple[tuple[int, str | None], ...]], left: str) -> None:
    made = in_every_order([Amendment((), query=each) for each in changes], f"/items?{query}", b"{}")
    assert (made.target, made.body) == (left, None)


def test_what_is_set_is_not_dropped() -> None:
    amendments = [Amendment((), drop_headers=("cookie", "x-a")), Amendment((), headers=(("cookie", "a=b"),))]
    made = in_every_order(amendments, "/items", b"{}")
    assert (made.set_headers, made.drop_headers) == ((("cookie", "a=b"),), ("x-a",))


values = st.recursive(
    st.none() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=12,
)


@given(values, st.lists(st.lists(st.sampled_from(["a", "b", "c", 0, 1, 2]), min_size=1, max_size=4), max_size=4))
def test_edits_anywhere_change_nothing_else_and_never_raise(value: Any, ways: list[list[str | int]]) -> None:
    before = msgspec.json.encode(value)
    made = edited(value, [Edit(tuple(way), "(x)") for way in ways])
    assert msgspec.json.encode(value) == before
    if not ways:
        assert made == value
    msgspec.json.encode(edited(value, [Edit(tuple(way), GONE) for way in ways]))
