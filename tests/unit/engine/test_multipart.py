"""Multipart bodies: ordinary ones are read, and whatever could hide a part from somebody is refused."""

import pytest

from garrison.core.document import Part
from garrison.engine.multipart import MAX_PART_HEADER_BYTES, MAX_PART_HEADERS, MultipartError, read_parts

NAME = b'Content-Disposition: form-data; name="a"'


def part(head: bytes = NAME, content: bytes = b"x") -> bytes:
    return b"--b\r\n" + head + b"\r\n\r\n" + content + b"\r\n"


def read(body: bytes, boundary: str = "b", max_parts: int = 10) -> tuple[Part, ...]:
    return read_parts(body, boundary, max_parts)


END = b"--b--\r\n"

ORDINARY = [
    (part() + END, (Part("a", b"x"),)),
    (part() + b"--b--", (Part("a", b"x"),)),
    (END, ()),
    (part(content=b"") + END, (Part("a", b""),)),
    (part(content=b"1\r\n2\r\n\r\n3\n-b") + END, (Part("a", b"1\r\n2\r\n\r\n3\n-b"),)),
    (part(content=bytes(range(256))) + END, (Part("a", bytes(range(256))),)),
    (part() + part(b'content-disposition:form-data;name="c"', b"y") + END, (Part("a", b"x"), Part("c", b"y"))),
    (part() + part() + END, (Part("a", b"x"), Part("a", b"x"))),
    (part(b"Content-Disposition: form-data; name=a") + END, (Part("a", b"x"),)),
    (part(b'Content-Disposition: FORM-DATA; Name="a"') + END, (Part("a", b"x"),)),
    (part(b'Content-Disposition: form-data; name="caf\xc3\xa9"') + END, (Part("caf\xe9", b"x"),)),
    (part(b'Content-Disposition: form-data; name="a%22b"') + END, (Part("a%22b", b"x"),)),
    (part(b'Content-Disposition: form-data; name="name=x;y"') + END, (Part("name=x;y", b"x"),)),
    (part(NAME + b'; filename="f.txt"') + END, (Part("a", b"x", "f.txt", "application/octet-stream"),)),
    (part(NAME + b'; filename=""') + END, (Part("a", b"x", "", "application/octet-stream"),)),
    (part(NAME + b'; filename="f.png"\r\nContent-Type: image/png') + END, (Part("a", b"x", "f.png", "image/png"),)),
    (part(NAME + b"\r\nContent-Type: application/json") + END, (Part("a", b"x", None, "application/json"),)),
]


@pytest.mark.parametrize(("body", "parts"), ORDINARY)
def test_ordinary_body_is_read(body: bytes, parts: tuple[Part, ...]) -> None:
    assert read(body) == parts


HOSTILE = {
    "nothing at all": b"",
    "no end": part(),
    "half an end": part() + b"--b-",
    "a preamble": b"hidden\r\n" + part() + END,
    "an empty preamble": b"\r\n" + part() + END,
    "an epilogue": part() + END + b"hidden",
    "blank lines at the end": part() + END + b"\r\n\r\n",
    "a part after the end": part() + END + part() + END,
    "a part between two ends": part() + b"--b--\r\n" + NAME + b"\r\n\r\ny\r\n" + END,
    "two names": part(NAME + b'; name="b"') + END,
    "two names in other cases": part(NAME + b'; NAME="b"') + END,
    "two file names": part(NAME + b'; filename="f"; filename="g"') + END,
    "an extended file name": part(NAME + b"; filename*=UTF-8''f") + END,
    "both file names": part(NAME + b"; filename=\"f\"; filename*=UTF-8''g") + END,
    "an extended name": part(b"Content-Disposition: form-data; name*=UTF-8''a") + END,
    "an unknown option": part(NAME + b'; size="3"') + END,
    "no name": part(b"Content-Disposition: form-data") + END,
    "no disposition": part(b"Content-Type: text/plain") + END,
    "no headers": b"--b\r\n\r\nx\r\n" + END,
    "no empty line": b"--b\r\n" + NAME + b"\r\n" + END,
    "two dispositions": part(NAME + b"\r\n" + NAME) + END,
    "another disposition": part(b'Content-Disposition: attachment; name="a"') + END,
    "an escaped quote": part(b'Content-Disposition: form-data; name="a\\"; filename=\\"f"') + END,
    "an unclosed quote": part(b'Content-Disposition: form-data; name="a') + END,
    "text behind a name": part(b'Content-Disposition: form-data; name="a" x') + END,
    "a folded header": part(b'Content-Disposition: form-data;\r\n name="a"') + END,
    "a blank before the colon": part(b'Content-Disposition : form-data; name="a"') + END,
    "a NUL in a header": part(b'Content-Disposition: form-data; name="a\x00b"') + END,
    "a bare carriage return in a header": part(b'Content-Disposition: form-data; name="a\rb"') + END,
    "a bare line feed in a header": part(NAME + b"\nX: y") + END,
    "a name that is no UTF-8": part(b'Content-Disposition: form-data; name="\xff"') + END,
    "a transfer encoding": part(NAME + b"\r\nContent-Transfer-Encoding: base64") + END,
    "a nested multipart": part(NAME + b"\r\nContent-Type: Multipart/mixed; boundary=c") + END,
    "line feeds alone": (part() + END).replace(b"\r\n", b"\n"),
    "a part hidden behind a bare line feed": part(content=b"x\n--b\n" + NAME + b"\n\ny") + END,
    "a boundary in the content": part(content=b"x --b y") + END,
    "a longer boundary first": b"--bc\r\n" + NAME + b"\r\n\r\nx\r\n" + END,
    "blanks behind a boundary": b"--b  \r\n" + NAME + b"\r\n\r\nx\r\n" + END,
    "too many headers": part(NAME + b"".join(b"\r\nX-%d: y" % number for number in range(MAX_PART_HEADERS))) + END,
    "too long headers": part(NAME + b"\r\nX: " + b"y" * MAX_PART_HEADER_BYTES) + END,
    "too many parts": part() * 11 + END,
}


@pytest.mark.parametrize("trick", HOSTILE)
def test_hostile_body_is_refused(trick: str) -> None:
    with pytest.raises(MultipartError):
        read(HOSTILE[trick])


@pytest.mark.parametrize("boundary", ["", " ", "a ", "a" * 71, 'a"b', "a\r\nb", "a;b", "caf\xe9", "a\x00"])
def test_malformed_boundary_is_refused(boundary: str) -> None:
    with pytest.raises(MultipartError):
        read(END, boundary)


def test_boundary_may_be_all_that_its_grammar_allows() -> None:
    boundary = "a'()+_,-./:=? 1"
    body = b"--" + boundary.encode() + b"\r\n" + NAME + b"\r\n\r\nx\r\n--" + boundary.encode() + b"--"
    assert read(body, boundary) == (Part("a", b"x"),)


def test_as_many_parts_as_allowed_are_read() -> None:
    assert len(read(part() * 10 + END)) == 10
