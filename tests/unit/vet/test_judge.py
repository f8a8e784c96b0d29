"""What findings amount to for whoever uses an API."""

import pytest

from garrison.audit.catalogue import RULES
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId, Finding, Source
from garrison.core.opinion import WEIGHTY, Concern, Grade, Opinion, advice_of
from garrison.vet.judge import _ANSWERS, _DATA, _LIMITS, ORDER, Weighed, judge
from garrison.vet.needed import EXPLAINED

PLACE = Source("shop.yaml", "$.paths")


def found(
    check: str,
    severity: Severity,
    *tags: str,
    confidence: Confidence = Confidence.HIGH,
    is_live: bool = False,
    share: float = 1.0,
) -> Weighed:
    source = None if is_live else PLACE
    says = f"{check} is so"
    finding = Finding(CheckId(check), "title", severity, confidence, says, "f" * 32, source=source, tags=tags)
    return Weighed(finding, share)


def answered(question: str, *weighed: Weighed) -> Concern:
    return next(each for each in judge(weighed, {})[1] if each.id == question)


def test_what_the_questions_go_by_is_there() -> None:
    known = {str(each.id) for each in RULES} | {str(each.id) for each in EXPLAINED}
    assert known >= _ANSWERS | _LIMITS | _DATA


def test_nothing_found_is_good_and_what_was_not_looked_at_is_not() -> None:
    grade, concerns = judge((), {"data": "nobody says what is needed"})
    assert grade is Grade.GOOD
    assert [each.id for each in concerns] == list(ORDER)
    assert {each.id for each in concerns if each.grade is Grade.UNSEEN} == {"data"}


@pytest.mark.parametrize(
    ("severity", "confidence", "grade"),
    [
        (Severity.CRITICAL, Confidence.HIGH, Grade.BAD),
        (Severity.HIGH, Confidence.MEDIUM, Grade.CARE),
        (Severity.HIGH, Confidence.LOW, Grade.CARE),
        (Severity.MEDIUM, Confidence.MEDIUM, Grade.CARE),
        (Severity.MEDIUM, Confidence.LOW, Grade.GOOD),
        (Severity.LOW, Confidence.HIGH, Grade.GOOD),
    ],
)
def test_bad_takes_high_confidence(severity: Severity, confidence: Confidence, grade: Grade) -> None:
    seen = found("key-in-query", severity, "rec.11", confidence=confidence, is_live=True)
    assert answered("credentials", seen).grade is grade


def test_a_fault_of_few_operations_weighs_less_and_many_small_places_are_a_habit() -> None:
    few = found("key-in-query", Severity.HIGH, "rec.11", share=0.04)
    assert answered("credentials", few).grade is Grade.CARE
    assert answered("credentials", few, few).grade is Grade.BAD
    slight = found("answer-without-schema", Severity.LOW, share=0.1)
    assert answered("answers", slight, slight).grade is Grade.GOOD
    assert answered("answers", slight, slight, slight).grade is Grade.CARE


def test_a_house_that_is_not_kept_decides_nothing() -> None:
    grade, concerns = judge([found("mass-assignment", Severity.CRITICAL, "owasp.api3")], {})
    assert grade is Grade.GOOD
    assert concerns[-1].grade is Grade.CARE
    assert concerns[-1].advice


def test_reasons_name_the_gravest_first_and_count_the_rest() -> None:
    several = [found(f"rule-{number}", Severity.LOW, "rec.11", share=0.1) for number in range(5)]
    told = answered("credentials", *several, found("worst", Severity.HIGH, "rec.11"))
    assert told.says[0] == "worst is so"
    assert told.says[-1] == "and 2 more kinds of fault"
    assert told.checks[0] == "worst"


def test_the_headline_says_how_much_of_what_decides_is_open() -> None:
    def told(**grades: Grade) -> str:
        concerns = tuple(Concern(each, each, grades.get(each, Grade.GOOD)) for each in ORDER)
        weighty = [each.grade for each in concerns if each.id in WEIGHTY and each.grade is not Grade.UNSEEN]
        return advice_of(Opinion(Grade.CARE if Grade.CARE in weighty else Grade.GOOD, concerns))

    assert told() == "nothing that was looked at speaks against using it"
    assert told(data=Grade.UNSEEN).endswith("; one of the four questions that decide is open")
    assert told(data=Grade.UNSEEN, answers=Grade.UNSEEN, limits=Grade.UNSEEN).endswith(
        "; 2 of the four questions that decide are open"
    )
    assert told(data=Grade.CARE, limits=Grade.UNSEEN) == "use it with care"
