"""Any body under any content type: read as another parser reads it, or refused."""

import gzip
import json
import zlib
from typing import Any
from urllib.parse import parse_qsl

from hypothesis import given
from hypothesis import strategies as st
from python_multipart.multipart import FormParser, parse_options_header
from tests.fuzz.mutations import damaged

from garrison.config.controls import RequestLimitsSettings
from garrison.contract.media import Kind, kind_of
from garrison.core.document import FormDocument, JsonDocument, MultipartDocument, TextDocument
from garrison.engine.decode import Undecodable, decode, decode_response, decompress
from garrison.engine.media_type import parse_media_type

_LIMITS = RequestLimitsSettings()
_PARTS = (
    b'--b\r\nContent-Disposition: form-data; name="title"\r\n\r\nA title\r\n'
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\n'
    b"Text\r\n--b--\r\n"
)
_SAMPLES = {
    "application/json": (
        b'{"name":"Ada","size":1.5e3,"inner":{"a":[true,false,null,-0]},"lines":["\\u00e9\\ud83d\\ude00"]}',
        b'[1,12345678901234567890,1e300,"\\n",{"a":{"b":{}}}]',
        b'{"a:b":1,"a":2,"\\u0061":3}',
    ),
    "application/x-www-form-urlencoded": (b"name=Ada+Example&email=a%40b&lines=1&lines=2&note=%0D%0A", b"a&b=&=c"),
    "multipart/form-data; boundary=b": (_PARTS,),
    "text/plain": (b"A note.\r\n", "Zoë".encode()),
}
_PIECES = (
    b'"', b"{", b"}", b"[", b"]", b",", b":", b"\\", b"\\u0000", b"\\ud800", b"1e999", b"-0", b"NaN", b'"name":',
    b"\x00", b"\xef\xbb\xbf", b"\xff", b"\xc3", b"&", b"=", b"%", b"%00", b"%u0041", b"+", b";", b"--b", b"\r\n",
    b"\n", b"\r", b"--", b"--b--", b'; filename*=UTF-8\'\'x', b'name="x"', b"Content-Type: a/b", b" ", b"\t",
    b"9" * 400, b"[" * 300,
)  # fmt: skip
_PARAMETERS = (
    "", "; charset=utf-8", "; charset=UTF-16", "; charset=hex", "; charset=latin1", "; boundary=b", '; boundary="b"',
    "; boundary=b; boundary=c", "; BOUNDARY=b", ";", "; charset", "; boundary=b,c", '; boundary="b\\"',
    "; charset=utf-7",
)  # fmt: skip


@st.composite
def _messages(draw: Any) -> tuple[str, bytes]:
    content_type = draw(st.sampled_from(sorted(_SAMPLES)))
    body = draw(damaged(st.sampled_from(_SAMPLES[content_type]), _PIECES))
    odd = st.sampled_from(_PARAMETERS) | st.text(st.characters(max_codepoint=255), max_size=12)
    parameter: str = draw(st.just("") | odd)
    return content_type + parameter, body


@given(_messages())
def bodies(message: tuple[str, bytes]) -> None:
    """A body that is read means to another parser what it means to us; every other one is refused with a reason."""
    content_type, body = message
    media_type = parse_media_type(content_type)
    kind: Kind = kind_of(media_type.essence)
    decode_response(body, "json" if kind == "json" else "text", media_type)
    document = decode(body, kind, media_type, _LIMITS)
    match document:
        case Undecodable():
            assert document.reason
        case JsonDocument():
            _same_json(document.value, body)
        case FormDocument():
            assert list(document.fields) == parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict")
        case MultipartDocument():
            assert [(part.name, part.filename, part.content) for part in document.parts] == _parts(content_type, body)
        case TextDocument():
            assert document.text.encode(media_type.charset or "utf-8") == body


def _same_json(value: Any, body: bytes) -> None:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len(dict(pairs)) == len(pairs)
        return dict(pairs)

    other = json.loads(body.decode(), object_pairs_hook=unique)
    assert repr(value) == repr(other)


def _parts(content_type: str, body: bytes) -> list[tuple[str, str | None, bytes]]:
    """The parts as the parser finds them that Starlette and FastAPI use."""
    found: list[tuple[str, str | None, bytes]] = []

    def field(item: Any) -> None:
        found.append((item.field_name.decode(), None, item.value or b""))

    def file(item: Any) -> None:
        item.file_object.seek(0)
        found.append((item.field_name.decode(), item.file_name.decode(), item.file_object.read()))

    essence, options = parse_options_header(content_type)
    parser = FormParser(essence.decode(), field, file, boundary=options[b"boundary"])
    parser.write(body)
    parser.finalize()
    return found


_CODINGS = st.sampled_from(["gzip", "x-gzip", "deflate", "br", "identity", "", "gzip, gzip"])
_PACKED = st.binary(max_size=60).flatmap(
    lambda raw: st.sampled_from(
        [gzip.compress(raw, mtime=0), zlib.compress(raw), raw, gzip.compress(raw * 2000, mtime=0)]
    )
)


@given(_CODINGS, damaged(_PACKED, (b"\x1f\x8b", b"\x78\x9c", b"\x00")), st.integers(0, 100_000))
def content_codings(coding: str, body: bytes, limit: int) -> None:
    """A compressed body is what the standard library makes of it, and never longer than its bound."""
    found = decompress(body, coding, limit)
    if isinstance(found, Undecodable):
        assert found.reason
        return
    if coding in {"", "identity"}:
        assert found == body
        return
    assert len(found) <= limit
    assert found == (zlib.decompress(body) if coding == "deflate" else gzip.decompress(body))
