"""What is different from one run to the next: each change once, and none that is none."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garrison.assess.shapes import shape_of_value
from garrison.core.detection import Severity
from garrison.core.difference import Difference, DifferenceKind
from garrison.core.picture import Picture, ProofState, Proven, Remark, Sighting, Standing, Weakness
from garrison.report.differences import compare, not_assessed

DAY = 86400.0
GET = "GET /things"


def told(*seen: Sighting, known: Picture | None = None) -> list[list[str]]:
    """What each sighting says that the ones before did not."""
    picture, found = known or Picture(), []
    for each in seen:
        picture, differences = compare(picture, each)
        found.append([difference.text for difference in differences])
    return found


def answers(*values: Any) -> list[list[str]]:
    """What is told of runs that were answered so."""
    return told(*[Sighting(at=0, operations=(GET,), shapes={GET: {"ann": shape_of_value(each)}}) for each in values])


def weakness(*standings: Standing | None, **more: Any) -> list[list[DifferenceKind]]:
    picture, found = Picture(), []
    for each in standings:
        seen = {"f" * 32: Weakness(each, Severity.HIGH, "bad at GET /a")} if each else {}
        picture, differences = compare(picture, Sighting(at=0, weaknesses=seen, **more))
        found.append([difference.kind for difference in differences])
    return found


def test_the_first_run_learns_and_says_nothing_of_the_contract() -> None:
    assert told(Sighting(at=0, operations=("GET /a", "GET /b"))) == [[]]


def test_operations_come_and_go() -> None:
    one, two = Sighting(at=0, operations=("GET /a",)), Sighting(at=1, operations=("GET /b",))
    assert told(one, two, two) == [
        [],
        ["the contract describes a new operation: GET /b", "the contract describes GET /a no more"],
        [],
    ]


def test_a_field_that_is_new_or_gone_or_of_another_type_is_told_once() -> None:
    plain, more, other = {"id": 1}, {"id": 1, "phone": {"home": "1"}}, {"id": "one"}
    assert answers(plain, more, more, plain, plain, other, other) == [
        [],
        ["answers of GET /things changed: `phone` is new (object)"],
        [],
        ["answers of GET /things changed: `phone` is gone"],
        [],
        ["answers of GET /things changed: `id` is string, and was number"],
        [],
    ]


@pytest.mark.parametrize(
    "values",
    [
        pytest.param([{"a": []}, {"a": [{"b": 1}]}, {"a": []}, {"a": []}, {"a": [{"b": 2}]}], id="empty lists"),
        pytest.param([{"a": None}, {"a": 1}, {"a": None}, {"a": 2}], id="null"),
        pytest.param([{"a": 1, "b": 1}, {"a": 1}, {"a": 1, "b": 1}, {"a": 1}, {"a": 1}], id="now and then"),
        pytest.param([{"a": {"b": 1}}, {"a": None}, {"a": {"b": 1}}, {"a": None}], id="null or an object"),
        pytest.param([{"a": {"4711": 1}}, {"a": {"4712": 1}}, {"a": {}}, {"a": {"1": 1}}], id="keys that are values"),
        pytest.param([[{"a": 1}, {"a": 1, "b": 1}], [{"a": 1}], [{"b": 1, "a": 1}], [{"a": 1}]], id="some of a list"),
    ],
)
def test_what_an_api_does_anyway_is_no_change(values: list[Any]) -> None:
    first, *rest = answers(*values)
    assert first == []
    assert not any(rest)


def test_a_field_that_comes_and_goes_is_told_of_twice() -> None:
    with_it, without = {"a": 1, "b": 1}, {"a": 1}
    said = answers(with_it, with_it, *[without, without, with_it, with_it, with_it] * 5)
    assert sum(map(len, said)) == 2
    assert [each for run in said for each in run] == [
        "answers of GET /things changed: `b` is gone",
        "answers of GET /things changed: `b` is new (number)",
    ]


def test_who_could_not_ask_this_time_has_lost_nothing() -> None:
    both = {"ann": shape_of_value({"a": 1}), "boss": shape_of_value({"a": 1, "salary": 1})}
    one = {"ann": both["ann"]}
    runs = [Sighting(at=0, operations=(GET,), shapes={GET: each}) for each in (both, both, one, one, both)]
    assert told(*runs) == [[]] * 5


def test_what_becomes_of_a_finding() -> None:
    kind, opened, fixed = DifferenceKind, Standing.OPEN, Standing.FIXED
    assert weakness(opened, opened, fixed, fixed, fixed, opened, opened) == [
        [kind.FINDING_NEW], [], [], [kind.FINDING_FIXED], [], [kind.FINDING_REGRESSED], [],
    ]  # fmt: skip
    accepted = Standing.ACCEPTED
    assert weakness(None, opened, accepted, accepted, opened, accepted, fixed, fixed) == [
        [], [kind.FINDING_NEW], [], [], [kind.FINDING_COUNTS_AGAIN], [], [], [kind.FINDING_FIXED],
    ]  # fmt: skip
    assert weakness(fixed, accepted) == [[], []]


def test_a_finding_that_is_found_now_and_then_is_told_once() -> None:
    assert weakness(*[Standing.OPEN, Standing.FIXED] * 10)[0] == [DifferenceKind.FINDING_NEW]
    assert not any(weakness(*[Standing.OPEN, Standing.FIXED] * 10)[1:])


PATCH_HOLDS, PATCH_FAILS, NEEDLESS, ENDED, UNPROVEN = (
    Proven(each, "why")
    for each in (
        ProofState.HOLDS, ProofState.FAILS, ProofState.NEEDLESS, ProofState.ENDED, ProofState.UNPROVEN,
    )
)  # fmt: skip


@pytest.mark.parametrize(
    ("proofs", "kinds"),
    [
        ([PATCH_HOLDS, None, PATCH_HOLDS], []),
        ([PATCH_HOLDS, PATCH_FAILS, PATCH_FAILS, None, PATCH_FAILS], ["patch-fails"]),
        ([PATCH_FAILS, PATCH_HOLDS, PATCH_FAILS], ["patch-fails", "patch-holds", "patch-fails"]),
        ([NEEDLESS, PATCH_HOLDS, NEEDLESS, None, NEEDLESS, NEEDLESS], ["patch-needless"]),
        ([ENDED, ENDED, PATCH_HOLDS, ENDED], ["patch-ended", "patch-ended"]),
        ([UNPROVEN, UNPROVEN, UNPROVEN, PATCH_HOLDS], ["patch-unproven"]),
        ([UNPROVEN, PATCH_FAILS, UNPROVEN, UNPROVEN, PATCH_HOLDS], ["patch-fails", "patch-unproven"]),
    ],
)
def test_of_a_patch_is_told_once_what_became_of_it(proofs: list[Proven | None], kinds: list[str]) -> None:
    known, told = Picture(), []
    for at, each in enumerate(proofs):
        known, differences = compare(
            known, Sighting(at=at, patches=("p-1",), proofs={} if each is None else {"p-1": each})
        )
        told += [str(difference.kind) for difference in differences]
    assert told == kinds


def test_a_patch_that_was_taken_out_is_forgotten_and_told_anew_when_it_is_back() -> None:
    failing = Sighting(at=0, patches=("p-1",), proofs={"p-1": PATCH_FAILS})
    known, (first,) = compare(Picture(), failing)
    assert first.text == "the virtual patch `p-1` does not hold any more: why"
    known, none = compare(known, Sighting(at=1))
    assert none == ()
    assert known.patches == {}
    assert compare(known, failing)[1] == (first,)


def test_a_run_that_was_cut_short_mends_nothing() -> None:
    first, *rest = weakness(Standing.OPEN, *[Standing.FIXED] * 5, stopped="the time was over")
    assert first == [DifferenceKind.FINDING_NEW, DifferenceKind.CUT_SHORT]
    assert not any(rest)


def test_certificates_are_told_of_at_thirty_fourteen_seven_days_one_and_the_end() -> None:
    ends = 40 * DAY
    runs = [Sighting(at=quarter * DAY / 4, certificates={"of a:443": ends}) for quarter in range(4 * 45)]
    said = [(run.at / DAY, text) for run, texts in zip(runs, told(*runs), strict=True) for text in texts]
    assert said == [
        (10.0, "30 days are left of the certificate of a:443"),
        (26.0, "14 days are left of the certificate of a:443"),
        (33.0, "7 days are left of the certificate of a:443"),
        (39.0, "1 day is left of the certificate of a:443"),
        (40.0, "the certificate of a:443 has run out"),
    ]


def test_a_certificate_that_was_renewed_begins_anew() -> None:
    assert told(
        Sighting(at=0, certificates={"x": 5 * DAY}),
        Sighting(at=DAY, certificates={}),
        Sighting(at=DAY, certificates={"x": 5 * DAY}),
        Sighting(at=DAY, certificates={"x": 400 * DAY}),
        Sighting(at=394 * DAY, certificates={"x": 400 * DAY}),
    ) == [
        ["5 days are left of the certificate x"],
        [],
        [],
        [],
        ["6 days are left of the certificate x"],
    ]


def test_what_can_no_longer_be_tested_is_told_with_the_second_run_that_cannot() -> None:
    well = Sighting(at=0, operations=("GET /a",), tested=("operation GET /a", "identity ann"))
    ill = Sighting(
        at=0, operations=("GET /a",), tested=("identity ann",), untested={"operation GET /a": "it answered 503"}
    )
    text = "no longer tested: operation GET /a (it answered 503)"
    assert told(well, ill, well, ill, ill, ill, well, ill) == [[], [], [], [], [text], [], [], []]


def test_what_the_contract_describes_no_more_is_not_missed() -> None:
    well = Sighting(at=0, operations=("GET /a",), tested=("operation GET /a",))
    gone = Sighting(at=0)
    assert told(well, gone, gone)[1:] == [["the contract describes GET /a no more"], []]


def test_a_run_that_was_cut_short_is_told_once() -> None:
    well = Sighting(at=0, tested=("check a",))
    cut = Sighting(at=0, stopped="the time was over", untested={"check a": "the time was over"})
    text = "a run ended before its work was done: the time was over"
    assert told(well, cut, cut, well, cut) == [[], [text], [], [], [text]]


def test_strangers_and_notes_are_told_once() -> None:
    remark = Remark(Severity.HIGH, "a proof holds no more")
    both = Sighting(at=0, strangers={"GET": Remark(Severity.LOW, "somebody asked")}, notes={"patch 1": remark})
    quiet = Sighting(at=0)
    assert told(both, both, quiet, both) == [
        ["a proof holds no more", "somebody asked"],
        [],
        [],
        ["a proof holds no more"],  # it holds again in between: that it does not is news
    ]


def test_runs_that_cannot_be_made() -> None:
    difference = not_assessed(3, "no route to host")
    assert difference == Difference(
        DifferenceKind.NOT_ASSESSED, "run", Severity.MEDIUM,
        "the API could not be assessed 3 times one after another: no route to host",
    )  # fmt: skip


json = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["a", "b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "c"]), inner, max_size=3),
    max_leaves=12,
)


@given(json)
def test_the_same_answer_is_never_a_change(value: Any) -> None:
    assert answers(*[value] * 4) == [[]] * 4


@given(st.lists(json, min_size=1, max_size=8))
def test_whatever_came_before_the_same_answer_says_nothing_the_third_time(values: list[Any]) -> None:
    assert answers(*values, *[values[-1]] * 4)[-1] == []
