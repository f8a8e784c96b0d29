"""What is known to be harmless: texts in which nothing was found, and forms, of texts that differ in their digits."""

import re
from collections.abc import Sequence
from typing import Final


class Harmless:
    """Short texts in which nothing was found: clients say the same ones again and again, or with other numbers.

    Nobody's text stays for long: once the room is used up, all of them are forgotten.
    """

    def __init__(self, room: int = 8192, longest: int = 256) -> None:
        self._room, self._longest = room, longest
        self._texts: set[str] = set()
        self._forms: dict[bytes, bool] = {}
        """Whether all texts of a form are harmless, of those that were asked about."""

    def __contains__(self, text: object) -> bool:
        return text in self._texts

    def others(self, texts: Sequence[str]) -> list[str]:
        """Those of `texts` that are not known; where all are, one look tells."""
        known = self._texts
        return [] if known.issuperset(texts) else [text for text in texts if text not in known]

    def have_forms(self, texts: Sequence[str]) -> bool:
        """Whether all of `texts` are of forms that are known to be harmless."""
        forms = _form_of("\0".join(texts)).split(b"\0")
        return len(forms) == len(texts) and all(map(self._forms.get, forms))  # not so where a text holds a border

    def add(self, texts: Sequence[str]) -> None:
        """Remember those of `texts` that are short."""
        if sum(map(len, texts)) > self._longest:
            texts = [text for text in texts if len(text) <= self._longest][: self._room]
        if len(self._texts) + len(texts) > self._room:
            self._texts = set()  # another one: a thread may be looking into the old one
        self._texts.update(texts)

    def is_form_known(self, text: str) -> bool | None:
        """Whether all texts of the form of `text` are harmless; None where that was never asked, or was forgotten."""
        return self._forms.get(_form_of(text))

    def add_form(self, text: str, *, is_harmless: bool) -> None:
        """Remember whether all texts of the form of `text` are harmless."""
        if len(self._forms) >= self._room:
            self._forms = {}
        self._forms[_form_of(text)] = is_harmless


def _form_of(text: str) -> bytes:
    """What `text` has in common with those that differ from it in their digits."""
    return text.encode("utf-8", "replace").translate(_AS_ONE)


_AS_ONE: Final = bytes([ord("0") if code in b"0123456789" else code for code in range(256)])


def has_form(text: str) -> bool:
    """Whether `text`, which is plain characters, is short and has digits, and whatever they were nothing hid in it.

    With `+` words and UTF-7 may begin, with `0x` bytes; base64 has none of the signs that are asked for.
    """
    return len(text) <= _LONGEST and _WITH_FORM.fullmatch(text) is not None


_LONGEST: Final = 256
_WITH_FORM: Final = re.compile(r"(?=[\w-]*[^\w-])(?![^+]*[0-9][xX])[^+0-9]*[0-9][^+]*", re.ASCII)
