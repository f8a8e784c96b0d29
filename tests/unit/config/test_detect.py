"""What the settings say of detection, and what of it could mean nothing."""

import pytest

from garrison.config.load import examine, load_settings
from garrison.core.detection import Confidence, Severity


def test_settings() -> None:
    settings = load_settings(
        b"detect: {rules: [own.yml, /etc/rules], disable: [drift], learning-days: 7, most-groups: 5000,"
        b" override: {scraping: {level: low, confidence: medium, threshold: 500}}}",
        "/srv/garrison.yaml",
    ).detect
    assert settings.rules == ("/srv/own.yml", "/etc/rules")
    assert settings.disable == ("drift",)
    one = settings.override["scraping"]
    assert (one.level, one.confidence, one.threshold) == (Severity.LOW, Confidence.MEDIUM, 500)
    assert (settings.mode, settings.learning_days, settings.most_groups) == ("on", 7, 5000)


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("rules: ['https://rules.example/x.yml']", "$.detect.rules[0]", "is no path"),
        ("override: {drift: {}}", "$.detect.override.drift", "changes nothing"),
        ("{disable: [drift], override: {drift: {level: low}}}", "$.detect.override.drift", "`drift` is disabled"),
        ("override: {drift: {level: dreadful}}", "$.detect.override.drift.level", "`dreadful`"),
        ("override: {drift: {threshold: 0}}", "$.detect.override.drift.threshold", ""),
        ("{mode: monitor}", "$.detect.mode", "`monitor`"),
        ("{most-groups: 5}", "$.detect.most-groups", ""),
        ("{learning-days: 0}", "$.detect.learning-days", ""),
        ("{colour: red}", "$.detect.colour", ""),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, place: str, said: str) -> None:
    detect = text if text.startswith("{") else f"{{{text}}}"
    (problem,) = examine(f"detect: {detect}".encode(), "garrison.yaml").problems
    assert problem.path == place
    assert said in problem.message
