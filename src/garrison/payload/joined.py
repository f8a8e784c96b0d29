"""Texts that are looked at together: joined once, for all who look at them."""

from collections.abc import Sequence
from typing import Final

import msgspec

from garrison.payload.plain import PLAIN
from garrison.payload.scanner import BORDER

_PLAIN: Final = BORDER.encode() + PLAIN


class Joined(msgspec.Struct, frozen=True, gc=False):
    """Some texts, a border before and behind each."""

    texts: Sequence[str]
    text: str
    data: bytes
    """The same as UTF-8."""
    signs: bytes
    """What in it is no plain character."""
    is_parted: bool
    """Whether the borders tell where each of the texts is: none of them holds one itself."""


def join(texts: Sequence[str]) -> Joined:
    """`texts`, joined."""
    text = BORDER + BORDER.join(texts) + BORDER
    data = text.encode("utf-8", "replace")
    return Joined(texts, text, data, data.translate(None, _PLAIN), text.count(BORDER) == len(texts) + 1)
