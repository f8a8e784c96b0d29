"""Settings of the response: all that is wrong at once, and what is shipped is right."""

from pathlib import Path

import pytest

from garrison.cli.opening import open_policy
from garrison.config.load import Options, load_settings
from garrison.config.respond import DEFAULT_PROFILES, RespondSettings, parse_span, respond_faults
from garrison.core.errors import ConfigError
from garrison.kept_detector import build_detector
from garrison.wiring import detection_problems


def problems(text: str) -> str:
    with pytest.raises(ConfigError) as found:
        load_settings(text.encode(), "garrison.yaml")
    return "\n".join(map(str, found.value.problems))


def test_all_that_is_wrong_is_told_at_once() -> None:
    told = problems("""
respond:
  mode: sometimes
  never: ["principal:a:1", "subject:x", 10.0.0.1/8, as64496]
  profiles:
    - {name: Severe, then: [{do: block, for: 1y}]}
    - {name: a, then: [{do: block, of: operation}, {do: revoke, of: peer}, {do: throttle, rate: often}]}
    - {name: a, then: [{do: tighten, factor: 2}, {do: hide}]}
""")
    for each in (
        "$.respond.mode: must be",
        "never[1]: `subject:x` cannot be spared",
        "never[2]: `10.0.0.1/8` is no network: did you mean `10.0.0.0/8`?",
        "profiles[0].name: `Severe` is no name",
        "profiles[0].then[0].for: `1y` is no length of time",
        "profiles[1].then[0].of: would refuse everybody the operation",
        "profiles[1].then[1].of: `peer` has no credentials",
        "profiles[1].then[2].rate: `often` must be a number and a time",
        "profiles[2].name: `a` is the name of two profiles",
        "profiles[2].then[0].factor",
        "profiles[2].then[1].do",
    ):
        assert each in told
    assert "never[0]" not in told
    assert "never[3]" not in told


def test_what_is_shipped_is_right() -> None:
    assert list(respond_faults(RespondSettings())) == []
    settings = load_settings(b"version: 1", "garrison.yaml")
    assert settings.respond.mode == "monitor"
    known = {node.label.id for node in _rules()}
    assert {rule for profile in DEFAULT_PROFILES for rule in profile.rules} <= known


def _rules() -> list:  # type: ignore[type-arg]  # nodes of several kinds
    from garrison.adapters.detection_rules import load_rules
    from garrison.config.detect import DetectSettings

    return list(load_rules(DetectSettings()).nodes)


def test_profiles_about_rules_that_there_are_not() -> None:
    text = b"respond: {profiles: [{name: a, rules: [scraping, scrapin]}]}"
    (problem,) = detection_problems(load_settings(text, "garrison.yaml"), "garrison.yaml")
    assert str(problem) == (
        "garrison.yaml: $.respond.profiles[0].rules[1]: `scrapin` is no rule (hint: did you mean `scraping`?)"
    )
    assert not detection_problems(load_settings(b"version: 1", "garrison.yaml"), "garrison.yaml")


def test_everything_that_is_wrong_with_rules_profiles_and_destinations_is_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "garrison.yaml"
    (tmp_path / "short").write_text("whsec_c2hvcnQ=")
    file.write_text("""respond:
  never: [nobody]
  profiles: [{name: a, rules: [scrapin], then: [{do: block, rate: fast}]}]
detect:
  disable: [zzz]
notify:
  to:
    - {name: hook, webhook: {url: "https://soc.example.com", secret-file: short}}
    - {name: gone, webhook: {url: "https://soc.example.com", secret-file: gone}}
    - {name: mail, apprise: {url: "nosuch://secret"}}
    - {name: lake, ocsf: {file: nowhere/findings.jsonl}}
""")
    seen: list[str] = []
    with pytest.raises(ConfigError) as found:
        open_policy(file, Options(), seen=seen.append)
    assert {str(file), str(tmp_path / "short"), str(tmp_path / "gone")} <= set(seen), (
        "what is mended in them is noticed"
    )
    told = {each.path: each for each in found.value.problems}
    assert {path: each.line for path, each in told.items()} == {
        "$.respond.never[0]": 2,
        "$.respond.profiles[0].then[0].rate": 3,
        "$.respond.profiles[0].rules[0]": 3,
        "$.detect.disable": 5,
        "$.notify.to[0].webhook.secret-file": 8,
        "$.notify.to[1].webhook.secret-file": 9,
        "$.notify.to[2].apprise.url": 10,
        "$.notify.to[3].ocsf.file": 11,
    }
    assert all(each.hint and each.file == str(file) for each in told.values())
    assert "secret" not in told["$.notify.to[2].apprise.url"].message


def test_files_of_rules_that_cannot_be_read_hide_no_other_mistake(tmp_path: Path) -> None:
    (tmp_path / "bad.yml").write_text("title: a\nlogsource: {}\ndetection: {one: {status: 1}, condition: one}\n")
    text = f"detect: {{rules: [{tmp_path}/gone.yml, {tmp_path}/bad.yml], disable: [scrapin]}}".encode()
    found = detection_problems(load_settings(text, "garrison.yaml"), "garrison.yaml")
    assert [Path(each.file).name for each in found] == ["gone.yml", "bad.yml", "garrison.yaml"]


def test_what_a_detector_knows_outlives_it() -> None:
    settings = load_settings(b"version: 1", "garrison.yaml")
    detector, again = build_detector(settings), build_detector(settings)
    assert detector is not None
    assert again is not None
    again.restore(detector.snapshot())
    with pytest.raises(ValueError, match="another version"):
        again.restore(b"nothing")
    assert build_detector(load_settings(b"detect: {mode: off}", "garrison.yaml")) is None


@pytest.mark.parametrize(
    ("text", "seconds"), [("30s", 30), ("5m", 300), ("5min", 300), ("2h", 7200), ("52w", 31449600)]
)
def test_spans(text: str, seconds: float) -> None:
    assert parse_span(text) == seconds


@pytest.mark.parametrize("text", ["", "0h", "1y", "-1h", "h", "1.5h", "367d"])
def test_what_is_no_span(text: str) -> None:
    with pytest.raises(ValueError, match="is"):
        parse_span(text)
