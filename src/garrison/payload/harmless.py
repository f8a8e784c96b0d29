"""What is known to be harmless: texts in which nothing was found, and forms, of texts that differ in their digits."""

import re
from collections.abc import Sequence
from typing import Final

_LONGEST: Final = 256
"""Characters of a text that is remembered."""
_TOGETHER: Final = 1024
"""Bytes of texts that are remembered together."""


class Harmless:
    """Short texts in which nothing was found: clients say the same ones again and again, or with other numbers.

    Nobody's text stays for long: once the room is used up, all of them are forgotten.
    """

    def __init__(self, room: int = 8192, longest: int = _LONGEST) -> None:
        self._room, self._longest = room, longest
        self._texts: set[str] = set()
        """Those whose digits may make a difference."""
        self._forms: dict[bytes, bool] = {}
        """Whether all texts of a form are harmless, of those that were asked about."""
        self._together: set[tuple[int, bytes]] = set()
        """How many texts were said together, and their forms, each of which is known to be harmless."""

    def have_all(self, texts: Sequence[str]) -> bool:
        """Whether all of `texts` are known; of most, one look at all of them tells."""
        if self._texts.issuperset(texts):
            return True
        joined = _form_of("\0".join(texts))
        if (len(texts), joined) in self._together:
            return True
        if self._others(texts, joined.split(b"\0")):
            return False
        self._keep_together(texts, joined)
        return True

    def others(self, texts: Sequence[str]) -> list[str]:
        """Those of `texts` that are not known."""
        if self._texts.issuperset(texts):
            return []
        return self._others(texts, _form_of("\0".join(texts)).split(b"\0"))

    def _others(self, texts: Sequence[str], forms: Sequence[bytes]) -> list[str]:
        known, is_harmless = self._texts, self._forms.get
        if len(forms) != len(texts):  # one of them holds a border itself
            return [text for text in texts if text not in known]
        return [text for text, form in zip(texts, forms, strict=True) if not is_harmless(form) and text not in known]

    def _keep_together(self, texts: Sequence[str], joined: bytes) -> None:
        """Remember texts that are known, if what is known is their forms."""
        if len(joined) <= _TOGETHER and self._texts.isdisjoint(texts) and joined.count(b"\0") == len(texts) - 1:
            if len(self._together) >= self._room:
                self._together = set()  # another one: a thread may be looking into the old one
            self._together.add((len(texts), joined))

    def add(self, texts: Sequence[str]) -> None:
        """Remember those of `texts` that are short."""
        texts = [text for text in texts if len(text) <= self._longest][: self._room]
        alone = [text for text in texts if not text.isascii() or _DIGIT(text)]
        if len(self._texts) + len(alone) > self._room:
            self._texts = set()
        self._texts.update(alone)
        if len(alone) < len(texts):
            self._add_forms({text.encode(): True for text in texts if text.isascii() and not _DIGIT(text)})

    def is_form_known(self, text: str) -> bool | None:
        """Whether all texts of the form of `text` are harmless; None where that was never asked, or was forgotten."""
        return self._forms.get(_form_of(text))

    def add_form(self, text: str, *, is_harmless: bool) -> None:
        """Remember whether all texts of the form of `text` are harmless."""
        self._add_forms({_form_of(text): is_harmless})

    def _add_forms(self, forms: dict[bytes, bool]) -> None:
        if len(self._forms) + len(forms) > self._room:
            self._forms, self._together = {}, set()
        self._forms.update(forms)


def _form_of(text: str) -> bytes:
    """What `text` has in common with those that differ from it in their digits; itself where it has none."""
    return text.encode("utf-8", "replace").translate(_AS_ONE)


_AS_ONE: Final = bytes([0xFF if code in b"0123456789" else code for code in range(256)])
"""Digits are what no text has in UTF-8."""
_DIGIT: Final = re.compile("[0-9]").search


def has_form(text: str) -> bool:
    """Whether `text`, which is plain characters, is short, and whatever its digits were nothing hid in it.

    With `+` words and UTF-7 may begin, with `0x` bytes; base64 has none of the signs that are asked for.
    """
    return len(text) <= _LONGEST and _WITH_FORM.fullmatch(text) is not None


_WITH_FORM: Final = re.compile(r"(?=[\w-]*[^\w-])(?![^+]*[0-9][xX])[^+]*", re.ASCII)
