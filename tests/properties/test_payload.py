"""How much is looked at grows no faster than a text does, whatever it is made of."""

from collections import Counter

import pytest

from garrison.payload import judge as judging
from garrison.payload.judge import Form, judge, signs_in
from garrison.payload.sql import letters

SHAPES = (
    "'",
    "' or ",
    "<a ",
    "../",
    "%25",
    "{{",
    "&lt;",
    "\\u003c",
    "((((",
    "a'b ",
    "select ",
    "; ",
    "1,",
    "$(",
    "/*",
    "\n",
    "A",
)


@pytest.mark.parametrize("shape", SHAPES)
def test_confirmations_are_bounded(shape: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: Counter[str] = Counter()
    owned = tuple((kind, _counted(sign, asked)) for kind, sign in judging._OWNED)
    monkeypatch.setattr(judging, "_OWNED", owned)
    signs_in([Form(0, shape * (64_000 // len(shape)), ())])
    assert all(count <= judging._ASKED for count in asked.values())


def _counted(sign: judging.Sign, asked: Counter[str]) -> judging.Sign:
    confirm = sign.confirm
    if confirm is None:
        return sign

    def counting(text: str, place: int) -> bool:
        asked[sign.name] += 1
        return confirm(text, place)

    return judging.Sign(sign.name, sign.pattern, sign.weight, counting)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_line_of_letters_is_no_longer_than_its_text(shape: str) -> None:
    text = shape * 500
    assert len(letters(text)) <= len(text)


@pytest.mark.parametrize("shape", SHAPES)
def test_where_a_text_stands_among_others_changes_nothing(shape: str) -> None:
    text = shape * 40 + "<script>alert(1)</script>"
    (alone,) = judge([text])
    (among,) = judge(["before it", text, "after it"])
    assert (alone.kind, alone.signs, alone.place) == (among.kind, among.signs, among.place)
