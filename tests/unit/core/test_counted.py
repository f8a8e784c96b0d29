"""One thing is told as one."""

import pytest

from garrison.core.counted import counted


@pytest.mark.parametrize(
    ("number", "words", "said"),
    [
        (0, ("exchange",), "0 exchanges"),
        (1, ("exchange",), "1 exchange"),
        (1200, ("exchange",), "1,200 exchanges"),
        (1, ("entry", "entries"), "1 entry"),
        (2, ("entry", "entries"), "2 entries"),
        (1, ("answer is", "answers are"), "1 answer is"),
    ],
)
def test_counted(number: int, words: tuple[str, ...], said: str) -> None:
    assert counted(number, *words) == said
