"""What operators see of an incident, and how they undo it."""

import time
from pathlib import Path

import msgspec
import pytest
from tests.unit.respond.samples import block, by, detection
from tests.unit.test_responding import response

from garrison.adapters.event_ids import event_ids
from garrison.adapters.store.casebook import Casebook
from garrison.adapters.store.events import EVENTS
from garrison.adapters.store.measures import change_measures, merged, read_measures
from garrison.adapters.store.outbox import Outbox
from garrison.adapters.store.spool import SpoolWriter
from garrison.casework import close, dossier, listed, note_lifted, undo
from garrison.core.decision import Disposition, Mode
from garrison.core.errors import ConfigError
from garrison.core.event import Event
from garrison.core.exposure import Attribution, Disclosure
from garrison.core.ids import OperationId
from garrison.core.incident import IncidentState
from garrison.responding import Responder

NOW = float(int(time.time()))
new_id = event_ids()


def digest(number: int) -> str:
    return f"{number:04d}".ljust(22, "A")


def exposing(
    principal: str, *numbers: int, ago: float = 5.0, own: bool | None = None, peer: str = "203.0.113.7"
) -> Event:
    began = NOW - ago
    return Event(
        new_id(began), began, "GET", OperationId("getPet"), "/pets/{petId}", peer, True, Mode.ENFORCE,
        Disposition.ALLOWED, 200, principal, attribution=Attribution.ANNOTATED,
        exposed=(Disclosure("customer", tuple(map(digest, numbers)), ("name",), own),), key=1,
    )  # fmt: skip


def record(data: Path, *events: Event) -> None:
    spool = SpoolWriter(data / EVENTS.spool)
    for each in events:
        spool.append(msgspec.json.encode(each) + b"\n")
    spool.close()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An incident of `a:1`, who is blocked, another of `a:2`, and what an operator did."""
    responder = Responder(tmp_path, response(), clock=lambda: NOW)
    responder.take([by("a:1", "a", NOW), by("a:2", "b", NOW, named=type(detection().named)(principals=("a:2",)))])
    responder.close()
    change_measures(tmp_path, lambda before: merged(before, [block("198.51.100.1", NOW)]), NOW)
    return tmp_path


def of(data: Path, principal: str) -> str:
    (found,) = [each for each in listed(data, closed=True, limit=10) if principal in each.named.principals]
    return found.id


def test_people_exposed_so_far_are_exact(data: Path) -> None:
    record(
        data,
        exposing("a:1", 1, 2, 3),
        exposing("a:1", 2, 3, 4),
        exposing("a:1", 5, own=True),
        exposing("a:2", 6, 7),
        exposing("a:1", 8, ago=60),
    )
    assert dossier(data, of(data, "a:1"), NOW).people == 4, "since it began, others than oneself"
    found = dossier(data, of(data, "a:2"), NOW)
    assert found.people == 2
    assert [each.id for each in found.detections] == ["b"]
    assert [each.value for each in found.in_force] == ["a:2"]


def test_people_who_went_to_somebody_without_a_name_count_too(data: Path) -> None:
    record(data, exposing("a:1", 1), exposing("", 2), exposing("a:9", 3), exposing("", 4, peer="203.0.113.8"))
    assert dossier(data, of(data, "a:1"), NOW).people == 2, "of its address, without a name or with its own"


def test_an_address_of_ipv6_is_all_that_its_subscriber_may_choose(tmp_path: Path) -> None:
    responder = Responder(tmp_path, response(), clock=lambda: NOW)
    group = (("peer", "2001:db8::/64"),)
    seen = type(detection().named)(peers=("2001:db8::1", "2001:db8::2"))
    responder.take([detection("a", NOW, group=group, named=seen)])
    responder.close()
    record(
        tmp_path,
        exposing("", 1, peer="2001:db8::1"),
        exposing("", 2, peer="2001:db8::ffff"),
        exposing("", 3, peer="2001:db8:0:1::1"),
        exposing("a:1", 4, peer="2001:db8::5"),
    )
    (incident,) = listed(tmp_path, closed=True, limit=10)
    assert dossier(tmp_path, incident.id, NOW).people == 3


def test_after_it_was_closed_nobody_counts(data: Path) -> None:
    record(data, exposing("a:1", 1))
    close(data, of(data, "a:1"), NOW + 1)
    record(data, exposing("a:1", 2, ago=-5))
    assert dossier(data, of(data, "a:1"), NOW + 10).people == 1


def test_undoing_lifts_exactly_that(data: Path) -> None:
    incident, lifted = undo(data, of(data, "a:1"), NOW + 1)
    assert [each.value for each in lifted] == ["a:1"]
    assert incident.state is IncidentState.OPEN
    assert {each.value for each in read_measures(data)} == {"a:2", "198.51.100.1"}
    assert undo(data, of(data, "a:1"), NOW + 2)[1] == ()


def test_undoing_lifts_what_was_done_because_of_incidents_that_went_over_into_it(data: Path) -> None:
    responder = Responder(data, response(), clock=lambda: NOW)
    both = type(detection().named)(principals=("a:1", "a:2"))
    responder.take([by("a:1", "c", NOW, named=both)])
    responder.close()
    (whole,) = listed(data, closed=False, limit=10)
    assert {each.value for each in dossier(data, whole.id, NOW).in_force} == {"a:1", "a:2"}
    assert {each.value for each in undo(data, whole.id, NOW + 1)[1]} == {"a:1", "a:2"}
    assert {each.value for each in read_measures(data)} == {"198.51.100.1"}


def test_undoing_does_not_open_what_is_closed(data: Path) -> None:
    identifier = of(data, "a:1")
    close(data, identifier, NOW + 1)
    incident, lifted = undo(data, identifier, NOW + 2)
    assert len(lifted) == 1
    assert incident.state is IncidentState.CLOSED


def test_what_an_operator_does_is_told_to_who_was_told(data: Path) -> None:
    identifier = of(data, "a:1")
    book = Casebook(data)
    outbox = Outbox(book)
    outbox.delivered(outbox.due("soc", NOW, 10), NOW, every=300)
    assert outbox.due("soc", NOW + 1000, 10) == []
    undo(data, identifier, NOW + 1)
    (found,) = outbox.due("soc", NOW + 1, 10)
    assert found.notice.kind == "updated"
    assert found.notice.changes[-1].startswith("lifted: blocked principal:a:1")
    outbox.delivered([found], NOW + 1, every=300)
    close(data, identifier, NOW + 2)
    (found,) = outbox.due("soc", NOW + 2, 10)
    assert found.notice.kind == "closed"
    book.close()
    assert close(data, identifier, NOW + 3).revision == close(data, identifier, NOW + 4).revision


def test_ids_may_be_shortened_as_far_as_they_name_one(data: Path) -> None:
    identifier = of(data, "a:1")
    assert dossier(data, identifier[:8], NOW).incident.id == identifier
    for wrong, told in (("", "there is no incident"), ("zz", "there is no incident")):
        with pytest.raises(ConfigError) as found:
            dossier(data, wrong, NOW)
        assert told in str(found.value.problems[0])


def test_nothing_is_made_by_looking(tmp_path: Path) -> None:
    assert listed(tmp_path, closed=True, limit=10) == []
    assert list(tmp_path.iterdir()) == []


def test_lifting_one_by_one_stands_in_the_incident(data: Path) -> None:
    identifier = of(data, "a:1")
    own = [each for each in read_measures(data) if each.incident == identifier]
    note_lifted(data, [*own, *[each for each in read_measures(data) if not each.incident]], NOW + 1)
    timeline = dossier(data, identifier, NOW + 1).incident.timeline
    assert [(each.time, each.text) for each in timeline if each.what == "lifted"] == [
        (NOW + 1, "lifted: blocked principal:a:1")
    ]
    close(data, identifier, NOW + 2)
    note_lifted(data, own, NOW + 3)
    assert dossier(data, identifier, NOW + 3).incident.state is IncidentState.CLOSED
