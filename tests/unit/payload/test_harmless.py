"""Texts that differ from harmless ones in their digits alone are known, where digits make no difference."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garrison.payload import judge as judging
from garrison.payload.harmless import Harmless
from garrison.payload.judge import is_harmless, judge
from garrison.payload.places import SIGNS

_WORDS = sorted({
    word
    for sign in SIGNS
    for word in sign.pattern.replace("(", " ").replace(")", " ").replace("|", " ").split()
    if word.replace("_", "").isalnum()
})  # fmt: skip


@pytest.fixture(autouse=True)
def _nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "_HARMLESS", Harmless())


def _are_looked_at(monkeypatch: pytest.MonkeyPatch, texts: list[str]) -> bool:
    looked = False

    def looking(*_: object, **__: object) -> dict[int, None]:
        nonlocal looked
        looked = True
        return {}

    with monkeypatch.context() as patch:
        patch.setattr(judging, "_odd", looking)
        is_harmless(texts)
    return looked


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("Ada M. 1234", "Ada M. 9876"),
        ("2026-11-29T02:00:00Z", "1999-01-31T23:59:59Z"),
        ("ada.17@example.com", "ada.42@example.com"),
        ("Straße 12", "Straße 77"),
        ("order 12 ", "order 13 "),
    ],
)
def test_what_differs_in_digits_alone_is_not_looked_at_again(
    monkeypatch: pytest.MonkeyPatch, text: str, other: str
) -> None:
    assert is_harmless([text])
    assert not _are_looked_at(monkeypatch, [other])
    assert is_harmless([other])
    assert judge([other]) == ()


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("Ada M. 1234", "Ada M. 12345"),
        ("Ada M. 1234", "Ida M. 1234"),
        ("Ada M. 1234", "Ada M. 1234\0"),
        ("QUJD1234REVG", "QUJD4321REVG"),  # base64
        ("QUJD1234REVG ", "QUJD4321REVG "),
        ("a 1x411x42", "a 0x410x42"),
        ("a 1+Ab", "a 2+Ab"),
        ("11.22.33.44 at 169.254.169.253", "11.22.33.44 at 169.254.169.254"),
        ("x " * 128 + "1", "x " * 128 + "2"),
    ],
)
def test_what_may_make_a_difference_is_looked_at(monkeypatch: pytest.MonkeyPatch, text: str, other: str) -> None:
    is_harmless([text])
    assert _are_looked_at(monkeypatch, [other])


@given(
    st.lists(
        st.sampled_from(
            [*_WORDS, *" ..,@:-", "0", "1", "12", "5", "x", "0x", "127", "169.254.", "md5", "base64", "1=1"]
        ),
        max_size=12,
    ),
    st.randoms(use_true_random=False),
)
def test_whatever_is_known_of_forms_nothing_harmful_is_harmless(words: list[str], chance: random.Random) -> None:
    text = "".join(words)
    other = "".join([str(chance.randrange(10)) if each in "0123456789" else each for each in text])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(judging, "_HARMLESS", Harmless())
        is_harmless([text])
        is_known = is_harmless([other])
        patch.setattr(judging, "_HARMLESS", Harmless())
        assert not is_known or judge([other]) == ()


def test_only_so_many_forms_are_remembered() -> None:
    known = Harmless(room=3)
    for text in ("a.1", "b.1", "c.1"):
        known.add_form(text, is_harmless=True)
    assert known.have_all(["a.2", "b.3", "c.4"])
    known.add_form("d.1", is_harmless=True)
    assert known.have_all(["d.2"])
    assert not known.have_all(["a.2"])


def test_texts_that_are_known_are_known_together_and_no_others_that_look_like_them() -> None:
    known = Harmless()
    known.add(["a", "b", "it's 5", "\ud800", "?1", "\xff"])
    for _ in range(2):
        assert known.have_all(["a", "b"])
        assert known.have_all(["a", "it's 5", "b"])
        assert known.have_all(["\ud800", "\xff"])
        for texts in (["a\0b"], ["a\0b", "a"], ["it's 6"], ["?"], ["?2"], ["\udfff"], ["a", "\xfe"], ["aub"]):
            assert not known.have_all(texts)
            assert known.others(texts)
