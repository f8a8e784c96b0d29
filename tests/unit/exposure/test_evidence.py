"""How sure values and names make: each alone, both together, and one against the other."""

from collections.abc import Iterable
from typing import Any

import pytest

from garrison.exposure.evidence import MOST, Proposal, Values, propose_subject, propose_type


def seen(values: Iterable[Any]) -> Values:
    found = Values(hash)
    for value in values:
        found.add(value)
    return found


EMAILS = [f"u{index}@example.com" for index in range(30)]


def proposed(name: str, values: Iterable[Any], *formats: str) -> tuple[str, float] | None:
    found = propose_type(name, frozenset(formats), seen(values))
    return (found.value, found.confidence) if found is not None else None


def test_names_and_values_are_each_evidence_and_together_more() -> None:
    assert proposed("email", []) == ("email", 0.6)
    assert proposed("x", [], "email") == ("email", 0.8)
    assert proposed("x", EMAILS[:1]) == ("email", 1.0)
    assert proposed("x", [*EMAILS[:20], *["-"] * 10]) == ("email", 0.95)
    assert proposed("x", [*EMAILS[:10], *map(str, range(20))]) is None


def test_a_name_that_values_contradict_is_hardly_believed() -> None:
    assert proposed("email", ["yes", "no", "a", "b", "c"]) == ("email", 0.2)
    assert proposed("email", ["yes", "no"]) == ("email", 0.6)


def test_dates_alone_are_no_birthdays() -> None:
    dates = [f"19{index:02}-01-01" for index in range(50, 80)]
    assert proposed("issued", dates) is None
    assert proposed("birthDate", dates) == ("birth-date", 0.95)


def test_one_check_digit_by_accident_is_little_and_many_are_much() -> None:
    assert (found := proposed("x", ["123456782"])) is not None
    assert found[0] == "national-id"
    assert found[1] <= 0.9


@pytest.mark.parametrize("value", [None, "", True, {}, []])
def test_what_is_no_value(value: Any) -> None:
    assert proposed("x", [value]) is None


def test_values_are_counted_within_bounds() -> None:
    values = seen(range(MOST + 10))
    assert (values.count, values.distinct) == (MOST + 10, MOST)


def test_subjects() -> None:
    many = seen(EMAILS)
    assert propose_subject("customer", seen([1])).confidence == 0.8
    assert propose_subject("customer", seen([1]), is_named=False).confidence == 0.7
    assert propose_subject("customer", many).confidence == 0.9
    assert propose_subject("customer", many, agrees=1.0).confidence == 0.99
    same = propose_subject("customer", seen([7] * 30))
    assert same == Proposal("customer", 0.3, ("by its name", "but always the same"))
