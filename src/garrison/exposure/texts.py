"""Personal data and secrets within any text: found by their syntax, believed by their check digits, exchanged for what
they are.

A whole value is told by `exposure/types`; here the same is told of a part of one: an address in a note, a card's number
in a message. What is mere digits is found only where it is a card's number, for almost any number is somebody's number
somewhere.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

from garrison.exposure.types.contact import is_email, is_phone
from garrison.exposure.types.financial import is_card, is_iban
from garrison.exposure.types.identity import is_national_id, is_vehicle
from garrison.exposure.types.rule import Match

MAX_TEXT: Final = 1 << 20
"""Characters of a text that are looked at; who calls refuses what is longer."""

_Check: TypeAlias = Callable[[str], Match | None]


class Spot(NamedTuple):
    """A part of a text."""

    start: int
    end: int
    type: str
    """Its semantic type."""


# Every repetition is bounded, and each candidate begins where no longer one could, so that the time is linear.
_HINT: Final = re.compile(r"[@0-9]|PRIVATE KEY|_[A-Za-z0-9]|eyJ|xox|AKIA")
"""What everything that is looked for has something of; most texts have nothing."""
_CREDENTIAL: Final = re.compile(
    r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{5,4000}\.eyJ[A-Za-z0-9_-]{5,4000}\.[A-Za-z0-9_-]{0,2000}"  # RFC 7519
    r"|(?:sk_live_|sk_test_|ghp_|gho_|github_pat_|xox[abpr]-|AKIA|grs_)[A-Za-z0-9_-]{10,200}"
    r"|-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----(?:[^-]{0,20000}-----END [A-Z ]{0,30}PRIVATE KEY-----)?"
)
_EMAIL: Final = re.compile(r"(?<![\w.+-])[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_CARD: Final = re.compile(r"(?<![\w-])[0-9]{1,19}(?:[ -][0-9]{1,19}){0,40}(?!\w)")
_IBAN: Final = re.compile(r"(?<!\w)[A-Za-z]{2}[0-9]{2}(?: ?[A-Za-z0-9]{4}){2,7}(?: ?[A-Za-z0-9]{1,3})?(?!\w)")
_PHONE: Final = re.compile(r"(?<![\w+])\+[0-9](?:[ ().-]{0,2}[0-9]){6,14}(?![0-9])")
_TOKEN: Final = re.compile(r"(?<![\w./+-])[0-9A-Za-z][0-9A-Za-z./+-]{6,18}[0-9A-Za-z](?![\w/+-])")
_VEHICLE: Final = re.compile(r"(?<!\w)[A-HJ-NPR-Z0-9]{17}(?!\w)")
_GROUPED: Final = re.compile(r"[ ().-]{1,2}(?=[0-9A-Za-z])")
"""What stands between groups of digits; numbers stand beside one another as well."""
_CARD_DIGITS: Final = 12
_SHORTEST_IBAN: Final = 15
_LONGEST_IBAN: Final = 34
_LONGEST: Final = 400
"""Characters of the longest of what is looked for, but for secrets: an e-mail address."""
_LIKELY: Final = 0.05
"""Chance of an accident from which on a number's look proves nothing where its place says nothing either."""


def _is_card(text: str) -> Match | None:
    return is_card(text) if len(text) >= _CARD_DIGITS else None


def _is_iban(text: str) -> Match | None:
    """As `is_iban`, which is slow to say no."""
    upper = text.replace(" ", "").upper()
    if not (upper.isascii() and upper.isalnum() and _SHORTEST_IBAN <= len(upper) <= _LONGEST_IBAN):
        return None
    digits = "".join(str(int(sign, 36)) for sign in upper[4:] + upper[:4])  # ISO 13616: ISO 7064, mod 97-10
    return is_iban(upper) if int(digits) % 97 == 1 else None


def _is_number(text: str) -> Match | None:
    """A national number whose shape is not mere digits."""
    if sum(map(str.isdigit, text)) in {0, 1, 2, 3, len(text)}:
        return None  # each has more digits, and most words none
    found = is_national_id(text)
    return found if found is not None and found.chance <= _LIKELY else None


def _is_vehicle(text: str) -> Match | None:
    found = is_vehicle(text)
    return found if found is not None and found.chance <= _LIKELY else None


def _is_credential(text: str) -> Match:
    del text
    return Match("key", 0.001)  # its form has said all


_FINDERS: Final[Mapping[str, tuple[re.Pattern[str], _Check]]] = {
    "credential": (_CREDENTIAL, _is_credential),
    "email": (_EMAIL, is_email),
    "iban": (_IBAN, _is_iban),
    "card": (_CARD, _is_card),
    "phone": (_PHONE, is_phone),
    "vehicle": (_VEHICLE, _is_vehicle),
    "national-id": (_TOKEN, _is_number),
}
"""What is found first has its place: a token may hold what looks like a number."""


def spots(text: str, types: Collection[str]) -> tuple[Spot, ...]:
    """Where `text` holds data of these `types`, in its order; no two overlap."""
    found: list[Spot] = []
    if not _HINT.search(text):
        return ()
    for name, (pattern, check) in _FINDERS.items():
        if name in types:
            found += [spot for spot in _found(text, name, pattern, check) if not _overlaps(spot, found)]
    return tuple(sorted(found))


def redacted(text: str, found: Collection[Spot]) -> str:
    """`text` with each of the spots exchanged for its type: `(email)`."""
    parts: list[str] = []
    at = 0
    for spot in sorted(found):
        parts += [text[at : spot.start], f"({spot.type})"]
        at = spot.end
    return "".join([*parts, text[at:]])


def _found(text: str, name: str, pattern: re.Pattern[str], check: _Check) -> Iterator[Spot]:
    for match in pattern.finditer(text):
        start, end = match.span()
        if name == "credential":
            yield Spot(start, end, name)
            continue
        while text[end - 1] in ".-' ":  # the sentence's own
            end -= 1
        if end - start <= _LONGEST and check(text[start:end]) is not None:
            yield Spot(start, end, name)
        elif name in _MOST_GROUPS and end - start > _SHORTEST:
            yield from _within(text, start, end, name, check)


def _within(text: str, start: int, end: int, name: str, check: _Check) -> Iterator[Spot]:
    """Numbers among groups that are not one as a whole: each begins and ends with a group, and the longest counts."""
    breaks = [each.span() for each in _GROUPED.finditer(text, start, end)]
    starts = [start, *(after for _, after in breaks)]
    ends = [*(before for before, _ in breaks), end]
    at = 0
    while at < len(starts):
        last = _longest(text, starts[at], ends[at : at + _MOST_GROUPS[name]], check)
        if last is not None:
            yield Spot(starts[at], ends[at + last], name)
        if name != "card":  # others begin with what says what they are
            return
        at += 1 if last is None else last + 1


def _longest(text: str, start: int, ends: Sequence[int], check: _Check) -> int | None:
    """Which of these ends makes the longest number."""
    return next(
        (
            last
            for last in range(len(ends) - 1, -1, -1)
            if ends[last] - start >= _SHORTEST and check(text[start : ends[last]]) is not None
        ),
        None,
    )


_MOST_GROUPS: Final[Mapping[str, int]] = {"card": 5, "iban": 9, "phone": 8}
"""How many groups such a number is written in at most."""
_SHORTEST: Final = 8
"""Characters of the shortest of these numbers."""


def _overlaps(spot: Spot, others: Collection[Spot]) -> bool:
    return any(spot.start < other.end and other.start < spot.end for other in others)
