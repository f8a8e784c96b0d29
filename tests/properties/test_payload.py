"""How much is looked at grows no faster than a text does, whatever it is made of."""

from collections import Counter

import pytest

from garrison.payload import places
from garrison.payload.judge import judge
from garrison.payload.places import Form, signs_in
from garrison.payload.scanner import Scanner
from garrison.payload.sign import Sign
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
    "; cat /etc/passwd",
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

    def counting(self: Scanner, data: bytes, most: int) -> list[tuple[int, int]]:
        found = scan(self, data, most)
        counts.append(len(found))
        return found

    monkeypatch.setattr(Scanner, "scan", counting)
    return counts


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_asked_and_told_is_bounded(shape: str, asked: Counter[str], told: list[int]) -> None:
    signs_in([Form(0, shape * (SIZE // len(shape)), ())])
    assert asked.total() <= 24 + SIZE // 128
    assert sum(told) <= 3 * (64 + SIZE // 16)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("attack", ATTACKS)
def test_noise_hides_nothing(shape: str, attack: str) -> None:
    for noise in (shape, f"{shape}lorem ipsum {shape}", shape + "dolor sit amet, " * 8):
        assert judge([noise * (8192 // len(noise)) + "\n" + attack]), noise


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
    assert (alone.kind, alone.signs, alone.place) == (among.kind, among.signs, among.place)
