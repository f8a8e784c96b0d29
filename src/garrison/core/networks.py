"""Networks: which of many hold an address. Found by bisection, whatever their number."""

import ipaddress
from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache
from typing import Generic, TypeVar

_T = TypeVar("_T")
_V6 = 128
_V4 = 32
_MAPPED = 0xFFFF << 32
"""IPv4 addresses have their place in the numbers of IPv6 (RFC 4291, 2.5.5.2), so both forms of one are the same."""


class Networks(Generic[_T]):
    """Values by network. Immutable once made."""

    __slots__ = ("_starts", "_values")

    def __init__(self, values: Iterable[tuple[str, _T]]) -> None:
        """Networks as `span` reads them; raises ValueError where one is none."""
        found = sorted(((*span(network), value) for network, value in values), key=lambda each: (each[0], -each[1]))
        self._starts: list[int] = []
        self._values: list[tuple[_T, ...]] = []
        around: list[tuple[int, _T]] = []
        for low, high, value in found:
            self._leave(around, low)
            around.append((high, value))
            self._begin(low, around)
        self._leave(around, 1 << _V6)

    def __bool__(self) -> bool:
        return bool(self._starts)

    def find(self, address: str) -> tuple[_T, ...]:
        """The values of the networks that hold `address`, the widest first; none where it is no address."""
        number = _remembered(address)
        if number is None:
            return ()
        at = bisect_right(self._starts, number)
        return self._values[at - 1] if at else ()

    def _leave(self, around: list[tuple[int, _T]], low: int) -> None:
        """Networks either hold one another or have nothing in common: those that end before `low` are done."""
        while around and around[-1][0] < low:
            high = around.pop()[0]
            while around and around[-1][0] == high:
                around.pop()
            self._begin(high + 1, around)

    def _begin(self, start: int, around: list[tuple[int, _T]]) -> None:
        values = tuple([value for _, value in around])
        if self._starts and self._starts[-1] == start:
            self._values[-1] = values
        else:
            self._starts.append(start)
            self._values.append(values)


def span(network: str) -> tuple[int, int]:
    """The first and the last address of `network` (`203.0.113.0/24`, `2001:db8::1`) as numbers.

    Raises ValueError.
    """
    address, slash, length = network.partition("/")
    number = number_of(address)
    if number is None:
        raise ValueError(f"`{network}` is no address or network")
    bits = _V6 if ":" in address else _V4
    if not slash:
        return number, number
    if not (length.isascii() and length.isdigit() and len(length) <= 3 and int(length) <= bits):
        raise ValueError(f"`{network}` is no address or network")
    free = (1 << (bits - int(length))) - 1
    return number & ~free, number | free


def number_of(address: str) -> int | None:
    """`address` as a number; None where it is none."""
    if ":" not in address:  # by hand: a tenth of what the library takes
        parts = address.split(".")
        if len(parts) == 4:
            a, b, c, d = parts
            # nothing but three digits each passes: `int` would also take blanks, signs and digits of other scripts
            if len(address) <= 15 and address.isascii() and (a + b + c + d).isdigit() and a and b and c and d:
                one, two, three, four = int(a), int(b), int(c), int(d)
                if one < 256 and two < 256 and three < 256 and four < 256:
                    return _MAPPED | one << 24 | two << 16 | three << 8 | four
        return None
    try:
        return int(ipaddress.IPv6Address(address.partition("%")[0]))
    except ValueError:
        return None


_remembered = lru_cache(maxsize=65536)(number_of)
"""Clients come again: a third of the time."""


@lru_cache(maxsize=65536)
def prefix(address: str, v4: int, v6: int) -> str:
    """The network of `address` with so many bits: what a client cannot leave by choosing another of its addresses.

    What is no address is its own network.
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        parsed = parsed.ipv4_mapped or parsed
    bits = v4 if parsed.version == 4 else v6
    network = ipaddress.ip_network((parsed, bits), strict=False)
    return str(parsed) if network.num_addresses == 1 else str(network)


def peer_of(address: str) -> str:
    """The network of one subscriber: of IPv6 they have at least 64 bits to choose from."""
    return prefix(address, 32, 64)
