"""Examples: the texts that a description gives as examples, defaults and choices."""

import base64
import re
from collections.abc import Iterator
from typing import Final

from garrison.contract.documents import Node

_PLACES: Final = frozenset({"example", "examples", "default", "const", "value", "x-example", "enum"})
_SHORTEST: Final = 20
"""Characters: a shorter text holds no secret that could not be made up."""
_MOST: Final = 1_000_000
"""Values that are looked at."""
_HEX: Final = re.compile(r"[0-9a-fA-F]+")
_MADE_UP: Final = (
    "****", "....", "1234567890", "abcdef", "example", "foobar", "jane doe", "john doe", "placeholder", "test", "xxxx",
    "your",
)  # fmt: skip


def long_examples(root: Node) -> Iterator[Node]:
    """Every long text that stands in an example, at any depth."""
    rest: list[tuple[Node, bool]] = [(root, False)]
    for _ in range(_MOST):
        if not rest:
            return
        node, is_example = rest.pop()
        if isinstance(node.value, str) and is_example and len(node.value) >= _SHORTEST:
            yield node
        rest += [(inner, is_example or inner.place.tokens[-1] in _PLACES) for inner in _within(node)]


def is_made_up(text: str) -> bool:
    """Whether a secret only has the form of one: stars, `EXAMPLE`, few different characters, hexadecimal digits."""
    lower = (text + _payload(text)).lower()
    is_hex = _HEX.fullmatch(text.rpartition("_")[2]) is not None  # no issuer of keys with prefixes has such
    return len(set(text)) < 12 or is_hex or any(mark in lower for mark in _MADE_UP)


def _within(node: Node) -> Iterator[Node]:
    value = node.value
    keyed = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in keyed:
        if isinstance(inner, (dict, list, str)):
            yield Node(node.place.child(key), inner)


def _payload(text: str) -> str:
    """What a token says, where it is one."""
    parts = text.split(".")
    try:
        return base64.urlsafe_b64decode(parts[1] + "==").decode() if len(parts) == 3 else ""
    except ValueError:
        return ""
