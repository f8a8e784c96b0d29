"""The narrowest form that texts have, and that the contract then pins down."""

import pytest
import yaml

from garrison.contract.plain_pattern import is_plain
from garrison.payload.shape import SHAPES, narrowest, shapes_of


@pytest.mark.parametrize(
    ("texts", "name"),
    [
        (["1", "-20"], "integer"),
        (["2026-01-31", "1999-12-01"], "date"),
        (["2026-01-31T10:00:00Z", "2026-01-31t10:00:00.5+01:00"], "date and time"),
        (["00000000-0000-4000-8000-00000000000a"], "uuid"),
        (["newest", "most_liked"], "lower-case word"),
        (["1", "a-1"], "identifier"),
        (["a b", "1"], None),
        (["\u0661"], None),
        (["a\n"], None),
        ([""], None),
    ],
)
def test_narrowest(texts: list[str], name: str | None) -> None:
    bits = (1 << len(SHAPES)) - 1
    for text in texts:
        bits &= shapes_of(text)
    shape = narrowest(bits)
    assert (shape.name if shape else None) == name


def test_what_is_proposed_pins_down() -> None:
    patterns = [yaml.safe_load(shape.schema).get("pattern") for shape in SHAPES]
    assert all(is_plain(pattern) for pattern in patterns if pattern)
