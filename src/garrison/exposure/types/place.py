"""Where a person is."""

import ipaddress
import re
from typing import Final

from garrison.exposure.types.rule import Match, TypeRule, pattern

_POSITION: Final = re.compile(r"(-?[0-9]{1,2}\.[0-9]{3,})\s*[,; ]\s*(-?[0-9]{1,3}\.[0-9]{3,})")
_MAC: Final = re.compile(r"(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}")


def is_position(text: str) -> Match | None:
    """Latitude and longitude in degrees, at least three places behind the point: a hundred metres or less."""
    found = _POSITION.fullmatch(text.strip())
    if found is None or abs(float(found[1])) > 90 or abs(float(found[2])) > 180:
        return None
    return Match("pair", 0.05)


def is_network_address(text: str) -> Match | None:
    """An IP address, or a device's hardware address."""
    if _MAC.fullmatch(text):
        return Match("mac", 0.01)
    if "." not in text and ":" not in text:
        return None
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return None
    return Match("ip", 0.05)


RULES: Final = (
    TypeRule(
        "position",
        pattern(
            "latitude", "longitude", "geo-?(?:location|position|point|coordinates?)", "gps(?:-(?:location|position))?",
            "last-known-(?:location|position)", alone=("lat", "lng", "lon", "coordinates"),
        ),
        frozenset({"geo-point"}),
        is_position,
    ),
    TypeRule(
        "network-address",
        pattern("(?:client|remote|user|device|last|login|source|source-)?-?ip-?address(?:es)?", "mac-address(?:es)?",
                "(?:client|remote|user|login)-ip"),
        frozenset({"ipv4", "ipv6"}),
        is_network_address,
    ),
)  # fmt: skip
