"""Baselines say what is known; only what is not counts."""

import pytest
from tests.unit.report.findings_made import PROVEN, REPORT, TIMED, WRITTEN

from garrison.core.detection import Severity
from garrison.core.errors import ConfigError
from garrison.core.findings_report import fails
from garrison.report.baseline import baseline_text, read_baseline, with_baseline


def test_what_is_written_is_read() -> None:
    known = read_baseline(baseline_text(REPORT), "baseline.json")

    assert known == {TIMED.fingerprint, PROVEN.fingerprint, WRITTEN.fingerprint}


def test_only_what_is_not_known_counts() -> None:
    known = with_baseline(REPORT, frozenset({TIMED.fingerprint}))

    assert fails(REPORT, Severity.CRITICAL)
    assert not fails(known, Severity.CRITICAL)
    assert fails(known, Severity.HIGH)
    assert not fails(with_baseline(REPORT, read_baseline(baseline_text(REPORT), "b")), Severity.INFORMATIONAL)
    assert not fails(REPORT, None)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (b"", "b.json: $: is no baseline: input data was truncated"),
        (b"{}", "b.json: $: is no baseline: object missing required field `garrison-baseline`"),
        (b'{"garrison-baseline": 9, "findings": []}', "b.json: $.garrison-baseline: version 9 is not known, only 1 is"),
        (b'{"garrison-baseline": 1, "findings": [{}]}', "b.json: $.findings[0]: is no baseline: object missing"),
        (b"\xff", "b.json: $: is no baseline"),
    ],
)
def test_what_is_no_baseline(text: bytes, wrong: str) -> None:
    with pytest.raises(ConfigError) as raised:
        read_baseline(text, "b.json")
    assert str(raised.value).startswith(wrong)
