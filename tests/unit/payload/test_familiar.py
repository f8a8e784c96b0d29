"""Header fields that were harmless once are harmless again; nothing else is remembered, and not without end."""

from garrison.payload.familiar import Familiar
from garrison.payload.gather import head_texts
from garrison.payload.judge import Finding

FOUND = Finding(1, "sql", 10, ("sql.a",), (), "b")


def test_what_was_harmless_is_left_out() -> None:
    places = [("header.user-agent", "a"), ("header.x-note", "b"), ("body/text", "c"), ("cookie.id", "d")]
    familiar = Familiar()
    familiar.note(places, [FOUND])
    assert familiar.without(places) == places[1:]
    assert familiar.without([("query.q", "a")]) == [("query.q", "a")]


def test_there_is_an_end_to_what_is_remembered() -> None:
    familiar = Familiar()
    familiar.note([("header.a", "x" * 513)], [])
    assert familiar.without([("header.a", "x" * 513)])
    familiar.note([("header.a", "first")], [])
    for number in range(1024):
        familiar.note([("header.a", f"value {number}")], [])
    assert familiar.without([("header.a", "first")])
    assert familiar.without([("header.a", "value 1023")]) == []


def test_addresses_of_proxies_are_not_read_and_anything_else_is() -> None:
    assert head_texts({"x-forwarded-for": "203.0.113.7, 2001:db8::1"}) == []
    assert head_texts({"x-forwarded-for": "127.0.0.1' or 1=1"}) == [("header.x-forwarded-for", "127.0.0.1' or 1=1")]
