"""Texts that differ from harmless ones in their digits alone are known, where digits make no difference."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.payload.sign_words import WORDS

from garrison.payload import judge as judging
from garrison.payload.harmless import Harmless, form_of
from garrison.payload.judge import is_harmless, judge


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
    assert _are_looked_at(monkeypatch, [other]), "what is said once need not be a form"
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
        ("x " * 250 + "1", "x " * 250 + "2"),
    ],
)
def test_what_may_make_a_difference_is_looked_at(monkeypatch: pytest.MonkeyPatch, text: str, other: str) -> None:
    for _ in range(3):
        is_harmless([text])
    assert _are_looked_at(monkeypatch, [other])


@given(
    st.lists(
        st.sampled_from(
            [*WORDS, *" ..,@:-", "0", "1", "12", "5", "x", "0x", "127", "169.254.", "md5", "base64", "1=1"]
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
        for _ in range(2):
            is_harmless([text])
        is_known = is_harmless([other])
        patch.setattr(judging, "_HARMLESS", Harmless())
        assert not is_known or judge([other]) == ()


def test_only_so_many_forms_are_remembered() -> None:
    known = Harmless(room=3)
    forms = [form_of([f"{letter}.1"]) for letter in "abc"]
    assert not any(map(known.is_to_be_asked, forms))
    assert all(map(known.is_to_be_asked, forms))
    assert not known.is_to_be_asked(form_of(["d.1"]))
    assert known.is_to_be_asked(form_of(["d.2"]))
    assert not known.is_to_be_asked(forms[0])
    for _ in range(2):
        assert not known.is_to_be_asked(form_of(["x" * 2000]))


def test_texts_that_are_said_together_have_a_form_together() -> None:
    assert form_of(["a 1", "b 2"]) == form_of(["a 3", "b 4"])
    assert form_of(["a 1", "b 2"]) != form_of(["a 1\0b 2"])
    assert form_of(["a \xff", "\x01"]) != form_of(["a 1", "\x01"])


def test_a_border_within_a_text_is_never_taken_for_one_between_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    judge(["a\0b"])
    for _ in range(3):
        is_harmless(["a\0b", "c 1"])
        is_harmless(["a", "b", "c 1"])
    assert _are_looked_at(monkeypatch, ["a", "b\0c 2"])
    assert _are_looked_at(monkeypatch, ["a\0b\0c 2"])
