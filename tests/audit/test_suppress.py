"""Accepted faults do not count until their day, and the file is looked through with suspicion."""

import pytest
from tests.audit.shorthand import audited

from garrison.audit.catalogue import RULES
from garrison.audit.suppress import Acceptance, Judged, judge, read_acceptances
from garrison.core.errors import ConfigError

_IDS = {str(rule.id) for rule in RULES}
_ENTRY = "{rule: deprecated-served, path: \"$.paths['/a'].*\", reason: partners still use it, until: 2027-06-30}"


def read(text: str) -> tuple[Acceptance, ...]:
    return read_acceptances(text.encode(), "accept.yaml", _IDS)


def judged(entry: str, today: str) -> Judged:
    found = audited({"ops": {"GET /a": {"deprecated": True}, "GET /b": {"deprecated": True}}}).found
    return judge(found, read(f"accept: [{entry}]"), today=today, ran=_IDS, file="accept.yaml")


def deprecated(found: Judged) -> list[str]:
    return [each.finding.template for each in found.counted if each.finding.check == "deprecated-served"]


def test_an_accepted_fault_does_not_count() -> None:
    found = judged(_ENTRY, "2027-06-30")
    assert deprecated(found) == ["/b"]
    ((accepted, entry),) = found.accepted
    assert (accepted.finding.template, entry.reason) == ("/a", "partners still use it")
    assert found.notices == ()


def test_after_its_day_it_counts_again_and_that_is_said() -> None:
    found = judged(_ENTRY, "2027-07-01")
    assert deprecated(found) == ["/a", "/b"]
    assert found.accepted == ()
    assert found.notices == ("accept.yaml: $.accept[0]: held until 2027-06-30: 1 of `deprecated-served` counts again",)


def test_an_entry_that_accepts_nothing_is_told() -> None:
    found = judged(_ENTRY.replace("/a", "/gone"), "2027-01-01")
    assert found.notices == (
        "accept.yaml: $.accept[0]: nothing of `deprecated-served` is found at `$.paths['/gone'].*` any more",
    )


def test_an_entry_of_a_rule_that_did_not_look_is_not_told() -> None:
    assert judge([], read(f"accept: [{_ENTRY}]"), today="2027-01-01", ran=set(), file="a").notices == ()


def test_brackets_and_dots_of_a_path_mean_themselves() -> None:
    assert deprecated(judged(_ENTRY.replace("['/a'].*", "[/]?a?"), "2027-01-01")) == ["/a", "/b"]
    assert deprecated(judged(_ENTRY.replace("$.paths['/a'].*", "$*.get"), "2027-01-01")) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[]", "accept.yaml: $: must hold a list `accept` and nothing else"),
        ("accept: []\nmore: 1", "accept.yaml: $: must hold a list `accept` and nothing else"),
        ("accept: [a]", "accept.yaml: $.accept[0]: must have `rule`, `path`, `reason` and `until`"),
        (f"accept: [{_ENTRY.replace('deprecated-served', 'no-such')}]", "$.accept[0].rule: `no-such` is no rule"),
        (f"accept: [{_ENTRY.replace('2027-06-30', 'never')}]", "$.accept[0].until: `never` is no day"),
        (f"accept: [{_ENTRY.replace('reason: partners still use it', 'why: no')}]", "$.accept[0].why: is not known"),
        (f"accept: [{_ENTRY.replace('partners still use it', '1')}]", "$.accept[0].reason: must be a text"),
        ("accept: [", "accept.yaml"),
    ],
)
def test_what_is_wrong_with_the_file_is_told_with_its_place(text: str, problem: str) -> None:
    with pytest.raises(ConfigError) as raised:
        read(text)
    assert problem in "\n".join(map(str, raised.value.problems))


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(ConfigError) as raised:
        read("accept: [{rule: no-such, path: $, until: x}, 1]")
    assert len(raised.value.problems) == 4
