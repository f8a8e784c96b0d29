"""Moments and lengths of time are read as operators write them."""

import pytest

from garrison.cli.moments import parse_length, parse_moment, show_moment
from garrison.core.errors import ConfigError

NOW = 1_000_000.0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30s", NOW - 30),
        ("10m", NOW - 600),
        ("2h", NOW - 7200),
        ("3d", NOW - 259200),
        ("1w", NOW - 604800),
        ("1970-01-02", 86400.0),
        ("1970-01-01T00:01:00", 60.0),
        ("1970-01-01T00:01:00Z", 60.0),
        ("1970-01-01T01:01:00+01:00", 60.0),
    ],
)
def test_moments(text: str, expected: float) -> None:
    assert parse_moment(text, "--since", NOW) == expected


@pytest.mark.parametrize("text", ["", "10", "m", "-1h", "1.5h", "yesterday", "2026-13-01", "99999999999d"])
def test_no_moments(text: str) -> None:
    with pytest.raises(ConfigError, match=r"<options>: --until: .* is no time \(hint: examples:"):
        parse_moment(text, "--until", NOW)


def test_shown_in_utc() -> None:
    assert show_moment(60.5) == "1970-01-01T00:01:00.500Z"


@pytest.mark.parametrize(("text", "expected"), [("90s", 90), ("30m", 1800), ("2h", 7200), ("36500d", 3153600000)])
def test_lengths(text: str, expected: int) -> None:
    assert parse_length(text, "--for") == expected


@pytest.mark.parametrize("text", ["", "10", "m", "0h", "-1h", "1.5h", "long", "1y"])
def test_no_lengths(text: str) -> None:
    with pytest.raises(ConfigError, match=r"<options>: --for: .* is no length of time \(hint: examples:"):
        parse_length(text, "--for")


@pytest.mark.parametrize("text", ["36501d", "999999w"])
def test_what_ends_when_no_calendar_goes_on_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="is longer than a hundred years"):
        parse_length(text, "--for")
