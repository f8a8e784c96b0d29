"""Answers of the ledger are those of a plain count, wherever the rows are kept at the moment."""

import shutil
from collections import defaultdict
from pathlib import Path

import pytest
from tests.unit.adapters.store.ledger import KEY, NOON, about, answer, convert, half_converted, record, traffic

from garrison.adapters.store import ledger, ledger_rows, repeated
from garrison.adapters.store.exposures import as_rows, digest_of
from garrison.adapters.store.ledger import subjects_named
from garrison.adapters.store.ledger_rows import ALL, PARTIES, ExposureFilter
from garrison.adapters.store.query import events
from garrison.core.event import Event
from garrison.core.exposure import Attribution, Disclosure
from garrison.core.ledger import Exposure, Party
from garrison.engine.pseudonyms import Pseudonyms

FILTERS = [
    ExposureFilter(),
    ExposureFilter(principal="p1"),
    ExposureFilter(principal=""),
    ExposureFilter(client="c1", kind="vehicle"),
    ExposureFilter(token="t3"),
    ExposureFilter(peer="192.0.2.4"),
    ExposureFilter(peers=frozenset({"192.0.2.4", "192.0.2.2", "nowhere"}), principal="p1"),
    ExposureFilter(peers=frozenset()),
    ExposureFilter(operation=""),
    ExposureFilter(operation="op1", kind="customer"),
    ExposureFilter(since=NOON + 20_000, until=NOON + 150_000),
    ExposureFilter(principal="p1' OR true --"),
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Event]]:
    data, events = tmp_path_factory.mktemp("ledger"), traffic()
    half_converted(data, events)
    return data, events


@pytest.fixture(params=[(ledger_rows.PART, repeated.NUMBER), (50, repeated.NUMBER), (50, "hash(subject) % 7")],
                ids=["at once", "in parts", "numbers agree"])  # fmt: skip
def part(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Subjects are told apart all at once, or in parts, also where several have the same number."""
    size, number = request.param
    monkeypatch.setattr(ledger_rows, "PART", size)
    monkeypatch.setattr(repeated, "AT_ONCE", size)
    monkeypatch.setattr(repeated, "NUMBER", number)


@pytest.fixture
def given(made: tuple[Path, list[Event]], tmp_path: Path) -> list[Event]:
    """What is kept in `tmp_path`."""
    shutil.copytree(made[0], tmp_path, dirs_exist_ok=True)
    return made[1]


def plain(events: list[Event], wanted: ExposureFilter = ALL) -> list[Exposure]:
    rows = (row for event in events if wanted.matches(event) for row in as_rows(event))
    return [
        Exposure(**{
            **row, "event": str(row["event"]), "time": row["time"] / 1e6, "subject": digest_of(row["subject"]),
            "types": tuple(row["types"].split()),
        })
        for row in rows
        if wanted.kind in {None, row["kind"]}
    ]  # fmt: skip


def in_order(rows: list[Exposure]) -> list[Exposure]:
    return sorted(rows, key=lambda each: (each.event, each.kind, each.subject))


@pytest.mark.parametrize("wanted", FILTERS)
def test_rows_come_back_as_they_were_written_each_once(
    tmp_path: Path, given: list[Event], wanted: ExposureFilter
) -> None:
    assert in_order(list(ledger.exposures(tmp_path, wanted))) == in_order(plain(given, wanted))


@pytest.mark.usefixtures("part")
@pytest.mark.parametrize("wanted", FILTERS)
def test_people_are_counted_by_kind_and_type(tmp_path: Path, given: list[Event], wanted: ExposureFilter) -> None:
    rows = plain(given, wanted)
    found = {each.kind: each for each in ledger.summary(tmp_path, wanted)}
    assert set(found) == {row.kind for row in rows}
    for kind, seen in found.items():
        mine = [row for row in rows if row.kind == kind]
        subjects = {row.subject for row in mine}
        others = {row.subject for row in mine if not row.own}
        assert (seen.people, seen.exposures, seen.own) == (len(subjects), len(mine), len(subjects - others))
        assert (seen.first, seen.last) == (min(row.time for row in mine), max(row.time for row in mine))
        types = {name: {row.subject for row in mine if name in row.types} for row in mine for name in row.types}
        assert {each.type: each.people for each in seen.types} == {name: len(who) for name, who in types.items()}


@pytest.mark.usefixtures("part")
def test_each_person_is_listed_with_what_was_seen(tmp_path: Path, given: list[Event]) -> None:
    wanted = ExposureFilter(principal="p2")
    rows: dict[tuple[str, str], list[Exposure]] = defaultdict(list)
    for row in plain(given, wanted):
        rows[row.kind, row.subject].append(row)
    found = {(each.kind, each.subject): each for each in ledger.people(tmp_path, wanted)}
    assert set(found) == set(rows)
    for key, person in found.items():
        assert set(person.types) == {name for row in rows[key] for name in row.types}
        assert (person.exposures, person.first) == (len(rows[key]), min(row.time for row in rows[key]))
        assert person.own == all(row.own for row in rows[key])


def test_it_is_known_to_whom_one_was_exposed(tmp_path: Path, given: list[Event]) -> None:
    subjects = subjects_named("customer", "7", [KEY])
    rows = [row for row in plain(given) if row.subject == KEY.digest("customer", "7")]
    found = ledger.recipients(tmp_path, subjects)
    assert {(each.principal, each.client, each.token) for each in found} == {
        (row.principal, row.client, row.token) for row in rows
    }
    assert sum(each.exposures for each in found) == len(rows)
    assert {event for each in found for event in each.events} == {row.event for row in rows}
    assert {name for each in found for name in each.types} == {name for row in rows for name in row.types}
    assert ledger.recipients(tmp_path, subjects_named("customer", "nobody", [KEY])) == ()
    assert ledger.recipients(tmp_path, subjects_named("vehicle", "7", [KEY])) != found


def test_a_subject_is_found_under_every_key(tmp_path: Path) -> None:
    new = Pseudonyms(b"n" * 32, 8)
    later = answer(NOON + 5, Disclosure("customer", (new.digest("customer", "7"),)), principal="eve", key=8)
    half_converted(tmp_path, [answer(NOON, about("7")), later])
    found = ledger.recipients(tmp_path, subjects_named("customer", "7", [KEY, new]))
    assert [each.principal for each in found] == ["mallory", "eve"]
    assert ledger.keys_used(tmp_path) == {7: 1, 8: 1}


@pytest.mark.usefixtures("part")
@pytest.mark.parametrize("by", PARTIES)
def test_the_first_of_many_are_exact(tmp_path: Path, given: list[Event], by: Party) -> None:
    people: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in plain(given):
        if not row.own:
            people[getattr(row, by)].add((row.kind, row.subject))
    expected = sorted(people, key=lambda name: (-len(people[name]), name))
    for limit in (1, 2, 20):
        found = ledger.top(tmp_path, by=by, limit=limit)
        assert [(each.name, each.people) for each in found] == [(name, len(people[name])) for name in expected[:limit]]


@pytest.mark.parametrize("converted", [False, True])
def test_a_row_without_a_subject_is_an_exposure_of_nobody(tmp_path: Path, converted: bool) -> None:
    damaged = Disclosure("customer", ("no digest",), ("email",), None)
    half_converted(tmp_path, [answer(NOON, about("1"), damaged), answer(NOON + 1, about("1", "2"), damaged)])
    if converted:
        convert(tmp_path)
    (seen,) = ledger.summary(tmp_path)
    assert (seen.people, seen.exposures) == (2, 5)
    assert [(each.type, each.people) for each in seen.types] == [("name", 2)]


def test_who_sees_the_same_people_often_is_not_first(tmp_path: Path) -> None:
    often = [answer(NOON + index, about("1"), principal="often") for index in range(20)]
    half_converted(tmp_path, [*often, answer(NOON, about("2", "3"), principal="many")])
    assert [(each.name, each.people) for each in ledger.top(tmp_path, limit=1)] == [("many", 2)]


@pytest.mark.usefixtures("part")
def test_budgets_are_rebuilt_from_when_each_subject_was_last_seen(tmp_path: Path, given: list[Event]) -> None:
    last: dict[tuple[str, str, str], float] = defaultdict(float)
    for row in plain(given):
        if not row.own:
            last[row.principal, row.kind, row.subject] = max(row.time, last[row.principal, row.kind, row.subject])
    found = {(who, kind, subject): moment for (who,), kind, subject, moment in ledger.last_seen(tmp_path)}
    named = {(who, kind, KEY_BYTES[subject]): moment for (who, kind, subject), moment in last.items()}
    assert found == named


KEY_BYTES = {
    KEY.digest(kind, str(number)): subjects_named(kind, str(number), [KEY])[0].bytes
    for kind in ("customer", "vehicle")
    for number in range(31)
}


def test_an_event_gets_back_what_it_disclosed(tmp_path: Path, given: list[Event]) -> None:
    found = {event.id: event.exposed for event in ledger.with_exposed(tmp_path, events(tmp_path))}
    assert set(found) == {event.id for event in given}
    for event in given:
        told = {(one.kind, one.types, one.own, frozenset(one.subjects)) for one in event.exposed}
        assert {(one.kind, one.types, one.own, frozenset(one.subjects)) for one in found[event.id]} == told


@pytest.mark.parametrize("attribution", [Attribution.ANNOTATED, Attribution.INFERRED, Attribution.UNKNOWN])
def test_whom_an_event_disclosed_beside_others_who_are_not_known_is_not_lost(
    tmp_path: Path, attribution: Attribution
) -> None:
    record(tmp_path, [answer(NOON, about("1"), attribution=attribution)])
    convert(tmp_path)
    (event,) = ledger.with_exposed(tmp_path, events(tmp_path))
    assert (event.attribution, event.exposed) == (attribution, (about("1"),))


def test_a_directory_without_a_record_knows_nobody(tmp_path: Path) -> None:
    assert ledger.summary(tmp_path) == ()
    assert list(ledger.people(tmp_path)) == []
    assert ledger.top(tmp_path) == ()


def test_nothing_changes_when_all_is_converted(tmp_path: Path, given: list[Event]) -> None:
    before = ledger.summary(tmp_path), ledger.top(tmp_path)
    convert(tmp_path)
    assert not list((tmp_path / "spool").iterdir())
    assert (ledger.summary(tmp_path), ledger.top(tmp_path)) == before


def test_what_the_spool_holds_of_other_times_is_no_answer(tmp_path: Path) -> None:
    record(tmp_path, [answer(NOON, about("1"))])
    assert ledger.summary(tmp_path, ExposureFilter(since=NOON + 1)) == ()
