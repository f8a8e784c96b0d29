"""The score follows its formula, and one bad operation shows."""

from tests.audit.shorthand import audited

from garrison.audit.score import Charge, scores, whole
from garrison.audit.walk import Users
from garrison.core.detection import Confidence, Severity


def test_nothing_found_is_a_hundred() -> None:
    assert scores([], 3) == [100, 100, 100]
    assert whole([100, 100, 100]) == 100
    assert whole([]) == 100


def test_fifty_points_halve_a_score() -> None:
    charges = [
        Charge("a", Severity.HIGH, Confidence.HIGH, Users(0b01)),
        Charge("b", Severity.MEDIUM, Confidence.HIGH, Users(0b01)),
        Charge("c", Severity.MEDIUM, Confidence.HIGH, Users(0b01)),
    ]
    assert scores(charges, 2) == [50, 100]


def test_a_rule_takes_once_what_its_gravest_finding_takes() -> None:
    light = Charge("a", Severity.LOW, Confidence.HIGH, Users(1))
    grave = Charge("a", Severity.HIGH, Confidence.MEDIUM, Users(1))
    assert scores([light, grave, light], 1) == scores([grave], 1)


def test_what_is_less_sure_takes_less() -> None:
    taken = [scores([Charge("a", Severity.HIGH, each, Users(1))], 1)[0] for each in Confidence]
    assert taken == sorted(taken, reverse=True)
    assert len(set(taken)) == 3


def test_one_bad_operation_is_not_hidden_by_a_hundred_good_ones() -> None:
    assert whole([100] * 99 + [0]) < 96
    assert whole([100] * 9 + [0]) == 45


def test_mending_never_lowers_the_score() -> None:
    wrong = audited({"ops": {"POST /a": {"body": {"type": "string"}}, "GET /b": None}})
    right = audited({"ops": {"POST /a": {"body": {"type": "string", "maxLength": 9}}, "GET /b": None}})
    assert right.scored()[0] >= wrong.scored()[0]
    assert {(each.method, each.template) for each in wrong.scored()[1]} == {("POST", "/a"), ("GET", "/b")}
