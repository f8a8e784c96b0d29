"""Products: numbers that no answer holds by chance, and the factors that a target multiplies if it computes."""

import zlib

import msgspec


class Product(msgspec.Struct, frozen=True):
    """Two numbers of four digits."""

    left: int
    right: int

    @property
    def text(self) -> str:
        """What comes out: seven or eight digits that stand in no request."""
        return str(self.left * self.right)


def product_for(word: str, salt: str = "") -> Product:
    """The same for the same word; another one for another salt."""
    number = zlib.crc32(f"{word}{salt}".encode())
    return Product(3001 + number % 4999, 3003 + (number >> 13) % 4999)
