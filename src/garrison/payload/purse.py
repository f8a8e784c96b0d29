"""What may be spent on one text, in all of its forms together: each step pays, and where nothing is left it is crowded.

Prices are in nanoseconds of one core, as the dearest texts that were found take them; what a step really takes depends
on the machine and is less for most. No clock is asked: the same text always has the same price.
"""

from collections.abc import Iterable
from typing import Final

_PASS: Final = 90
_PASS_WIDE: Final = 40
_DOTTED: Final = 145
"""What it costs to seek all signs in a byte, whatever stands there, in one of a character that is none of ASCII, which
hardly any sign has, and what more where there are two dots, with which paths climb."""
_FIRST: Final = 24_000
_EACH: Final = 240
_FIRST_OF_FEW: Final = 450_000
_EACH_OF_FEW: Final = 800
_SOME: Final = 1_950_000
"""What a text has: `_FIRST`, and so much for each of its bytes; what is short has more, up to `_SOME` in all."""


class Reserve:
    """What is left for all texts of a request together: what one text has that is as long as all of them, and as long
    as `_LEAST` at least. A look at all of them was paid."""

    def __init__(self, texts: Iterable[str]) -> None:
        size, seen = _look("".join(texts))
        self.left = 14 * _filled(max(size, _LEAST)) // 10 - seen

    def take_up(self, count: int) -> int:
        """How many of `count` texts can be judged, which is paid; half of what is left is for what is in them."""
        many = min(count, self.left // (2 * _TAKEN_UP))
        self.left -= _TAKEN_UP * many
        return many


class Purse:
    """What is left for a text, and for those that `reserve` is shared with. A look at it was paid."""

    _read: set[str] | None = None  # of most texts nothing but what is left is ever needed

    def __init__(self, text: str, reserve: Reserve | None = None) -> None:
        size, seen = _look(text)
        self.left = _filled(size) - seen
        self._reserve = reserve

    def pay(self, price: int) -> bool:
        """Take `price`; whether it could be paid."""
        self.left -= price
        reserve = self._reserve
        if reserve is not None:
            reserve.left -= price
            if reserve.left < 0:
                self.left = min(self.left, reserve.left)
        return self.left >= 0

    def pay_for_pass(self, data: bytes) -> bool:
        """Take what it costs to seek all signs in `data`, one form of the text or what is new in it."""
        price = _price_of_pass(data)
        if len(data) > _SHORT:
            price += _DOTTED * data.count(_DOTS)
        return self.pay(price)

    def pay_for_change(self, data: bytes) -> bool:
        """Take what it costs to tell what of a form is not in `data`, the one before it."""
        return self.pay(_COMPARED + _COMPARED_EACH * len(data))

    def pay_for_matches(self, count: int) -> None:
        """Take what it cost to be told of `count` matches, and what it costs to weigh them."""
        self.pay(_WEIGHED + _TOLD * count)

    @property
    def matches_left(self) -> int:
        """Of how many matches it can be told at most: who is told of one more has nothing left."""
        return max(0, self.left - _WEIGHED) // _TOLD

    def pay_for_reading(self, part: str, each: int, count: int) -> bool:
        """Take what it costs to read `part` as a language, of which `count` things cost `each`.

        What repeats itself is read once.
        """
        if self._read is None:
            self._read = set()
        if part in self._read:
            return self.pay(_AGAIN)
        self._read.add(part)
        return self.pay(_AGAIN + each * count)

    @property
    def is_spent_by_others(self) -> bool:
        """Whether nothing is left for any text of the request."""
        return self._reserve is not None and self._reserve.left < 0

    @property
    def is_empty(self) -> bool:
        """Whether something could not be paid: then the text was not read to its end."""
        return self.left < 0


def _filled(size: int) -> int:
    return max(_FIRST + _EACH * size, min(_FIRST_OF_FEW + _EACH_OF_FEW * size, _SOME))


def _look(text: str) -> tuple[int, int]:
    """The bytes of `text`, and what it costs to seek all signs in it once."""
    if text.isascii():
        return len(text), _PASS * len(text)
    data = text.encode("utf-8", "replace")
    return len(data), _price_of_pass(data)


def _price_of_pass(data: bytes) -> int:
    wide = len(data) - len(data.translate(None, _WIDE))
    return _PASS * (len(data) - wide) + _PASS_WIDE * wide


_WIDE: Final = bytes(range(0x80, 0x100))
_LEAST: Final = 8_192
_TAKEN_UP: Final = 8_000
"""What it costs to judge a text, beside its length."""
_AGAIN: Final = 8_000
_SHORT: Final = 256
"""Bytes up to which dots are not counted: they cannot cost much."""
_DOTS: Final = b".."
_TOLD: Final = 650
_WEIGHED: Final = 10_000
_COMPARED: Final = 40_000
_COMPARED_EACH: Final = 3
