"""Several changes to one answer: the client gets what every one of them leaves.

Each control judges the answer as the upstream sent it, so that their order does not matter: what one takes out because
the principal may not read it does not look to another as if the upstream had left it out.
"""

from collections.abc import Collection, Sequence
from typing import Any, TypeAlias

import msgspec

Way: TypeAlias = tuple[str | int, ...]
"""Names and indexes from the root."""


def composed(bodies: Sequence[bytes], cut: Collection[Way] = ()) -> bytes:
    """What all of `bodies`, each the same JSON document with some of it taken out, have in common, without the items of
    lists to which the ways `cut` lead; of other bodies, which nothing can be said of, the last."""
    if len(bodies) == 1 and not cut:
        return bodies[0]
    try:
        first, *others = [msgspec.json.decode(body) for body in bodies]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return bodies[-1]
    for other in others:
        first = _common(first, other)
    return msgspec.json.encode(without_items(first, cut))


def without_items(value: Any, cut: Collection[Way]) -> Any:
    """`value` without the items of lists to which these ways lead; what is not changed is shared with it."""
    if not cut:
        return value
    if isinstance(value, dict):
        inside = _by_first(cut)
        return {name: without_items(item, inside.get(name, ())) for name, item in value.items()}
    if isinstance(value, list):
        inside = _by_first(cut)
        gone = {way[0] for way in cut if len(way) == 1}
        return [without_items(item, inside.get(at, ())) for at, item in enumerate(value) if at not in gone]
    return value  # a rewrite has taken out what stood here


def _by_first(cut: Collection[Way]) -> dict[str | int, list[Way]]:
    inside: dict[str | int, list[Way]] = {}
    for way in cut:
        if len(way) > 1:
            inside.setdefault(way[0], []).append(way[1:])
    return inside


def _common(one: Any, other: Any) -> Any:
    if isinstance(one, dict) and isinstance(other, dict):
        return {name: _common(item, other[name]) for name, item in one.items() if name in other}
    if isinstance(one, list) and isinstance(other, list):
        return [_common(*pair) for pair in zip(one, other, strict=False)]
    return other if one is not None else None  # what one of them made null
