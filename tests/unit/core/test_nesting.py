"""How deep values are nested."""

from typing import Any

import pytest

from garrison.core.nesting import is_deeper


@pytest.mark.parametrize(
    ("value", "levels"),
    [(7, 0), ("[[", 0), ([], 1), ({"a": 1}, 1), ([1, {"a": []}], 3), ({"a": 1, "b": [[2]]}, 3), ([[], [[[1]]]], 4)],
)
def test_levels_are_those_of_the_deepest_part(value: Any, levels: int) -> None:
    assert not is_deeper(value, levels)
    assert levels == 0 or is_deeper(value, levels - 1)
