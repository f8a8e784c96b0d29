"""What is known to be harmless: texts in which nothing was found, and forms, of texts that differ in their digits."""

import re
from collections.abc import Sequence
from typing import Final, TypeAlias

Form: TypeAlias = tuple[int, bytes]
"""How many texts are said together, and what they have in common with those that differ from them in their digits."""


class Harmless:
    """Short texts in which nothing was found: clients say the same ones again and again, or with other numbers.

    Nobody's text stays for long: once the room is used up, all of them are forgotten.
    """

    def __init__(self, room: int = 8192, longest: int = 256) -> None:
        self._room, self._longest = room, longest
        self._texts: set[str] = set()
        self._seen: set[Form] = set()
        """Forms that harmless texts had."""
        self.forms: dict[Form, bool] = {}
        """Whether whatever has it is harmless, of forms that were seen again."""

    def have_all(self, texts: Sequence[str]) -> bool:
        """Whether all of `texts` are known."""
        return self._texts.issuperset(texts)

    def others(self, texts: Sequence[str]) -> Sequence[str]:
        """Those of `texts` that are not known."""
        known = self._texts
        return texts if known.isdisjoint(texts) else [text for text in texts if text not in known]

    def add(self, texts: Sequence[str]) -> None:
        """Remember those of `texts` that are short."""
        if sum(map(len, texts)) > self._longest:
            texts = [text for text in texts if len(text) <= self._longest][: self._room]
        if len(self._texts) + len(texts) > self._room:
            self._texts = set()  # another one: a thread may be looking into the old one
        self._texts.update(texts)

    def is_to_be_asked(self, form: Form) -> bool:
        """Whether it is time to ask of `form`, which harmless texts have, whether all texts are harmless that have it:
        it was seen before. It is remembered that it was seen."""
        seen = self._seen
        if form in seen:
            return form not in self.forms
        if len(form[1]) <= _TOGETHER:
            if len(seen) >= self._room:
                self._seen, self.forms = set(), {}
            self._seen.add(form)
        return False


_TOGETHER: Final = 1024
"""Bytes of texts whose form is remembered."""


def form_of(texts: Sequence[str]) -> Form:
    """What `texts` have in common with those that differ from them in their digits."""
    return len(texts), "\0".join(texts).encode("utf-8", "replace").translate(_AS_ONE)


_AS_ONE: Final = bytes([0xFF if code in b"0123456789" else code for code in range(256)])
"""Digits are what no text has in UTF-8."""


def may_vary(text: str) -> bool:
    """Whether nothing hides in `text`, which is plain characters, whatever its digits are.

    With `+` words and UTF-7 may begin, with `0x` bytes; base64 has none of the signs that are asked for.
    """
    return _MAY_VARY.fullmatch(text) is not None


_MAY_VARY: Final = re.compile(r"(?=[\w-]*[^\w-])(?![^+]*[0-9][xX])[^+]*", re.ASCII)
