"""What the linear model looks at, how much of it, and what becomes of its answer."""

import random
import string
import subprocess
import sys
from importlib.resources import files

import msgspec
import pytest

from garrison.payload.evidence import evidence_of
from garrison.payload.judge import judge
from garrison.payload.model import weights as weights_module
from garrison.payload.model.features import features_of
from garrison.payload.model.scoring import likeness_of, score_of
from garrison.payload.model.tokens import line_of
from garrison.payload.model.weights import FILE, packed, weights
from garrison.payload.model.windows import SIZE, is_harmless, windows_of
from garrison.payload.places import LEARNED, signs_of

_PROSE = "The quick brown fox jumps over the lazy dog, and it's 5 o'clock; see you (or call) tomorrow.\n"


@pytest.mark.parametrize(
    ("text", "coarse"),
    [
        ("' or 12=34", "'L0=0"),
        ("<b onfocus=zz>", "<TV=b>"),
        ("0x41,1.2.3.4,5", "x,I,5"),
        ("what he was, or so they said", "_L_"),  # prose is one mark, but for a word that a language has
        ("../../boot.ini", "^P.P"),
        ("zzqj_1 zzqj", "kw"),
    ],
)
def test_kinds_of_words_and_marks(text: str, coarse: str) -> None:
    assert line_of(text).coarse == coarse


def test_known_words_have_marks_of_their_own_and_others_none() -> None:
    select, unknown = line_of("select"), line_of("zyxwvu")
    assert select.fine != line_of("union").fine
    assert unknown.fine == line_of("abcdefg").fine


def test_places_are_those_of_the_tokens() -> None:
    line = line_of("z  '; drop")
    assert line.coarse == "z';S"
    assert line.places == [0, 3, 4, 6]


def test_features_are_runs_of_marks() -> None:
    assert features_of("'L0", "'xy") == {
        "c'", "cL", "c0", "c'L", "cL0", "c'L0", "f'", "fx", "fy", "f'x", "fxy", "g'L0", "h'Ly",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "", "plain words, and numbers: 1-2!", "it's O'Brien's", "/v1/orders/12", "https://api.example.com/a?b=c&d=1",
        "Mozilla/5.0 (X11; Linux) A/1.0",
    ],
)  # fmt: skip
def test_what_cannot_leave_its_place_is_not_looked_at(text: str) -> None:
    assert is_harmless(text)
    assert likeness_of(text) is None


@pytest.mark.parametrize(
    "text", ["a'", "1' or", "../a", "/a/../b", "<b", "a;b", "a|b", "$(a)", "{{a}}", "https://a/?q='", "a\\b"]
)
def test_what_could_is(text: str) -> None:
    assert not is_harmless(text)


@pytest.mark.parametrize("unit", ["<", "' or ", "a ", "{{", "\u4e2d", "../", "%0a", "x=1;", "a1_", "\n"])
@pytest.mark.parametrize("size", [8_000, 64_000, 1_000_000])
def test_of_long_texts_little_is_looked_at(unit: str, size: int) -> None:
    windows = windows_of(unit * (size // len(unit)))
    assert len(windows) <= 5 + min(size, 131_072) // 2_048
    assert all(len(each.coarse) <= SIZE and len(each.places) == len(each.coarse) for each in windows)


def test_short_texts_are_looked_at_as_a_whole() -> None:
    chance = random.Random(7)
    for _ in range(200):
        text = "".join(chance.choices(string.printable, k=chance.randrange(1, 90)))
        assert {place for each in windows_of(text) for place in each.places} >= set(line_of(text.lower()).places)


def test_where_windows_are_many_those_are_looked_at_in_which_marks_differ() -> None:
    assert any(
        "f" + line_of("'union").fine in features_of(each.coarse, each.fine)
        for each in windows_of("(a)" * 190 + "1'union select 2,3 -- x")
    )


def test_scores_are_the_same_in_every_process() -> None:
    text = "x') order by 3 -- <a onclick=b(1)> ; cat /etc/hosts | nc {{7*7}}"
    code = f"from garrison.payload.model.scoring import *; print(score_of({text!r}, weights())[0].hex())"
    told = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert told == {f"{score_of(text, weights())[0].hex()}\n".encode()}


def test_the_package_is_small_and_says_where_it_is_from() -> None:
    folder = files(weights_module.__package__)
    assert len(folder.joinpath(FILE).read_bytes()) < 500_000
    assert "trained" in folder.joinpath("weights.md").read_text()
    assert packed(weights()) == packed(msgspec.structs.replace(weights()))


def test_other_words_need_another_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights_module, "KINDS", {"L": "or"})
    with pytest.raises(ValueError, match="another vocabulary"):
        weights.__wrapped__()


MISSED = ("'+(1)+'", "';a(1)//", '<!--#x y="z" -->')
"""No sign is made for these; the model knows them by what they are made of."""


@pytest.mark.parametrize("text", MISSED)
def test_what_the_signs_let_through(text: str) -> None:
    assert judge([text]) == ()
    (found,) = judge(["plain", text], use_model=True)
    assert (found.index, found.signs) == (1, (f"{found.kind}.{LEARNED}",))
    assert judge([text], {0: signs_of(found.kind, [LEARNED])}, use_model=True) == ()


@pytest.mark.parametrize(("text", "size"), [*((each, 3_000) for each in MISSED), (MISSED[2], 64_000)])
def test_what_stands_amid_prose_is_looked_at(text: str, size: int) -> None:
    half = (_PROSE * size)[: size // 2]
    own = line_of(text).coarse
    assert any(own in each.coarse for each in windows_of(f"{half} {text} {half}"))
    assert likeness_of(half) is None


def test_evidence_says_what_weighed_most_and_shows_nobody() -> None:
    (found,) = judge(["';a(1)//Ada Example"], use_model=True)
    told = evidence_of(found)
    assert told.startswith(f"{LEARNED}: ")
    assert "Ada" not in told


def test_the_settings_turn_it_off() -> None:
    assert [bool(judge([MISSED[0]], use_model=on)) for on in (True, False, True)] == [True, False, True]
