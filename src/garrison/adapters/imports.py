"""Lists of others to block: plain lists of targets, and STIX 2.1 bundles."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from garrison.core.countermeasure import Scope, network, parse_target

_COMPARISON: Final = re.compile(r"\s*ipv([46])-addr:value\s*(?:=|ISSUBSET)\s*'([0-9A-Fa-f:./]{2,49})'\s*\Z")
"""The comparisons of STIX patterns (STIX 2.1, 9) that name one address or network."""


class Imported(msgspec.Struct, frozen=True):
    """What a list asks to block."""

    targets: tuple[tuple[Scope, str, float | None], ...]
    """Scope, value and when it ends, where the list says so: seconds since the epoch."""
    skipped: tuple[str, ...]
    """What was passed over, and why."""


def plain_list(text: str) -> Imported:
    """One target a line; `#` and `;` begin a comment, as in published lists."""
    targets: list[tuple[Scope, str, float | None]] = []
    skipped: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        target = re.split(r"[#;]", line, maxsplit=1)[0].strip()
        if not target:
            continue
        try:
            targets.append((*parse_target(target), None))
        except ValueError as error:
            skipped.append(f"line {number}: {error}")
    return Imported(tuple(targets), tuple(skipped))


def stix_bundle(content: bytes, now: float) -> Imported:
    """The addresses and networks that the indicators of a bundle name and that are valid at `now`.

    Raises ValueError where it is no bundle.
    """
    try:
        bundle: Any = msgspec.json.decode(content)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError("is no JSON") from error
    if not isinstance(bundle, dict) or bundle.get("type") != "bundle" or not isinstance(bundle.get("objects"), list):
        raise ValueError("is no STIX bundle")
    targets: list[tuple[Scope, str, float | None]] = []
    skipped: list[str] = []
    for each in bundle["objects"]:
        if not isinstance(each, dict) or each.get("type") != "indicator":
            continue
        try:
            targets += _targets(each, now)
        except ValueError as error:
            skipped.append(f"{str(each.get('id', 'an indicator'))[:80]}: {error}")
    return Imported(tuple(targets), tuple(skipped))


def _targets(indicator: dict[str, Any], now: float) -> Iterator[tuple[Scope, str, float | None]]:
    pattern = indicator.get("pattern")
    if indicator.get("revoked") is True:
        raise ValueError("it was revoked")
    if indicator.get("pattern_type", "stix") != "stix" or not isinstance(pattern, str):
        raise ValueError("its pattern is in another language")
    begins, ends = _moment(indicator, "valid_from"), _moment(indicator, "valid_until")
    if (ends is not None and ends <= now) or (begins is not None and begins > now):
        raise ValueError("it is not valid now")
    networks = _networks(pattern)
    return ((Scope.NETWORK, each, ends) for each in networks)


def _networks(pattern: str) -> list[str]:
    """The networks of a pattern that is one observation, of alternatives that are each an address or network."""
    text = pattern.strip()
    if not (text.startswith("[") and text.endswith("]") and text.count("[") == 1):
        raise ValueError("its pattern is more than one observation")
    found = []
    for part in re.split(r"\sOR\s", text[1:-1]):
        comparison = _COMPARISON.match(part)
        if not comparison:
            raise ValueError("its pattern names more than addresses")
        value = network(comparison[2])
        if (":" in value) != (comparison[1] == "6"):
            raise ValueError(f"`{value}` is of another version of IP than it says")
        found.append(value)
    return found


def _moment(indicator: dict[str, Any], name: str) -> float | None:
    value = indicator.get(name)
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(str(value))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError) as error:
        raise ValueError(f"`{name}` is no time") from error
