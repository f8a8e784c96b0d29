"""Detections are taken in once: on record, part of an incident, in force, and told."""

from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.unit.respond.samples import NOW, block, by, detection

from garrison import responding
from garrison.adapters.store.casebook import Casebook
from garrison.adapters.store.detections import DETECTIONS, detections
from garrison.adapters.store.measures import change_measures, read_measures
from garrison.adapters.store.outbox import Outbox
from garrison.config.notify import DestinationSettings, NotifySettings, OcsfSettings, SyslogSettings
from garrison.config.respond import ProfileSettings, RespondSettings, StepSettings
from garrison.core.detection import Detection, RuleId, Severity
from garrison.core.errors import RecordError
from garrison.core.incident import Incident, IncidentState
from garrison.core.notice import Notice
from garrison.report.incident_finding import finding_of
from garrison.responding import Responder, Response

SOC = DestinationSettings(name="soc", syslog=SyslogSettings(address="udp://127.0.0.1:1"))


def response(**more: Any) -> Response:
    more.setdefault("mode", "enforce")
    return Response(RespondSettings(**more), NotifySettings(to=(SOC,)))


def responder(data: Path, settings: Response | None = None, now: float = NOW, **more: Any) -> Responder:
    return Responder(data, settings or response(), clock=lambda: now, **more)


def take(data: Path, found: Sequence[Detection], settings: Response | None = None, now: float = NOW) -> None:
    with closing(responder(data, settings, now)) as made:
        made.take(found)


def incidents(data: Path) -> list[Incident]:
    book = Casebook(data, is_read=True)
    try:
        return book.incidents()
    finally:
        book.close()


def waiting(data: Path, now: float = NOW) -> list[Notice]:
    book = Casebook(data)
    try:
        return [each.notice for each in Outbox(book).due("soc", now, 100_000)]
    finally:
        book.close()


def test_from_a_detection_to_all_that_follows(tmp_path: Path) -> None:
    take(tmp_path, [detection()])
    assert list(detections(tmp_path)) == [detection()]
    (incident,) = incidents(tmp_path)
    (measure,) = read_measures(tmp_path)
    assert (measure.value, measure.incident, measure.simulated) == ("203.0.113.7", incident.id, False)
    assert incident.state is IncidentState.CONTAINED
    assert incident.measures == (measure,)
    (notice,) = waiting(tmp_path)
    assert (notice.kind, notice.measured) == ("opened", 1)


def test_the_same_detection_again_changes_nothing(tmp_path: Path) -> None:
    take(tmp_path, [detection()])
    before = incidents(tmp_path), read_measures(tmp_path), waiting(tmp_path)
    take(tmp_path, [detection(), detection()], now=NOW + 5)
    assert (incidents(tmp_path), read_measures(tmp_path), waiting(tmp_path)) == before
    assert len(list(detections(tmp_path))) == 1


def test_monitor_mode_simulates(tmp_path: Path) -> None:
    take(tmp_path, [detection()], response(mode="monitor"))
    (measure,) = read_measures(tmp_path)
    assert measure.simulated
    assert incidents(tmp_path)[0].state is IncidentState.OPEN
    take(tmp_path, [detection("b", NOW + 1)], now=NOW + 1)
    (measure,) = read_measures(tmp_path)
    assert not measure.simulated, "now it is enforced"


def test_off_keeps_incidents_and_takes_nothing(tmp_path: Path) -> None:
    take(tmp_path, [detection()], response(mode="off"))
    assert read_measures(tmp_path) == ()
    assert len(incidents(tmp_path)) == len(waiting(tmp_path)) == 1


def test_measures_escalate_over_restarts(tmp_path: Path) -> None:
    lengths = []
    for number in range(5):
        moment = NOW + number * 100 * 86400
        take(tmp_path, [detection(f"d{number}", moment, rule="enumeration-anonymous")], now=moment)
        (measure,) = read_measures(tmp_path)
        assert measure.until
        lengths.append((measure.until - measure.since) / 86400)
    assert lengths == [1, 7, 49, 90, 90]


def test_what_an_operator_blocked_longer_stays_so(tmp_path: Path) -> None:
    change_measures(tmp_path, lambda _: [block(note="by hand")], NOW)
    take(tmp_path, [detection("b", NOW + 5)], now=NOW + 5)
    assert [each.note for each in read_measures(tmp_path)] == ["by hand"]
    assert incidents(tmp_path)[0].state is IncidentState.CONTAINED


def test_only_severe_ones_are_told(tmp_path: Path) -> None:
    take(tmp_path, [by("a:1", severity=Severity.LOW)])
    assert waiting(tmp_path) == []
    take(tmp_path, [by("a:1", "b", NOW + 1)], now=NOW + 1)
    (notice,) = waiting(tmp_path, NOW + 1)
    assert (notice.kind, notice.detections) == ("opened", 2)


def test_two_become_one_where_a_third_belongs_to_both(tmp_path: Path) -> None:
    one, two = by("a:1"), by("a:2", "b", NOW + 1, rule=RuleId("drift"))
    take(tmp_path, [one, two])
    assert len(incidents(tmp_path)) == 2
    both = by("a:1", "c", NOW + 2, rule=RuleId("scraping"), named=type(one.named)(principals=("a:1", "a:2")))
    take(tmp_path, [both], now=NOW + 2)
    states = {each.state for each in incidents(tmp_path) if each.into is not None}
    assert states == {IncidentState.CLOSED}
    (whole,) = [each for each in incidents(tmp_path) if each.into is None]
    assert whole.count == 3
    assert [each.incident for each in waiting(tmp_path, NOW + 2)] == [whole.id]
    take(tmp_path, [by("a:2", "d", NOW + 3, rule=RuleId("drift"))], now=NOW + 3)
    assert next(each for each in incidents(tmp_path) if each.into is None).count == 4


def test_quiet_ones_are_closed_and_told_of(tmp_path: Path) -> None:
    take(tmp_path, [detection()], response(mode="off"))
    made = responder(tmp_path, now=NOW + 86400 + 1)
    made.tidy()
    made.close()
    assert incidents(tmp_path)[0].state is IncidentState.CLOSED
    take(tmp_path, [detection("b", NOW + 86400 + 2)], now=NOW + 86400 + 2)
    assert len(incidents(tmp_path)) == 2


def test_a_full_disk_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = responder(tmp_path)

    def full(*_: Any) -> None:
        raise RecordError("no space left")

    with monkeypatch.context() as patched:
        patched.setattr(responding, "change_measures", full)
        with pytest.raises(RecordError):
            made.take([detection()])
    assert incidents(tmp_path) == []
    made.take([detection()])
    made.close()
    assert len(incidents(tmp_path)) == len(list(detections(tmp_path))) == len(read_measures(tmp_path)) == 1


@pytest.mark.parametrize("last", ["_record", "change_measures", "_bound"])
def test_a_process_that_ends_in_between_repeats_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last: str
) -> None:
    """Whatever was done last, the next one finds the detection again and ends up the same."""
    killed = _ending_after(last, monkeypatch)
    with pytest.raises(SystemExit):
        take(tmp_path, [detection()])
    killed()
    recorded = [each.id for each in detections(tmp_path)]
    assert recorded == [detection().id]
    made = responder(tmp_path, now=NOW + 30, recorded=recorded)
    made.take([detection()])
    made.close()
    assert len(list(detections(tmp_path))) == 1
    assert sum(len(path.read_bytes().splitlines()) for path in (tmp_path / DETECTIONS.spool).iterdir()) == 1
    (measure,) = read_measures(tmp_path)
    (incident,) = incidents(tmp_path)
    assert (measure.since, measure.until) == (NOW, NOW + 3600)
    assert incident.measures == (measure,)
    assert incident.state is IncidentState.CONTAINED
    assert len(waiting(tmp_path, NOW + 30)) == 1
    book = Casebook(tmp_path)
    assert book.earlier(measure.key, NOW + 1, simulated=False) == 1
    book.close()


def _ending_after(last: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """The process ends once `last` is done; what is returned lets the next one live."""
    place: Any = responding if last == "change_measures" else Responder
    real = getattr(place, last)

    def ending(*given: Any, **more: Any) -> None:
        real(*given, **more)
        raise SystemExit

    monkeypatch.setattr(place, last, ending)
    return lambda: monkeypatch.setattr(place, last, real)


def test_a_flood_of_detections(tmp_path: Path) -> None:
    """Ten thousand at once, by a thousand peers: all on record, each peer blocked once, one message about all."""
    many = [
        detection(
            f"d{number:05}",
            NOW + number / 1000,
            group=(("peer", f"10.0.{number % 1000 // 250}.{number % 250}"),),
            named=type(detection().named)(
                peers=(f"10.0.{number % 1000 // 250}.{number % 250}",), operations=detection().named.operations
            ),
        )
        for number in range(10_000)
    ]
    take(tmp_path, many, now=NOW + 10)
    take(tmp_path, many[5000:], now=NOW + 11)
    assert [each.id for each in detections(tmp_path)] == [each.id for each in many]
    assert len(read_measures(tmp_path)) == 1000
    (incident,) = incidents(tmp_path)
    assert incident.count == 10_000
    (notice,) = waiting(tmp_path, NOW + 11)
    assert notice.detections == 10_000


def test_whom_nothing_may_touch_is_in_the_timeline_once(tmp_path: Path) -> None:
    settings = response(never=("203.0.113.0/24",))
    take(tmp_path, [detection(), detection("b", NOW + 1)], settings)
    assert read_measures(tmp_path) == ()
    (incident,) = incidents(tmp_path)
    assert [each.what for each in incident.timeline] == ["detected", "spared", "detected"]
    assert incident.state is IncidentState.OPEN


def test_a_measure_of_each_step(tmp_path: Path) -> None:
    profile = ProfileSettings(name="all", then=(StepSettings(do="throttle"), StepSettings(do="step-up")))
    take(tmp_path, [detection()], response(profiles=(profile,)))
    assert {each.action for each in read_measures(tmp_path)} == {"throttle", "step-up"}
    assert all(each.incident for each in read_measures(tmp_path))


def test_who_gathers_all_detections_gets_each_once(tmp_path: Path) -> None:
    lake = DestinationSettings(name="soc", ocsf=OcsfSettings(file="f", detections=True))
    settings = Response(RespondSettings(mode="off"), NotifySettings(to=(lake,)))
    take(tmp_path, [detection(), by("a:1", "b", NOW + 1, severity=Severity.LOW)], settings)
    take(tmp_path, [detection()], settings)
    told = waiting(tmp_path)
    assert [each.detection and each.detection.id for each in told] == ["a", "b", None]
    records = [finding_of(each, version="1") for each in told]
    assert [each["class_uid"] for each in records] == [2004, 2004, 2005]
