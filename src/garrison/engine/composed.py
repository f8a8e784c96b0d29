"""Several changes to one answer: the client gets what every one of them leaves.

Each control judges the answer as the upstream sent it, so that their order does not matter: what one takes out because
the principal may not read it does not look to another as if the upstream had left it out.
"""

from collections.abc import Sequence
from typing import Any

import msgspec


def composed(bodies: Sequence[bytes]) -> bytes:
    """What all of `bodies`, each the same JSON document with some of it taken out, have in common; of other bodies,
    which nothing can be said of, the last."""
    if len(bodies) == 1:
        return bodies[0]
    try:
        first, *others = [msgspec.json.decode(body) for body in bodies]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return bodies[-1]
    for other in others:
        first = _common(first, other)
    return msgspec.json.encode(first)


def json_value(body: bytes) -> Any:
    """The JSON value that a changed body is. Raises where it is none: every control that changes one writes JSON."""
    return msgspec.json.decode(body)


def _common(one: Any, other: Any) -> Any:
    if isinstance(one, dict) and isinstance(other, dict):
        return {name: _common(item, other[name]) for name, item in one.items() if name in other}
    if isinstance(one, list) and isinstance(other, list):
        return [_common(*pair) for pair in zip(one, other, strict=False)]
    return other if one is not None else None  # what one of them made null
