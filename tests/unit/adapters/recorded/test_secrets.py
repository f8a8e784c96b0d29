"""Digests stand for secrets: they look alike, are the same for the same secret, and do not hold it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garrison.adapters.recorded.secrets import Redactor

REDACTOR = Redactor(b"k" * 32)
SECRET = "aB3-9f.Zz_"


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("authorization", "Bearer ", ""),
        ("proxy-authorization", "Basic ", ""),
        ("cookie", "session=", "; b="),
        ("set-cookie", "session=", "; Path=/; HttpOnly"),
        ("x-api-key", "", ""),
        ("x_api_key", "", ""),
        ("x-amz-security-token", "", ""),
        ("x-csrf-token", "", ""),
        ("dpop", "", ""),
        ("location", "https://a.test/?access_token=", "&b=1"),
    ],
)
def test_secret_in_a_header(name: str, before: str, after: str) -> None:
    ((kept, value),) = REDACTOR.headers(((name, before + SECRET + after),))
    assert kept == name
    assert SECRET not in value
    assert value.startswith(before)
    assert value.endswith(after)
    assert len(value) == len(before + SECRET + after)


@pytest.mark.parametrize(
    "field",
    [("accept", "application/json"), ("x-request-id", "abc"), ("keyboard", "abc"), ("content-type", "a/b; token=x")],
)
def test_what_is_no_secret_stays(field: tuple[str, str]) -> None:
    assert REDACTOR.headers((field,)) == (field,)


def test_query() -> None:
    target = f"/a/{SECRET}?b={SECRET}&api_key={SECRET}&x&access_token=%61b%2f%20&&"
    found = REDACTOR.target(target)
    assert found.startswith(f"/a/{SECRET}?b={SECRET}&api_key=")
    assert SECRET not in found.partition("api_key=")[2]
    assert re.search(r"&x&access_token=%[0-9A-F]{2}[a-f]%2f%20&&$", found)
    assert "%61b" not in found
    assert REDACTOR.target("/a") == "/a"


def shape(text: str) -> str:
    text = re.sub("[0-9]", "0", text)
    text = re.sub("[a-f]", "a", text)
    text = re.sub("[g-z]", "g", text)
    text = re.sub("[A-F]", "A", text)
    return re.sub("[G-Z]", "G", text)


@given(st.text(st.characters(max_codepoint=255), max_size=80).filter(lambda text: "%" not in text))
def test_digest_has_the_shape_of_the_secret(secret: str) -> None:
    assert shape(REDACTOR.digest(secret)) == shape(secret)
    assert REDACTOR.digest(secret) == REDACTOR.digest(secret)


def test_digest_depends_on_the_key_and_on_all_of_the_secret() -> None:
    secret = "0123456789abcdef" * 2
    digest = REDACTOR.digest(secret)
    assert digest != secret
    assert digest != Redactor(b"l" * 32).digest(secret)
    other = REDACTOR.digest(secret[:-1] + "0")
    assert sum(one == two for one, two in zip(digest, other, strict=True)) < 16
