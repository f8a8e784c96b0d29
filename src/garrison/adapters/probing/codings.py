"""Content codings undone piece by piece, so that an answer that swells to gigabytes never stands in memory."""

import zlib
from typing import Final

READABLE: Final = "gzip, deflate"
"""What is asked for: what can be undone with a bound."""
_GZIP: Final = 16 + zlib.MAX_WBITS


class Undoing:
    """Undoes one content coding (RFC 9110, section 8.4.1) up to a number of bytes.

    What is said to be coded and is not stays as it is: what a client would see matters less here than that nothing is
    lost. Codings that are unknown, or more than one, are left alone.
    """

    def __init__(self, coding: str, most: int) -> None:
        self.content = bytearray()
        self.is_damaged = False
        """Whether it was no such coding after all."""
        self._most = most
        self._coding = coding.strip().lower()
        self._codec = self._fresh()

    @property
    def is_full(self) -> bool:
        """Whether more came than is kept."""
        return len(self.content) > self._most

    def feed(self, chunk: bytes) -> None:
        """Take in what came next. One byte more than is kept shows that there was more."""
        room = self._most + 1 - len(self.content)
        if self._codec is None or room <= 0:
            self.content += chunk[: max(room, 0)]
            return
        try:
            self.content += self._codec.decompress(chunk, room)
        except zlib.error:
            if self._coding == "deflate" and not self.content and not self.is_damaged:
                self._raw_deflate(chunk, room)
            else:
                self._give_up(chunk, room)

    def _fresh(self) -> "zlib._Decompress | None":
        match self._coding:
            case "gzip" | "x-gzip":
                return zlib.decompressobj(_GZIP)
            case "deflate":
                return zlib.decompressobj()
            case _:
                return None

    def _raw_deflate(self, chunk: bytes, room: int) -> None:
        """Some send `deflate` without the envelope of zlib that the standard asks for."""
        self._codec = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            self.content += self._codec.decompress(chunk, room)
        except zlib.error:
            self._give_up(chunk, room)

    def _give_up(self, chunk: bytes, room: int) -> None:
        self._codec = None
        self.is_damaged = True
        self.content += chunk[:room]
