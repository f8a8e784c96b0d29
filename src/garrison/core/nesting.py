"""How deep values are nested."""

from typing import Any


def is_deeper(value: Any, most: int) -> bool:
    """Whether objects and lists of a JSON value stand within each other on more than `most` levels."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(most):
        level = [
            item
            for node in level
            for item in (node.values() if isinstance(node, dict) else node)
            if isinstance(item, dict | list)
        ]
        if not level:
            return False
    return bool(level)
