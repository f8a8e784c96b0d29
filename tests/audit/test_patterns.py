"""Patterns that take exponential time are told from those that only look like it."""

import pytest

from garrison.audit.patterns import Budget, is_catastrophic


@pytest.mark.parametrize(
    "pattern",
    [
        "^(a+)+$", "^([a-z]+)*$", "^(a|a)*$", "^(a|aa)+$", r"^(\w+\s?)*$", "(x+x+)+y", "^(.*)*$", "^(?:a*)*b",
        "^([^@]+)+@", r"^(\d+|[0-9a-f]+)*$", "^(.*?,)+x$", "^(?<name>a+)+$", r"^(?=x)(\x61+)+$", "^(é+)+$",
        "^(a{1,}){2,}$",
    ],
)  # fmt: skip
def test_a_text_can_be_read_in_exponentially_many_ways(pattern: str) -> None:
    assert is_catastrophic(pattern, Budget())


@pytest.mark.parametrize(
    "pattern",
    [
        "", "^[a-z]+$", "^([a-z]+-)*[a-z]+$", "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]+)*$",
        r"^\d{4}-\d{2}-\d{2}$", "^(ab)*$", r"^[^@]+@[^@]+\.[^@]+$", "^(?!-)[a-z-]{1,39}(?<!-)$", "^(foo|bar)+$",
        r"^[\w.-]+(,[\w.-]+)*$", r"^(\.[a-z]{2,})*$", "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==)?$", r"^(a+\b,)*$",
    ],
)  # fmt: skip
def test_every_text_is_read_in_few_ways(pattern: str) -> None:
    assert not is_catastrophic(pattern, Budget())


def test_what_may_end_anywhere_does_not_fail() -> None:
    assert not is_catastrophic("^(a+)+", Budget())


@pytest.mark.parametrize("pattern", ["(", "[", "a)", "(?P", "\\", "(" * 900, "a" * 2000, "(?<n"])
def test_what_is_no_pattern_is_left_to_others(pattern: str) -> None:
    assert not is_catastrophic(pattern, Budget())


def test_with_no_steps_left_nothing_is_looked_at() -> None:
    assert not is_catastrophic("^(a+)+$", Budget(0))
