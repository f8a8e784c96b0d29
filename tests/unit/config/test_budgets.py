"""Budgets in garrison.yaml: every mistake at once, each with its place and how to mend it."""

import pytest

from garrison.config.exposure import DEFAULT_BUDGETS, LONGEST_WINDOW, parse_seconds, window_of
from garrison.config.load import load_settings
from garrison.core.errors import ConfigError

WRONG = """
controls:
  exposure:
    budgets:
      - {name: Hour, limit: 1}
      - {name: a, limit: 5, window: 90d}
      - {name: a, limit: 5, window: soon, new: {within: 0h, limit: 2}}
      - {name: b, limit: 5, per: all, new: {limit: 1}, for: [{limit: 9}]}
      - {name: c, limit: 5, new: {limit: 6}, match: [/people]}
operations:
  - match: getPet
    controls: {exposure: {budgets: [{name: d, limit: 1, window: 1x}]}}
"""


def test_every_mistake_is_told() -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings(WRONG.encode(), "garrison.yaml")
    told = {each.path: (each.message, each.hint) for each in caught.value.problems}
    place = "$.controls.exposure.budgets"
    times = "examples: `1h`, `1d`, `30d`"
    assert told == {
        f"{place}[0].name": ("`Hour` is no name", "lower case, digits and hyphens, at most 63 characters"),
        f"{place}[1].window": ("`90d` must be within 31 days", times),
        f"{place}[2].name": ("`a` is the name of two budgets", "name each"),
        f"{place}[2].window": ("`soon` is no length of time", times),
        f"{place}[2].new.within": ("`0h` must be more than nothing", "examples: `72h`, `7d`"),
        f"{place}[3].new": (
            "with `per: all` nobody is new", "count by `principal`, `client`, `peer` or `network`",
        ),
        f"{place}[3].for[0]": ("names nobody", "give `principals`, `clients`, `roles` or `scopes`"),
        f"{place}[4].new.limit": ("is more than `limit` (5)", "who is new may see less than others"),
        f"{place}[4].match[0]": (
            "`/people` has no method: `* /people` means any",
            "examples: `getPet`, `GET /pets/{petId}`, `* /admin/*`, `tag:internal`",
        ),
        "$.operations[0].controls.exposure.budgets[0].window": ("`1x` is no length of time", times),
    }  # fmt: skip


def test_the_shipped_ones_are_sound() -> None:
    assert [(each.name, each.limit, window_of(each), each.then) for each in DEFAULT_BUDGETS] == [
        ("hour", 200, 3600, "hold"),
        ("day", 500, 86400, "deny"),
        ("month", 2000, 30 * 86400, "deny"),
    ]


@pytest.mark.parametrize(("text", "seconds"), [("90m", 5400), ("1h", 3600), ("31d", LONGEST_WINDOW), ("2 h", None)])
def test_times(text: str, seconds: int | None) -> None:
    if seconds is None:
        with pytest.raises(ValueError, match="no length of time"):
            parse_seconds(text, LONGEST_WINDOW)
    else:
        assert parse_seconds(text, LONGEST_WINDOW) == seconds
