"""What is shown moves no cursor and tells no password."""

import pytest

from garrison.core.errors import Problem
from garrison.core.printable import printable, without_password


def test_what_is_not_printable_is_replaced() -> None:
    assert printable("a\x1b[2J\nb") == "a?[2J?b"


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ("openapi.yaml", "openapi.yaml"),
        ("folder/me@home.yaml", "folder/me@home.yaml"),
        ("https://a.example/x.yaml", "https://a.example/x.yaml"),
        (
            "https://a.example:8080/@scope/x.yaml?by=me@b.example",
            "https://a.example:8080/@scope/x.yaml?by=me@b.example",
        ),
        ("https://[::1]:80/@scope", "https://[::1]:80/@scope"),
        ("https://user:secret@a.example:80/x@y.yaml", "https://***@a.example:80/x@y.yaml"),
        ("https://token@a.example", "https://***@a.example"),
        ("https://@a.example", "https://***@a.example"),
        ("https://user:se@cret@[::1]/x", "https://***@[::1]/x"),
        ("https://user:se/cret@a.example/x", "https://***@a.example/x"),
        ("https://user:s://ecret@a.example/x", "https://***@a.example/x"),
        ("https://a.example:port/x", "https://a.example:port/x"),
    ],
)
def test_a_url_is_shown_without_its_password(place: str, shown: str) -> None:
    assert without_password(place) == shown
    assert str(Problem(place, "$", "is wrong")) == f"{shown}: $: is wrong"
