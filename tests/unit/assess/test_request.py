from typing import Any

import pytest
from tests.unit.assess.made import OP

from garrison.assess.call import Part
from garrison.assess.request import MULTIPART, NOTHING, Request, Slot, encode


def request(**more: Any) -> Request:
    return Request(OP, "POST", "/things/{id}/parts/{part}", path={"id": "7", "part": "a b/c"}, **more)


def test_slots_are_every_single_value_in_the_order_in_which_they_are_sent() -> None:
    made = request(query=(("q", "1"),), headers=(("x-tenant", "t"),), cookies=(("sid", "s"),),
                   body={"user": {"roles": ["a", "b"], "name": "n"}, "tags": []})  # fmt: skip
    assert [slot.text for slot in made.slots()] == [
        "path.id", "path.part", "query.q", "header.x-tenant", "cookie.sid", "body/user/roles/0", "body/user/name",
    ]  # fmt: skip
    assert [slot.name for slot in made.slots("query", "body")] == ["q", "user/roles/0", "user/name"]
    assert Slot("body", "user/roles/0").leaf == "roles"
    assert Slot("header", "x-tenant").leaf == "x-tenant"


def test_a_name_that_comes_twice_is_one_slot() -> None:
    assert request(query=(("q", "1"), ("q", "2"))).slots("query") == (Slot("query", "q"),)


@pytest.mark.parametrize(
    ("slot", "value"),
    [
        (Slot("path", "id"), "9"),
        (Slot("query", "q"), "new"),
        (Slot("query", "more"), "new"),
        (Slot("header", "x-a"), "new"),
        (Slot("cookie", "sid"), "new"),
        (Slot("body", "user/name"), {"deep": 1}),
        (Slot("body", "user/roles/0"), None),
        (Slot("body", "made/on/the/way"), 3),
    ],
)
def test_what_is_put_stands_there_and_nothing_else_changes(slot: Slot, value: Any) -> None:
    before = request(
        query=(("q", "1"), ("r", "2")), cookies=(("sid", "s"),), body={"user": {"name": "n", "roles": [1]}}
    )
    after = before.put(slot, value)
    assert after.value(slot) == value
    kept = [each for each in before.slots() if each != slot and not each.name.startswith(slot.name)]
    assert [after.value(each) for each in kept] == [before.value(each) for each in kept]


def test_a_value_is_put_where_the_old_one_stood() -> None:
    assert request(query=(("a", "1"), ("b", "2"), ("c", "3"))).put(Slot("query", "b"), "9").query == (
        ("a", "1"), ("b", "9"), ("c", "3"),
    )  # fmt: skip


def test_outside_a_body_values_become_text() -> None:
    assert request().put(Slot("query", "n"), 3).query == (("n", "3"),)
    assert request().put(Slot("query", "n"), ["a", True]).query == (("n", '["a",true]'),)
    assert request().put(Slot("path", "id"), None).path["id"] == "null"


def test_without_takes_a_value_away() -> None:
    made = request(query=(("q", "1"), ("q", "2"), ("r", "3")), body={"a": {"b": 1, "c": 2}, "d": [1, 2]})
    assert made.without(Slot("query", "q")).query == (("r", "3"),)
    assert made.without(Slot("body", "a/b")).body == {"a": {"c": 2}, "d": [1, 2]}
    assert made.without(Slot("body", "d/0")).body == {"a": {"b": 1, "c": 2}, "d": [2]}
    assert made.without(Slot("body", "not/there")).body == made.body
    assert made.without(Slot("path", "id")) == made
    assert made.value(Slot("body", "not/there")) is NOTHING


def test_also_adds_a_second_value_of_the_same_name() -> None:
    assert request(query=(("q", "1"),)).also(Slot("query", "q"), "2").query == (("q", "1"), ("q", "2"))


def test_paths_and_queries_are_encoded_so_that_no_value_leaves_its_place() -> None:
    made = request(query=(("q", "a&b=c d"),))
    assert made.url == "/things/7/parts/a%20b%2Fc?q=a%26b%3Dc%20d"
    assert made.about({"id": "../x"}).url.startswith("/things/..%2Fx/parts/")
    assert request(raw_path="/as/it/../is").url == "/as/it/../is"


def test_credentials_replace_headers_of_the_same_name_and_join_queries_and_cookies() -> None:
    made = request(headers=(("authorization", "old"), ("x-a", "1")), query=(("q", "1"),), cookies=(("sid", "s"),))
    call = made.call((("authorization", "Bearer new"),), (("key", "k"),), (("csrf", "c"),))
    assert call.headers == (("x-a", "1"), ("cookie", "sid=s; csrf=c"), ("authorization", "Bearer new"))
    assert call.target.endswith("?q=1&key=k")


@pytest.mark.parametrize(
    ("body", "media_type", "written"),
    [
        ({"a": 1}, "application/json", b'{"a":1}'),
        ({"a": 1}, "application/vnd.api+json; charset=utf-8", b'{"a":1}'),
        ({"a": "x y", "b": 2}, "application/x-www-form-urlencoded", b"a=x+y&b=2"),
        ("<a/>", "application/xml", b"<a/>"),
        (b"\x00", "application/octet-stream", b"\x00"),
        (NOTHING, "application/json", None),
        (None, "application/json", b"null"),
    ],
)
def test_bodies_are_written_as_their_media_type_says(body: Any, media_type: str, written: bytes | None) -> None:
    assert encode(body, media_type) == written


def test_a_body_has_a_content_type_and_no_body_has_none() -> None:
    assert ("content-type", "application/json") in request(body={}).call().headers
    assert request().call().headers == ()
    assert request(body={}, headers=(("content-type", "x/y"),)).call().headers == (("content-type", "x/y"),)


def test_multipart_is_left_to_the_transport() -> None:
    call = request(body={"name": "n", "file": b"\x00"}, media_type=MULTIPART).call()
    assert call.body is None
    assert call.parts == (Part("name", "n"), Part("file", b"\x00"))


def test_raw_bodies_are_sent_as_they_are_and_have_no_slots() -> None:
    made = request(body={"a": 1}, raw_body=b"{broken")
    assert made.call().body == b"{broken"
    assert made.slots("body") == ()
    assert made.put(Slot("body", "a"), 2).call().body == b'{"a":2}'
