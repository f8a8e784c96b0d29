"""Bodies: read in exactly one way within bounds, or not at all."""

import gzip
import json
import zlib

import pytest

from garrison.config.controls import RequestLimitsSettings
from garrison.contract.media import Kind
from garrison.controls.catalogue import CONTROLS
from garrison.core.document import FormDocument, JsonDocument, MultipartDocument, OpaqueDocument, Part, TextDocument
from garrison.engine.decode import Undecodable, decode, decode_response, decompress
from garrison.engine.media_type import MediaType, parse_media_type

LIMITS = RequestLimitsSettings(json_depth=4, array_items=5, object_keys=5)
JSON = MediaType("application/json")
FORM = MediaType("application/x-www-form-urlencoded")


def refusal(body: bytes, kind: Kind = "json", media_type: MediaType = JSON) -> str:
    found = decode(body, kind, media_type, LIMITS)
    return found.reason if isinstance(found, Undecodable) else ""


BAD_JSON: list[tuple[bytes, str]] = [
    (b"", "invalid-json"),
    (b" ", "invalid-json"),
    (b"{", "invalid-json"),
    (b"{}{}", "invalid-json"),
    (b"{},", "invalid-json"),
    (b"[1,]", "invalid-json"),
    (b"{'a':1}", "invalid-json"),
    (b"{a:1}", "invalid-json"),
    (b"01", "invalid-json"),
    (b"+1", "invalid-json"),
    (b".5", "invalid-json"),
    (b"0x1", "invalid-json"),
    (b"NaN", "invalid-json"),
    (b"[Infinity]", "invalid-json"),
    (b"-Infinity", "invalid-json"),
    (b"1e999", "invalid-json"),
    (b"9" * 5000, "invalid-json"),
    (b"True", "invalid-json"),
    (b"{}\x00", "invalid-json"),
    (b"{}//", "invalid-json"),
    (b"/* */{}", "invalid-json"),
    (b"\xef\xbb\xbf{}", "invalid-json"),
    ('{"a":1}'.encode("utf-16"), "invalid-json"),
    ('{"a":1}'.encode("utf-16-le"), "invalid-json"),
    ('{"a":1}'.encode("utf-32-be"), "invalid-json"),
    (b'"\xff"', "invalid-json"),
    (b'"\xc0\xaf"', "invalid-json"),
    (b'"\xed\xa0\x80"', "invalid-json"),
    (b'"\\ud800"', "invalid-json"),
    (b'{"\\udfff":1}', "invalid-json"),
    (b'"\\x41"', "invalid-json"),
    (b'"a\nb"', "invalid-json"),
    (b'"a\tb"', "invalid-json"),
    (b'{"a":1,"a":2}', "duplicate-key"),
    (b'{"a":1,"a":1}', "duplicate-key"),
    (b'{"a":1,"\\u0061":2}', "duplicate-key"),
    (b'{"\\/":1,"/":2}', "duplicate-key"),
    (b'{"":1,"":2}', "duplicate-key"),
    (b'{"x":{"a":1,"a":2}}', "duplicate-key"),
    (b'[{"a":1},{"b":[{"c":1,"c":2}]}]', "duplicate-key"),
    (b'{"a":{"b":1},"a":{"b":1}}', "duplicate-key"),
    (b'{"a:":":","b":1,"b":2}', "duplicate-key"),
    (b'{"\xf0\x9f\x98\x80":1,"\\ud83d\\ude00":2}', "duplicate-key"),
    (b'"\\u0000"', "control-character"),
    (b'{"a\\u0000":1}', "control-character"),
    (b'[["\\u001b"]]', "control-character"),
    (b'"\\b"', "control-character"),
    (b'"\\f"', "control-character"),
    (b'"\\u007f"', "control-character"),
    (b'"\x7f"', "control-character"),
    (b'"\\\\\\u0000"', "control-character"),
    (b"[[[[[]]]]]", "json-too-deep"),
    (b'{"a":{"a":{"a":{"a":{}}}}}', "json-too-deep"),
    (b"[" * 100_000, "json-too-deep"),
    (b"[" * 3000 + b"]" * 3000, "json-too-deep"),
    (b'{"a":' * 3000 + b"1" + b"}" * 3000, "json-too-deep"),
    (b'{"a":' * 100_000, "json-too-deep"),
    (b"[1,1,1,1,1,1]", "array-too-long"),
    (b'{"a":[1,1,1,1,1,1]}', "array-too-long"),
    (b'{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1}', "too-many-keys"),
]


@pytest.mark.parametrize(("body", "reason"), BAD_JSON, ids=lambda value: repr(value)[:40])
def test_json_with_two_readings_or_out_of_bounds_is_refused(body: bytes, reason: str) -> None:
    assert refusal(body) == reason


GOOD_JSON: list[tuple[bytes, object]] = [
    (b"{}", {}),
    (b" \r\n\t[ ] ", []),
    (b"null", None),
    (b"0", 0),
    (b"-0.0", -0.0),
    (b"1e3", 1000.0),
    (b"9007199254740993", 9007199254740993),
    (b"9" * 40, int("9" * 40)),
    (b'"a:b:c"', "a:b:c"),
    (b'{"a:b":"c:d"}', {"a:b": "c:d"}),
    (b'{"at":"12:30:00","url":"https://a.example:80/"}', {"at": "12:30:00", "url": "https://a.example:80/"}),
    (b'{"a":{"b":1},"b":{"a":1}}', {"a": {"b": 1}, "b": {"a": 1}}),
    (b'{"a":1,"A":2}', {"a": 1, "A": 2}),
    (b'[{"a":1},{"a":2}]', [{"a": 1}, {"a": 2}]),
    (b'"\\r\\n\\t"', "\r\n\t"),
    (b'"C:\\\\bin\\\\u0000"', "C:\\bin\\u0000"),
    (b'"\\ud83d\\ude00"', "\U0001f600"),
    (b"[[[[]]]]", [[[[]]]]),
    (b"[1,1,1,1,1]", [1] * 5),
    ('"\u2028\xe9\x85"'.encode(), "\u2028\xe9\x85"),
]


@pytest.mark.parametrize(("body", "value"), GOOD_JSON, ids=lambda value: repr(value)[:40])
def test_ordinary_json_is_read(body: bytes, value: object) -> None:
    assert decode(body, "json", JSON, LIMITS) == JsonDocument(value)


@pytest.mark.parametrize(
    ("content_type", "body", "reason"),
    [
        ("application/json; charset=utf-8", '{"a":"\xe9"}'.encode(), ""),
        ("application/json; charset=UTF8", b"{}", ""),
        ("application/json; charset=iso-8859-1", b'{"a":1}', ""),
        ("application/json; charset=iso-8859-1", '{"a":"\xe9"}'.encode(), "invalid-encoding"),
        ("application/json; charset=utf-16", b"{}", "invalid-encoding"),
        ("application/json; charset=utf-7", b"{}", "invalid-encoding"),
        ("application/json; charset=ibm037", b"{}", "invalid-encoding"),
        ("application/json; charset=nonsense", b"{}", "invalid-encoding"),
        ("application/json; charset=utf-8; charset=utf-16", b"{}", "invalid-encoding"),
    ],
)
def test_json_in_a_charset_that_reads_otherwise_is_refused(content_type: str, body: bytes, reason: str) -> None:
    assert refusal(body, "json", parse_media_type(content_type)) == reason


def test_form_in_a_charset_that_reads_otherwise_is_refused() -> None:
    assert refusal(b"a=1", "form", parse_media_type("application/x-www-form-urlencoded; charset=ibm037"))


BAD_FORMS = [
    (b"a=%", "invalid-form"),
    (b"a=%zz", "invalid-form"),
    (b"a=%ff", "invalid-form"),
    (b"a=%c0%af", "invalid-form"),
    (b"a=\xc3\xa9", "invalid-form"),
    (b"a=b c", "invalid-form"),
    (b"a=<b>", "invalid-form"),
    (b'{"a":1}', "invalid-form"),
    (b"a=1\r\n", "invalid-form"),
    (b"a=\x00", "invalid-form"),
    (b"a=%00", "control-character"),
    (b"a%00=1", "control-character"),
    (b"a=%7f", "control-character"),
    (b"a=%2527", "double-encoding"),
    (b"&".join(b"k%d=1" % number for number in range(6)), "too-many-keys"),
]


@pytest.mark.parametrize(("body", "reason"), BAD_FORMS)
def test_form_with_two_readings_is_refused(body: bytes, reason: str) -> None:
    assert refusal(body, "form", FORM) == reason


GOOD_FORMS = [
    (b"a=1&a=2", (("a", "1"), ("a", "2"))),
    (b"a=b+c%2Bd", (("a", "b c+d"),)),
    (b"text=one%0D%0Atwo%09", (("text", "one\r\ntwo\t"),)),
    (b"name=caf%C3%A9", (("name", "caf\xe9"),)),
    (b"a%5B%5D=1&b", (("a[]", "1"), ("b", ""))),
    (b"u=https%3A%2F%2Fa.example%2F%3Fq%3Da%2520b", (("u", "https://a.example/?q=a%20b"),)),
]


@pytest.mark.parametrize(("body", "fields"), GOOD_FORMS)
def test_ordinary_form_is_read(body: bytes, fields: tuple[tuple[str, str], ...]) -> None:
    assert decode(body, "form", FORM, LIMITS) == FormDocument(fields)


def test_multipart_is_read_by_its_boundary() -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--b--'
    media_type = parse_media_type("multipart/form-data; boundary=b")
    assert decode(body, "multipart", media_type, LIMITS) == MultipartDocument((Part("a", b"1"),))
    other = decode(body, "multipart", parse_media_type("multipart/form-data; boundary=c"), LIMITS)
    assert isinstance(other, Undecodable)
    assert other.reason == "invalid-multipart"


@pytest.mark.parametrize(
    ("content_type", "body", "reason"),
    [
        ("text/plain", "caf\xe9\n".encode(), ""),
        ("text/plain; charset=iso-8859-1", b"caf\xe9", ""),
        ("text/plain", b"caf\xe9", "invalid-encoding"),
        ("text/plain; charset=us-ascii", b"caf\xe9", "invalid-encoding"),
        ("text/plain; charset=utf-7", b"+ADw-", "invalid-encoding"),
        ("text/plain; charset=utf-16", "a".encode("utf-16"), "invalid-encoding"),
        ("text/plain", b"a\x00b", "control-character"),
        ("text/plain", b"\x1b[2J", "control-character"),
    ],
)
def test_text_is_read_in_its_charset(content_type: str, body: bytes, reason: str) -> None:
    assert refusal(body, "text", parse_media_type(content_type)) == reason


def test_text_keeps_its_line_ends() -> None:
    assert decode(b"a\r\nb\t", "text", MediaType("text/plain"), LIMITS) == TextDocument("a\r\nb\t")


def test_opaque_body_is_measured_alone() -> None:
    assert decode(b"\x00\xff", "opaque", MediaType("image/png"), LIMITS) == OpaqueDocument(2)


TEXT = b"hello " * 100
RAW_DEFLATE = zlib.compressobj(wbits=-15)


@pytest.mark.parametrize(
    ("coding", "body"),
    [("", TEXT), ("identity", TEXT), ("gzip", gzip.compress(TEXT)), ("x-gzip", gzip.compress(TEXT)),
     ("deflate", zlib.compress(TEXT))],
)  # fmt: skip
def test_known_coding_is_undone(coding: str, body: bytes) -> None:
    assert decompress(body, coding, len(TEXT)) == TEXT


@pytest.mark.parametrize(
    ("coding", "body", "reason"),
    [
        ("br", TEXT, "unsupported-content-encoding"),
        ("gzip, gzip", gzip.compress(gzip.compress(TEXT)), "unsupported-content-encoding"),
        ("gzip, br", TEXT, "unsupported-content-encoding"),
        ("compress", TEXT, "unsupported-content-encoding"),
        ("gzip", TEXT, "invalid-content-encoding"),
        ("gzip", b"", "invalid-content-encoding"),
        ("gzip", gzip.compress(TEXT)[:-1], "invalid-content-encoding"),
        ("gzip", gzip.compress(TEXT)[:20], "invalid-content-encoding"),
        ("gzip", gzip.compress(TEXT) + b"x", "invalid-content-encoding"),
        ("gzip", gzip.compress(TEXT) + gzip.compress(TEXT), "invalid-content-encoding"),
        ("gzip", zlib.compress(TEXT), "invalid-content-encoding"),
        ("deflate", gzip.compress(TEXT), "invalid-content-encoding"),
        ("deflate", RAW_DEFLATE.compress(TEXT) + RAW_DEFLATE.flush(), "invalid-content-encoding"),
        ("gzip", gzip.compress(bytes(10_000_000)), "decompressed-too-large"),
        ("deflate", zlib.compress(bytes(10_000_000)), "decompressed-too-large"),
        ("gzip", gzip.compress(TEXT + b"x"), "decompressed-too-large"),
    ],
)
def test_coding_that_cannot_be_undone_in_one_way_is_refused(coding: str, body: bytes, reason: str) -> None:
    found = decompress(body, coding, len(TEXT))
    assert isinstance(found, Undecodable)
    assert found.reason == reason


@pytest.mark.parametrize(
    ("kind", "content_type", "body"),
    [
        ("json", "application/json", b"{"),
        ("json", "application/json", b"[" * 100_000),
        ("json", "application/json", b"\xff"),
        ("text", "text/plain", b"\xff"),
        ("text", "text/plain; charset=nonsense", b"a"),
        ("text", "text/plain; charset=hex", b"a"),
        ("text", "text/plain; charset=idna", b"xn--a\xff"),
        ("text", "text/plain; charset=punycode", b"\xff"),
        ("text", "text/plain; charset=unicode_escape", b"\\x"),
    ],
)
def test_unreadable_answer_is_said_to_be(kind: Kind, content_type: str, body: bytes) -> None:
    found = decode_response(body, kind, parse_media_type(content_type))
    assert isinstance(found, Undecodable)
    assert found.reason == "response-unreadable"


def test_every_refusal_is_some_controls_reason() -> None:
    """Undecodable never means "let it pass": a control must say it, and only one."""
    found = {reason for _, reason in BAD_JSON + BAD_FORMS} | {
        "body-too-large", "decompressed-too-large", "invalid-content-encoding", "invalid-encoding",
        "invalid-multipart", "unsupported-content-encoding",
    }  # fmt: skip
    for reason in found:
        assert len([control.id for control in CONTROLS if reason in control.reasons]) == 1, reason


LISTS = (
    b'{"a":1}', b'{"a":[]}', b'{"a":[1,2],"b":3}', b'{"a":[],"b":[]}', b'{"a":[[]]}', b'{"a":[{}]}',
    b'{"a":[ [ {} ] ]}', b'{"a":"[[","b":[]}', b'{"a":"["}',
)  # fmt: skip


def depth_of(value: object) -> int:
    if not isinstance(value, dict | list):
        return 0
    return 1 + max(map(depth_of, value.values() if isinstance(value, dict) else value), default=0)


@pytest.mark.parametrize("most", [1, 2, 3, 4])
@pytest.mark.parametrize("body", LISTS)
def test_depth_is_told_exactly(body: bytes, most: int) -> None:
    found = decode(body, "json", JSON, RequestLimitsSettings(json_depth=most))
    assert isinstance(found, JsonDocument) == (depth_of(json.loads(body)) <= most)


MARKUP = '<?xml version="1.0"?><a>b</a>'


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        (MARKUP.encode(), "utf-16le"),
        (MARKUP.encode(), "cp037"),
        (MARKUP.encode(), "punycode"),
        (MARKUP.encode(), "undefined"),
        (MARKUP.encode("utf-16"), "utf-16"),
        (MARKUP.encode("utf-16le"), "utf-16le"),
        (MARKUP.encode("utf-16"), "cp037"),
        (MARKUP.encode("cp037"), "cp037"),
        (MARKUP.encode("cp037"), ""),
    ],
)
def test_xml_is_read_as_it_begins_whatever_charset_is_said(body: bytes, charset: str) -> None:
    assert decode(body, "xml", MediaType("application/xml", charset), LIMITS) == TextDocument(MARKUP)


def test_a_charset_that_leaves_ascii_alone_is_believed_of_xml() -> None:
    body = "<a>\u0434</a>"
    assert decode(body.encode("cp1251"), "xml", MediaType("application/xml", "cp1251"), LIMITS) == TextDocument(body)
    hidden = decode(b"<a>~{<b/>~}</a>", "xml", MediaType("application/xml", "hz"), LIMITS)
    assert hidden == TextDocument("<a>~{<b/>~}</a>")


@pytest.mark.parametrize(
    ("said", "is_refused"),
    [
        ("text/plain; charset=ibm037", True),
        ('text/plain; charset="UTF-16LE"', True),
        ("text/plain; charset=utf-8; charset=ibm037", True),
        ("text/plain; charset=UTF-8", False),
        ("text/plain; charset=iso-8859-1", False),
        ("application/json", False),
        ("a b", False),
    ],
)
def test_text_parts_are_in_the_charset_that_is_inspected(said: str, is_refused: bool) -> None:
    media_type = MediaType("multipart/form-data", boundary="b")

    def part(name: str) -> bytes:
        return f"--b\r\nContent-Disposition: form-data; {name}\r\nContent-Type: {said}\r\n\r\nc\r\n--b--\r\n".encode()

    assert (refusal(part("name=a"), "multipart", media_type) == "invalid-multipart") == is_refused
    assert refusal(part('name=a; filename="d.txt"'), "multipart", media_type) == ""
