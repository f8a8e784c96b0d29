"""Limits that traffic would have kept to."""

from pathlib import Path

import pytest
from tests.unit.adapters.store.ledger import NOON, about, answer, convert, record

from garrison.adapters.budget_suggest import (
    Sight,
    read_roles,
    rounded,
    sights_of_record,
    snippet,
    suggestions,
)
from garrison.config.load import load_settings
from garrison.core.ids import OperationId


def sights(principal: str, number: int, *, gap: float, role: str = "", operation: str = "find") -> list[Sight]:
    roles = frozenset({role}) if role else frozenset[str]()
    return [
        Sight(NOON + index * gap, principal, roles, operation, f"{principal}{index:06}".encode()[-8:])
        for index in range(number)
    ]


def test_the_fullest_window_of_each_principal_counts() -> None:
    found = suggestions(sorted([*sights("ada", 30, gap=600.0), *sights("bob", 3, gap=5.0)]), [1.0, 2.0])
    told = {(each.operation, each.window): (each.median, each.rank, each.most) for each in found}
    assert told == {
        ("", "1h"): (3, 6, 6),
        ("", "1d"): (3, 30, 30),
        ("", "30d"): (3, 30, 30),
        ("find", "1h"): (3, 6, 6),
        ("find", "1d"): (3, 30, 30),
        ("find", "30d"): (3, 30, 30),
    }
    assert [(one.limit, one.touched) for one in found[0].choices] == [(6, 0), (12, 0)]


def test_one_in_a_thousand_may_be_touched() -> None:
    many = [sight for number in range(1999) for sight in sights(f"p{number:04}", 2, gap=1.0)]
    (hour, *_) = suggestions(sorted([*many, *sights("bulk", 500, gap=1.0)]), [1.0, 3.0])
    assert (hour.principals, hour.rank, hour.most) == (2000, 2, 500)
    assert [(one.limit, one.touched) for one in hour.choices] == [(2, 1), (6, 1)]


def test_each_role_has_its_own_and_the_snippet_is_sound() -> None:
    people = [*sights("ada", 40, gap=1.0, role="support"), *sights("bob", 4, gap=1.0)]
    text = snippet(suggestions(sorted(people), [3.0]), 3.0)
    own = load_settings(text.encode(), "garrison.yaml").controls.exposure
    assert [(each.name, each.limit, each.window, each.then) for each in own.budgets] == [
        ("hour", 12, "1h", "hold"),
        ("day", 12, "1d", "deny"),
        ("month", 12, "30d", "deny"),
    ]
    assert [(one.roles, one.limit) for one in own.budgets[0].allowances] == [(("support",), 120)]


def test_what_is_on_record_is_enough(tmp_path: Path) -> None:
    events = [
        answer(NOON + 1, about("1", "2"), principal="ada"),
        answer(NOON + 2, about("3"), about("4", own=True), principal="ada", operation=OperationId("other")),
        answer(NOON + 3, about("5"), principal=""),
    ]
    record(tmp_path, events[:2])
    convert(tmp_path)
    record(tmp_path, events[2:])
    found = list(sights_of_record(tmp_path, read_roles("ada,support,clerk\n# x,y\nada,lead\n")))
    assert [(each.principal, each.operation, sorted(each.roles)) for each in found] == [
        ("ada", "getCustomer", ["clerk", "lead", "support"]),
        ("ada", "getCustomer", ["clerk", "lead", "support"]),
        ("ada", "other", ["clerk", "lead", "support"]),
        ("anonymous at 192.0.2.1", "getCustomer", []),
    ]


@pytest.mark.parametrize(("given", "limit"), [(0.4, 1), (7.2, 8), (10, 10), (101, 110), (1995, 2000), (12345, 13000)])
def test_limits_are_round(given: float, limit: int) -> None:
    assert rounded(given) == limit
