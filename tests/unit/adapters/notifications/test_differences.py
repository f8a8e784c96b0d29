"""What is told of an assessment: one message for a run, once, whoever tells it."""

import json
import socket
import time
from base64 import b64encode
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.unit.adapters.notifications.servers import taking

from garrison.adapters.notifications.catalogue import sender_for
from garrison.adapters.notifications.differences import notice_of_differences, tell_differences
from garrison.adapters.notifications.postman import Postman
from garrison.adapters.notifications.sender import heading, words
from garrison.adapters.store.assessments import AssessmentRun
from garrison.adapters.store.casebook import Casebook
from garrison.adapters.store.only_one import the_only_one
from garrison.adapters.store.outbox import Outbox
from garrison.config.notify import DestinationSettings, NotifySettings, OcsfSettings, SyslogSettings, WebhookSettings
from garrison.core.detection import Severity
from garrison.core.difference import Difference, DifferenceKind
from garrison.core.notice import MOST_CHANGES, Notice
from garrison.report.incident_finding import finding_of

NOW = 1_795_000_000.0
NEW = Difference(DifferenceKind.FINDING_NEW, "f" * 32, Severity.HIGH, "new: bad at GET /a")
FIXED = Difference(DifferenceKind.FINDING_FIXED, "e" * 32, Severity.INFORMATIONAL, "fixed: bad at GET /b")


def run(*differences: Difference, number: int = 1) -> AssessmentRun:
    return AssessmentRun(number=number, target="http://127.0.0.1:9", begun=NOW - 60, ended=NOW, differences=differences)


def to(*names: str, **more: Any) -> NotifySettings:
    way = SyslogSettings(address="udp://127.0.0.1:9")
    return NotifySettings(to=tuple(DestinationSettings(name=name, syslog=way) for name in names), **more)


def waiting(data: Path, name: str) -> list[Notice]:
    book = Casebook(data)
    try:
        return [each.notice for each in Outbox(book).due(name, NOW, 100)]
    finally:
        book.close()


def test_everybody_is_told_once_in_one_message(tmp_path: Path) -> None:
    for _ in range(3):
        tell_differences(tmp_path, run(NEW, FIXED), to("a", "b"), Severity.INFORMATIONAL, NOW)
    for name in ("a", "b"):
        (notice,) = waiting(tmp_path, name)
        assert notice.changes == (NEW.text, FIXED.text)
        assert (notice.severity, notice.detections) == (Severity.HIGH, 2)


def test_what_was_delivered_is_not_told_again(tmp_path: Path) -> None:
    assert tell_differences(tmp_path, run(NEW), to("a"), Severity.LOW, NOW)
    book = Casebook(tmp_path)
    Outbox(book).delivered(Outbox(book).due("a", NOW, 10), NOW, every=300)
    book.close()
    assert not tell_differences(tmp_path, run(NEW), to("a"), Severity.LOW, NOW)
    assert waiting(tmp_path, "a") == []
    assert tell_differences(tmp_path, run(NEW, number=2), to("a"), Severity.LOW, NOW)


def test_the_settings_bound_what_is_told(tmp_path: Path) -> None:
    assert tell_differences(tmp_path, run(NEW, FIXED), to("a", severity=Severity.CRITICAL), Severity.MEDIUM, NOW)
    assert waiting(tmp_path, "a")[0].changes == (NEW.text,)
    assert not tell_differences(tmp_path, run(FIXED, number=2), to("a"), Severity.MEDIUM, NOW)
    assert not tell_differences(tmp_path, run(NEW, number=3), to(), Severity.LOW, NOW)


def test_the_words(tmp_path: Path) -> None:
    many = tuple(Difference(DifferenceKind.NOTED, str(at), Severity.LOW, f"no {at}") for at in range(MOST_CHANGES + 3))
    one, more = notice_of_differences(run(NEW), (NEW,), NOW), notice_of_differences(run(*many), many, NOW)
    assert heading(one) == "Garrison [high] a difference at http://127.0.0.1:9: new: bad at GET /a"
    assert heading(more).startswith("Garrison [low] 23 differences at http://127.0.0.1:9: no 0")
    assert words(one) == "new: bad at GET /a\n\ngarrison findings changes"
    assert words(more).splitlines()[-3:] == ["and 3 more", "", "garrison findings changes"]


def test_each_way_carries_it(tmp_path: Path) -> None:
    notice = notice_of_differences(run(NEW), (NEW,), NOW)
    secret = tmp_path / "secret"
    secret.write_text(f"whsec_{b64encode(bytes(range(32))).decode()}\n")
    with taking() as server, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taker:
        taker.bind(("127.0.0.1", 0))
        taker.settimeout(30)
        url = f"http://127.0.0.1:{server.port}/hook"
        ways = (
            {"webhook": WebhookSettings(url=url, secret_file=str(secret), unsafe_plain_http=True)},
            {"syslog": SyslogSettings(address=f"udp://127.0.0.1:{taker.getsockname()[1]}")},
            {"ocsf": OcsfSettings(file=str(tmp_path / "findings.jsonl"))},
        )
        for way in ways:
            destination = DestinationSettings(name="a", **way)
            sender_for(destination, lambda each: finding_of(each, version="1")).send([notice])
        line = taker.recv(9000).decode()
    told = msgspec.json.decode(server.got[0].body)
    assert (told["type"], told["data"]["changes"]) == ("assessment.different", [NEW.text])
    assert " assessed [garrison@" in line
    assert line.endswith("new: bad at GET /a")
    finding = json.loads((tmp_path / "findings.jsonl").read_text())
    assert (finding["class_uid"], finding["activity_name"], finding["unmapped"]["changes"]) == (
        2005, "Assessment", [NEW.text],
    )  # fmt: skip


@pytest.mark.parametrize("is_busy", [True, False])
def test_two_processes_do_not_deliver_to_one_at_the_same_time(tmp_path: Path, *, is_busy: bool) -> None:
    file = tmp_path / "told.jsonl"
    settings = NotifySettings(to=(DestinationSettings(name="a", ocsf=OcsfSettings(file=str(file))),))
    tell_differences(tmp_path, run(NEW), settings, Severity.LOW, NOW)
    with the_only_one(tmp_path, "notify-a.lock" if is_busy else "another.lock", ""):
        postman = Postman(tmp_path, settings, lambda each: finding_of(each, version="1"), lambda _: None)
        for _ in range(6 if is_busy else 200):  # busy: some tries, each of which finds the lock taken
            if file.exists():
                break
            postman.wake()
            time.sleep(0.05)
        postman.close()
    assert file.exists() != is_busy
    assert bool(waiting(tmp_path, "a")) == is_busy
