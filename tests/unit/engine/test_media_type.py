"""`Content-Type` values: read alike by every server, or marked."""

import pytest

from garrison.engine.media_type import MAX_MEDIA_TYPE, MediaType, parse_media_type

ORDINARY = [
    ("application/json", MediaType("application/json")),
    ("Application/JSON", MediaType("application/json")),
    (" application/json ", MediaType("application/json")),
    ("application/json; charset=UTF-8", MediaType("application/json", "utf-8")),
    ('text/html;charset="utf-8";', MediaType("text/html", "utf-8")),
    ("application/vnd.github+json; version=3", MediaType("application/vnd.github+json")),
    ("application/json;odata=verbose", MediaType("application/json")),
    ("multipart/form-data; boundary=----WebKitForm", MediaType("multipart/form-data", "", "----WebKitForm")),
    ('multipart/form-data; boundary="a b"', MediaType("multipart/form-data", "", "a b")),
    ("multipart/form-data; boundary==_a:b/c", MediaType("multipart/form-data", "", "=_a:b/c")),
    ("a/b;;", MediaType("a/b")),
]  # fmt: skip


@pytest.mark.parametrize(("value", "expected"), ORDINARY)
def test_ordinary_value_is_taken_apart(value: str, expected: MediaType) -> None:
    assert parse_media_type(value) == expected


@pytest.mark.parametrize(
    "value",
    ["", "json", "a/b/c", "*/*", "text/*", "a/b, c/d", "a b/c", "a/b c", "/b", "a/", "a/b;" + "x" * MAX_MEDIA_TYPE],
)  # fmt: skip
def test_malformed_value_has_no_essence(value: str) -> None:
    assert parse_media_type(value).essence == ""


@pytest.mark.parametrize(
    "value",
    [
        "multipart/form-data; boundary=a; boundary=b",
        "multipart/form-data; boundary=a; BOUNDARY=b",
        "multipart/form-data; boundary*=us-ascii''a",
        "multipart/form-data; boundary*0=a; boundary*1=b",
        "multipart/form-data; boundary=a,b",
        'multipart/form-data; boundary="a\\"b"',
        'multipart/form-data; boundary="a',
        "multipart/form-data; boundary = a",
        "multipart/form-data; boundary=a b",
        "application/json; charset=utf-8; charset=utf-16",
        "application/json; charset",
        "application/json; charset=",
        "application/json; charset=utf-8, text/plain",
        "application/json; =utf-8",
        "application/json; charset=utf-8\x0b",
    ],
)
def test_parameters_that_servers_read_differently_are_marked(value: str) -> None:
    assert parse_media_type(value).is_ambiguous
