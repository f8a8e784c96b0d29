"""Every requirement is covered by something, or is known to be open."""

from garrison.adapters.detection_rules import load_rules
from garrison.assess.checks.catalogue import CHECKS
from garrison.audit.catalogue import RULES
from garrison.config.detect import DetectSettings
from garrison.controls.catalogue import CONTROLS
from garrison.core.requirements import REQUIREMENTS, tag_of
from garrison.evidence.settings import SETTINGS

UNFORCED = {
    "rec.26",  # takes virtual patches
    "owasp.api7",  # what the API itself calls is out of the gateway's sight
}
"""What nothing here enforces by itself."""
UNTESTED = {"rec.16", "rec.17", "rec.18", "rec.21", "rec.26"}
"""What no check and no rule of the audit tests: drills do, or the record itself."""
ALL = [each.tag for each in REQUIREMENTS]


def named(tags: tuple[str, ...]) -> set[str]:
    return {found for each in tags if (found := tag_of(each))}


def test_the_catalogues_are_whole() -> None:
    assert [*(f"rec.{number}" for number in range(1, 27)), *(f"owasp.api{number}" for number in range(1, 11))] == ALL
    assert len({each.title for each in REQUIREMENTS}) == 36


def test_a_tag_is_known_however_it_is_written() -> None:
    assert tag_of("REC-API-12") == tag_of("rec.12") == "rec.12"
    assert tag_of("API10:2023") == tag_of("owasp.api10") == "owasp.api10"
    assert tag_of("CWE-12") == tag_of("attack.t1190") == tag_of("API1:2019") == ""


def test_something_enforces_every_requirement_or_it_is_known_that_nothing_does() -> None:
    enforced = {tag for control in CONTROLS for tag in named(control.tags)} | set(SETTINGS)
    assert set(ALL) - enforced <= UNFORCED
    assert enforced <= set(ALL)


def test_something_tests_every_requirement_or_it_is_known_that_nothing_does() -> None:
    tested = {tag for each in CHECKS for tag in named(each.tags)} | {tag for each in RULES for tag in named(each.tags)}
    assert set(ALL) - tested <= UNTESTED
    assert tested <= set(ALL)


def test_whatever_there_is_names_a_requirement() -> None:
    labels = load_rules(DetectSettings()).labels
    tags = {
        **{str(each.id): each.tags for each in CONTROLS},
        **{str(each.id): each.tags for each in CHECKS},
        **{str(each.id): each.tags for each in RULES},
        **{str(name): label.tags for name, label in labels.items()},
    }
    assert {name for name, own in tags.items() if not named(own)} == set()
    assert {tag for own in tags.values() for tag in named(own)} <= set(ALL)
