"""A reported weakness is mended where the API answers otherwise, not where it does not answer."""

import pytest
from tests.unit.adapters.probing.servers import Peer, raw_server

from garrison import reported
from garrison.adapters.recorded.exchange import RecordedExchange, request_head
from garrison.assessing import Wanted
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import Finding
from garrison.core.findings_report import Again, Report

FINDING = Finding(reported.CHECK, "somebody reported it", Severity.HIGH, Confidence.HIGH, "", "f" * 32)


def report_of(status: int, *, token: str = "") -> Report:
    """Of an API that answers a reported exchange so."""

    def serve(peer: Peer) -> None:
        peer.request()
        peer.send(f"HTTP/1.1 {status} So\r\ncontent-length: 0\r\n\r\n".encode())

    fields = [("host", "api.example"), *([("authorization", f"Bearer {token}")] if token else [])]
    attack = RecordedExchange("1", request_head("GET", "/v1/orders/2", fields, has_body=False), 0.0, None)
    with raw_server(serve) as origin:
        return reported.reenact(Wanted(url=origin), [attack], FINDING)


@pytest.fixture(autouse=True)
def walks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is walked through."""
    walked = Report(kind="assessment", target="", started=1.0, ended=2.0, version="1")
    monkeypatch.setattr(reported, "perform", lambda wanted: walked)


def test_what_is_answered_as_if_all_were_well_is_there() -> None:
    assert [each.finding for each in report_of(200).findings] == [FINDING]


@pytest.mark.parametrize(("status", "token", "is_mended"), [
    (403, "t", True), (404, "", True), (401, "", True),
    (401, "t", False), (429, "", False), (500, "", False), (503, "t", False),
])  # fmt: skip
def test_only_a_refusal_says_that_it_is_mended(status: int, token: str, *, is_mended: bool) -> None:
    report = report_of(status, token=token)
    assert not report.findings
    assert Again(report).was_tested(FINDING) is is_mended
