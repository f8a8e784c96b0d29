"""What waits to be told: once for each incident, then what changes, and nothing lost on the way."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.unit.respond.samples import NOW, block, detection

from garrison.adapters.store import outbox as module
from garrison.adapters.store.casebook import Casebook
from garrison.adapters.store.outbox import Outbox, Waiting
from garrison.core.detection import Severity
from garrison.core.incident import Incident, IncidentId
from garrison.core.notice import NoticeKind, notice_of
from garrison.respond.incidents import acted, joined, opened

EVERY = 300.0


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with Casebook(tmp_path) as casebook:
        yield Outbox(casebook)


def tell(outbox: Outbox, incident: Incident, now: float = NOW, kind: NoticeKind = NoticeKind.UPDATED) -> None:
    with outbox._casebook.changing():
        outbox.tell("soc", notice_of(incident, kind, now), now, every=EVERY)


def take(outbox: Outbox, now: float) -> Waiting:
    (found,) = outbox.due("soc", now, 10)
    return found


def kinds(outbox: Outbox, now: float) -> list[str]:
    return [each.notice.kind for each in outbox.due("soc", now, 10)]


def test_the_first_message_opens_and_holds_what_happened_meanwhile(outbox: Outbox) -> None:
    incident = opened(detection())
    tell(outbox, incident)
    tell(outbox, joined(incident, detection("b", NOW + 1)), NOW + 1)
    found = take(outbox, NOW + 1)
    assert (found.notice.kind, found.notice.detections) == (NoticeKind.OPENED, 2)


def test_updates_are_some_minutes_apart_but_for_what_is_worse_and_for_measures(outbox: Outbox) -> None:
    incident = opened(detection(severity=Severity.MEDIUM))
    tell(outbox, incident)
    outbox.delivered([take(outbox, NOW)], NOW, every=EVERY)
    incident = joined(incident, detection("b", NOW + 1, severity=Severity.MEDIUM))
    tell(outbox, incident, NOW + 1)
    assert kinds(outbox, NOW + EVERY - 1) == []
    assert kinds(outbox, NOW + EVERY) == ["updated"]
    tell(outbox, joined(incident, detection("c", NOW + 2)), NOW + 2)
    assert kinds(outbox, NOW + 2) == ["updated"], "it is severe now"
    outbox.delivered([take(outbox, NOW + 2)], NOW + 2, every=EVERY)
    tell(outbox, acted(incident, [block()], [], NOW + 3, contained=True), NOW + 3)
    assert kinds(outbox, NOW + 3) == ["updated"], "a measure was taken"


def test_what_comes_while_one_is_delivered_follows(outbox: Outbox) -> None:
    incident = opened(detection())
    tell(outbox, incident)
    under_way = take(outbox, NOW)
    tell(outbox, joined(incident, detection("b", NOW + 1)), NOW + 1)
    outbox.delivered([under_way], NOW + 2, every=EVERY)
    assert kinds(outbox, NOW + 3) == []
    later = take(outbox, NOW + 2 + EVERY)
    assert (later.notice.kind, later.notice.detections) == (NoticeKind.UPDATED, 2)
    assert later.notice.id != under_way.notice.id
    outbox.delivered([later], NOW + 500, every=EVERY)
    assert outbox.deliveries()[0].waiting == 0


def test_failures_are_tried_again_later_and_later_and_given_up_at_last(outbox: Outbox) -> None:
    tell(outbox, opened(detection()))
    now, pauses = NOW, []
    for _ in range(100):
        waiting = outbox.due("soc", now, 10)
        if waiting:
            assert waiting[0].notice.id == take(outbox, now).notice.id
            pauses.append(now)
            if outbox.failed(waiting, now, "nobody there", give_up=3600):
                break
        now = min(now + 10_000, outbox._casebook.ask("SELECT min(due) FROM outbox")[0][0])
    gaps = [after - before for before, after in itertools.pairwise(pauses)]
    assert gaps[:4] == [1.0, 2.0, 5.0, 10.0]
    assert gaps == sorted(gaps)
    assert pauses[-1] - NOW >= 3600
    (delivery,) = outbox.deliveries()
    assert (delivery.waiting, delivery.given_up, delivery.sent, delivery.trouble) == (0, 1, 0, "nobody there")


def test_a_success_ends_the_trouble(outbox: Outbox) -> None:
    tell(outbox, opened(detection()))
    outbox.failed([take(outbox, NOW)], NOW, "nobody there", give_up=3600)
    assert outbox.deliveries()[0].trouble == "nobody there"
    outbox.delivered([take(outbox, NOW + 1)], NOW + 1, every=EVERY)
    (delivery,) = outbox.deliveries()
    assert (delivery.sent, delivery.trouble) == (1, "")


def test_what_went_over_into_another_before_anybody_was_told_is_not_told(outbox: Outbox) -> None:
    incident = opened(detection())
    tell(outbox, incident)
    tell(outbox, replace(incident, into=IncidentId("other")), kind=NoticeKind.CLOSED)
    assert kinds(outbox, NOW) == []


def test_the_oldest_go_where_too_many_wait(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 3)
    for number in range(5):
        tell(outbox, opened(detection(f"d{number}")), NOW + number)
    with outbox._casebook.changing():
        assert outbox.bound("soc") == 2
        assert outbox.bound("soc") == 0
    assert [each.notice.made for each in outbox.due("soc", NOW + 10, 10)] == [NOW + 2, NOW + 3, NOW + 4]
    assert outbox.deliveries()[0].given_up == 2


def test_the_gravest_wait_where_too_many_do(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 3)
    severities = [Severity.CRITICAL, Severity.LOW, Severity.MEDIUM, Severity.LOW, Severity.MEDIUM, Severity.MEDIUM]
    for number, severity in enumerate(severities):
        tell(outbox, opened(detection(f"d{number}", severity=severity)), NOW + number)
        with outbox._casebook.changing():
            outbox.bound("soc")
    assert [each.notice.made for each in outbox.due("soc", NOW + 10, 10)] == [NOW, NOW + 4, NOW + 5]


def test_destinations_that_are_gone_are_forgotten(outbox: Outbox) -> None:
    tell(outbox, opened(detection()))
    with outbox._casebook.changing():
        outbox.forget(["soc"])
        assert outbox.deliveries()
        outbox.forget([])
    assert outbox.deliveries() == ()
