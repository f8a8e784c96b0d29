"""The organisation's list joined with the ledger: exactly those whose data went to others."""

import csv
from collections import defaultdict
from pathlib import Path

import msgspec
import pytest
from tests.unit.adapters.store.ledger import KEY, NOON, about, answer, half_converted, traffic

from garrison.adapters.customers import Customers
from garrison.adapters.notify import notify
from garrison.adapters.store import ledger
from garrison.adapters.store.ledger_rows import ExposureFilter
from garrison.core.errors import ConfigError
from garrison.core.exposure import Disclosure
from garrison.core.ledger import Breach, CategorySeen, TypeSeen
from garrison.engine.pseudonyms import Pseudonyms
from garrison.report.breach import breach_data, breach_text

WANTED = ExposureFilter(kind="customer")


def listed(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "customers.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def joined(
    tmp_path: Path, text: str, wanted: ExposureFilter = WANTED, keys: tuple[Pseudonyms, ...] = (KEY,)
) -> tuple[Breach, list[dict[str, str]]]:
    out = tmp_path / "people.csv"
    found = notify(tmp_path, keys, Customers(listed(tmp_path, text)), wanted, out, NOON)
    assert out.stat().st_mode & 0o777 == 0o600
    with out.open(newline="") as file:
        return found, list(csv.DictReader(file))


@pytest.mark.parametrize(
    "wanted",
    [WANTED, ExposureFilter(kind="customer", principal="p1"), ExposureFilter(kind="customer", until=NOON + 90_000)],
)
def test_exactly_those_are_written_whose_data_went_to_others(tmp_path: Path, wanted: ExposureFilter) -> None:
    given = traffic()
    half_converted(tmp_path, given)
    people = {str(number): KEY.digest("customer", str(number)) for number in range(10, 60)}
    rows = defaultdict(list)
    own = set()
    for row in ledger.exposures(tmp_path, wanted):
        if row.own:
            own.add(row.subject)
        else:
            rows[row.subject].append(row)
    found, written = joined(tmp_path, "id,name\n" + "".join(f"{name},N {name}\n" for name in people), wanted)
    expected = {name: rows[digest] for name, digest in people.items() if digest in rows}
    assert {each["id"] for each in written} == set(expected)
    assert [each["id"] for each in written] == sorted(expected, key=int)
    for each in written:
        mine = expected[each["id"]]
        assert each["name"] == f"N {each['id']}"
        assert int(each["exposures"]) == len(mine)
        assert set(each["types"].split()) == {name for row in mine for name in row.types}
        assert set(each["seen_by"].split()) == {row.principal or row.client for row in mine}
    assert (found.listed, found.exposed) == (50, len(expected))
    assert found.exposures == sum(map(len, expected.values()))
    assert found.only_own == len({digest for digest in people.values() if digest in own and digest not in rows})
    strangers = [digest for digest in rows if digest not in people.values()]
    assert (found.strangers, found.stranger_exposures) == (len(strangers), sum(len(rows[one]) for one in strangers))
    emails = sum("email" in each["types"] for each in written)
    assert TypeSeen("email", emails) in found.types
    assert CategorySeen("contact", emails) in found.categories


def test_people_are_found_under_older_keys_and_counted_once(tmp_path: Path) -> None:
    old = Pseudonyms(b"o" * 32, 3)
    before = answer(NOON, Disclosure("customer", (old.digest("customer", "7"),), ("email",)), key=3)
    half_converted(tmp_path, [before, answer(NOON + 60, about("7"))])
    found, written = joined(tmp_path, "id\n7\n8\n", keys=(old, KEY))
    assert found.exposed == 1
    assert [(each["id"], each["exposures"], each["types"]) for each in written] == [("7", "2", "name email")]
    assert written[0]["first_seen"] < written[0]["last_seen"]
    assert [(each.name, each.people, each.exposures) for each in found.recipients] == [("mallory", 1, 2)]
    assert [each.people for each in found.operations] == [1]


def test_names_of_principals_are_no_formulas_and_not_without_end(tmp_path: Path) -> None:
    seen = [
        answer(NOON, about("1"), principal="=cmd()"),
        *(answer(NOON + n, about("1"), principal=f"p{n}") for n in range(1, 15)),
    ]
    half_converted(tmp_path, seen)
    _, (row,) = joined(tmp_path, "id\n1\n")
    assert row["seen_by"].startswith("'=cmd() p1 ")
    assert row["seen_by"].endswith(" p9 and 5 more")


@pytest.mark.parametrize(
    "text", ["nr;name\n1;A\n2;B\n", "\ufeffnr\tname\n1\tA\n2\tB\n", 'nr,name\n" 1 ","A,\nB"\n\n2,B\n']
)
def test_lists_are_read_as_they_come(tmp_path: Path, text: str) -> None:
    customers = Customers(listed(tmp_path, text), "nr")
    assert customers.check() == 2
    assert [customers.name(row) for _, row in customers.rows()] == ["1", "2"]


def test_everything_that_is_wrong_with_a_list_is_said_at_once(tmp_path: Path) -> None:
    text = b'nr,name\n1,A\n,B\n2,C,D\n1,E\n3,F\xff\n4,"G\nH"\n4,I\n'
    with pytest.raises(ConfigError) as caught:
        Customers(listed(tmp_path, text), "nr").check()
    assert [(each.path, each.message) for each in caught.value.problems] == [
        ("line 3", "has no `nr`"),
        ("line 4", "has 3 fields, the heading 2"),
        ("line 5", "has the same `nr` as line 2"),
        ("line 6", "is not UTF-8"),
        ("line 9", "has the same `nr` as line 8"),
    ]
    assert all(each.hint for each in caught.value.problems)


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("nr,name\n", "id", "`id` names no column"),
        ("nr,nr\n", "nr", "`nr` names 2 columns"),
        ("", "", "there is no heading"),
        ("100000001,a\n100000002,b\n", "", "line 1: `100000001` is no name of a column"),
        ("sep=;\nname;a@b.example\n", "", "line 2: `a@b.example` is no name of a column"),
        ("id\n1\n".encode("utf-16"), "", "is UTF-16 text"),
        ("nr\n" + "1\n" * 60, "nr", "9 more lines are wrong"),
    ],
)
def test_a_list_that_cannot_be_used_says_why(tmp_path: Path, text: str, column: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Customers(listed(tmp_path, text), column).check()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('nr,name\n1,A\n2,"B\n3,C\n4,D\n', 3),  # nothing closes it
        ('nr,name\n1,A\n2,"B\n3,C\n4,"D\n', 3),  # the opening quote of another does
        ('sep=,\nnr,name\n1,"A" B\n', 3),
        ('nr,"name\n1,A\n', 1),
        ("n" * 140_000 + ",name\n1,A\n", 1),
    ],
)
def test_a_quote_that_nobody_closed_hides_no_people(tmp_path: Path, text: str, line: int) -> None:
    with pytest.raises(ConfigError, match=f"line {line}: cannot be read: "):
        Customers(listed(tmp_path, text)).check()


def test_a_spreadsheets_list_is_read_and_answered_in_its_own_form(tmp_path: Path) -> None:
    half_converted(tmp_path, [answer(NOON, about("1"))])
    text = '\ufeffsep=;\r\nNr;"Name, Ort";Notiz\r\n1;"Müller; ""J\u00fcrgen""";"a,b"\r\n;;\r\n\r\n2;x;\r\n'
    customers = Customers(listed(tmp_path, text))
    assert list(customers.rows()) == [(3, ["1", 'Müller; "Jürgen"', "a,b"]), (6, ["2", "x", ""])]
    out = tmp_path / "people.csv"
    assert notify(tmp_path, [KEY], customers, WANTED, out, NOON).exposed == 1
    heading, person = out.read_bytes().decode().splitlines()
    assert heading.startswith("\ufeffNr;Name, Ort;Notiz;exposures;")
    assert person.startswith('1;"Müller; ""Jürgen""";a,b;1;')


def test_the_list_itself_is_not_written_over(tmp_path: Path) -> None:
    half_converted(tmp_path, [answer(NOON, about("1"))])
    path = listed(tmp_path, "id\n1\n")
    (tmp_path / "link.csv").symlink_to(path)
    for out in (path, tmp_path / "link.csv"):
        with pytest.raises(ConfigError, match="is the list itself"):
            notify(tmp_path, [KEY], Customers(path), WANTED, out, NOON)
    assert path.read_text() == "id\n1\n"


def test_a_column_of_the_list_is_not_taken_for_one_of_ours(tmp_path: Path) -> None:
    half_converted(tmp_path, traffic())
    _, rows = joined(tmp_path, "id,exposures\n1,own\n2,own\n3,own\n")
    assert {row["exposures"] for row in rows} == {"own"}
    assert all(int(row["garrison_exposures"]) > 0 for row in rows)
    assert all(row["first_seen"] for row in rows)


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    half_converted(tmp_path, [answer(NOON, about("1"))])
    customers = Customers(listed(tmp_path, "id\n1\n"))
    with pytest.raises(ConfigError, match="cannot be written"):
        notify(tmp_path, [KEY], customers, WANTED, tmp_path / "missing" / "people.csv", NOON)
    (tmp_path / "folder").mkdir()
    with pytest.raises(ConfigError, match="cannot be written"):
        notify(tmp_path, [KEY], customers, WANTED, tmp_path / "folder", NOON)
    assert not list(tmp_path.glob(".*.new"))


def test_a_report_has_the_facts_and_marks_what_is_open(tmp_path: Path) -> None:
    half_converted(tmp_path, traffic())
    found, _ = joined(tmp_path, "id\n1\n2\n3\n", ExposureFilter(kind="customer", principal="p|1<"))
    assert found.exposed == 0
    found, _ = joined(tmp_path, "id\n1\n2\n3\n")
    text = breach_text(msgspec.structs.replace(found, measures=("block of principal `x`",)))
    for fact in (
        "people exposed, of 3 in the organisation's list: **3**",
        "| contact |",
        "| p1 |",
        "- block of principal",
    ):
        assert fact in text
    assert text.count("*to be completed*") == 6
    assert "As of 2024-10-04T12:00:00Z." in text
    at_once = breach_text(msgspec.structs.replace(found, last=found.first + 1.5))
    assert "; less than a minute" in at_once
    data = breach_data(found)
    assert data["made"] == "2024-10-04T12:00:00Z"
    assert data["scope"] == {"kind": "customer"}


def test_names_in_a_report_are_neither_pages_nor_pictures(tmp_path: Path) -> None:
    name = "p|1\\<img src=x>![x](https://e.example/x.png)\u202e\n# p"
    half_converted(tmp_path, [answer(NOON, about("1"), principal=name)])
    found, _ = joined(tmp_path, "id\n1\n", ExposureFilter(kind="customer", principal=name))
    text = breach_text(msgspec.structs.replace(found, measures=(f"block of principal `{name}`: by-hand",)))
    assert text.count("&lt;img src=x>!\\[x](https://e.example/x.png)??# p") == 3
    assert "![" not in text
