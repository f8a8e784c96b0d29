"""Behind a real gateway: an API of somebody else, which misbehaves."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.integration.envoy.clients import Answer, send
from tests.integration.gateway.running import Guard, until
from tests.integration.gateway.test_restart import kill_envoy
from tests.integration.gateway.third_party import CONTRACT, ThirdParty
from tests.unit.cli.program import run

from garrison.adapters.metrics import StatusCollector
from garrison.adapters.status import GATEWAY, GatewayStatus, read_status
from garrison.adapters.store import ledger, query
from garrison.adapters.store.ledger_rows import ExposureFilter
from garrison.core.event import Event
from garrison.engine.circuit import Phase

pytestmark = pytest.mark.integration

JSON = "application/json"


class Scene(NamedTuple):
    party: ThirdParty
    guard: Guard
    data: Path
    port: int

    def get(self, what: str) -> Answer:
        return send(self.port, "x", {}, f"/{what}")

    def last(self) -> Event:
        """The newest event."""
        (event,) = query.events(self.data, limit=1)
        return event


def scene(folder: Path, module: str, circuit: Mapping[str, int], name: str = "localhost") -> Scene:
    party = ThirdParty(folder, name)
    (folder / "api.yaml").write_text(CONTRACT)
    (folder / "token").write_text("of-the-third-party\n")
    settings = {
        "egress": {"enabled": True, "answer-timeout": 1.5},
        "upstream": {"url": f"https://localhost:{party.port}", "request-timeout": 0.7, "tls": {"ca": "ca.pem"}},
        "contract": {"file": "api.yaml"},
        "data": "data",
        "controls": {"outgoing": {"credential": {"file": "token"}, "headers": ["x-name"]}, "circuit-breaker": circuit},
    }
    guard = Guard(folder, 0, settings, module)
    return Scene(party, guard, folder / "data", guard.port())


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory, filter_module: str) -> Iterator[Scene]:
    made = scene(tmp_path_factory.mktemp("egress"), filter_module, {"least": 1000})
    yield made
    made.guard.stop()
    made.party.close()


def test_what_goes_out_is_what_the_contract_declares(here: Scene) -> None:
    body = json.dumps({"to": "ada@example.com", "note": "card 4111 1111 1111 1111"}).encode()
    more = {"content_type": JSON, "authorization": "Bearer of-the-caller", "cookie": "sid=1", "x_employee": "7"}
    forwarding = {"x_forwarded_for": "10.1.2.3", "forwarded": "for=10.1.2.3", "traceparent": "00-1", "via": "1.1 a"}
    here.party.seen.clear()
    got = send(here.port, "x", {}, "/messages", "POST", body, None, **more, **forwarding)
    assert (got.status, got.json()) == (200, {"id": "1"})
    assert "set-cookie" not in got.headers
    ((headers, sent),) = here.party.seen
    assert json.loads(sent) == {"to": "ada@example.com", "note": "card (card)"}
    assert headers == {
        "host": f"localhost:{here.party.port}", "accept-encoding": "identity", "content-type": JSON,
        "content-length": str(len(sent)), "authorization": "Bearer of-the-third-party", "x-name": "x",
    }  # fmt: skip
    event = here.last()
    assert [reason.id for reason in event.reasons] == [
        "header-withheld", "header-withheld", "header-withheld", "undeclared-data",
    ]  # fmt: skip
    rows = list(ledger.exposures(here.data, ExposureFilter(principal="third-party:localhost")))
    assert [(row.kind, row.types) for row in rows if row.event == event.id] == [("email", ("email",))]


@pytest.mark.parametrize(
    ("what", "status", "reason"),
    [
        ("broken", 502, "response-invalid"),
        ("elsewhere", 502, "redirect-elsewhere"),
        ("markup", 502, "active-content"),
        ("stated", 502, "answer-too-large"),
        ("endless", 502, "answer-too-large"),
        ("opaque", 502, "answer-unbounded"),
        ("failing", 500, "stack-trace"),
        ("hang", 504, ""),
        ("drip", 504, ""),
        ("ok", 200, ""),
    ],
)
def test_what_comes_back_is_what_the_contract_says(here: Scene, what: str, status: int, reason: str) -> None:
    got = here.get(what)
    assert got.status == status
    if status != 200:
        assert got.headers["content-type"] == "application/problem+json"
        assert not {"Traceback", "evil", "script", "secret"} & set(got.body.decode().replace("<", " ").split())
    assert reason in {"", *(each.id for each in here.last().reasons)}
    assert here.party.sent < 64 << 20  # of the gigabyte: what fits into buffers on the way


def test_redirects_to_itself_lead_back_to_the_gateway(here: Scene) -> None:
    assert here.get("moved").headers["location"] == "/ok"


def test_a_credential_that_is_renewed_is_taken_up(here: Scene) -> None:
    body = b'{"to": "ada@example.com"}'
    for credential in ("renewed", "of-the-third-party"):  # the last one is what other tests are used to
        before = len(here.guard.lines)
        (here.guard.file.parent / "token").write_text(f"{credential}\n")
        here.guard.wait("reloaded", before)
        assert send(here.port, "x", {}, "/messages", "POST", body, content_type=JSON).status == 200
        assert here.party.seen[-1][0]["authorization"] == f"Bearer {credential}"


def test_a_wrong_certificate_is_an_end_and_the_circuit_opens(
    tmp_path: Path, filter_module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GARRISON_TEST_BACKOFF", "0.1")
    made = scene(tmp_path, filter_module, {"least": 3, "pause": 60}, "other.example")
    try:
        assert [made.get("ok").status for _ in range(3)] == [502, 502, 502]
        refused = made.get("ok")
        assert refused.status == 503
        assert refused.headers["content-type"] == "application/problem+json"
        assert 0 < int(refused.headers["retry-after"]) <= 60
        until(lambda: _phase(made.data) is Phase.OPEN, "the circuit is open")
        until(
            lambda: "third-party-cut-off" in run("incidents", "list", "--json", "--data", str(made.data)).stdout,
            "an incident is open",
            pause=0.5,
        )
        status = run("status", "--data", str(made.data)).stdout
        assert f"problem: `https://localhost:{made.party.port}` is cut off since it misbehaves" in status
        assert "circuit    open for" in status
        (circuit,) = [each for each in StatusCollector(made.data).collect() if each.name == "garrison_circuit"]
        assert {each.labels["phase"]: each.value for each in circuit.samples} == {
            "closed": 0,
            "open": 1,
            "half-open": 0,
        }
        lines = len(made.guard.lines)
        kill_envoy(made.guard)
        made.guard.wait("serving again", after=lines)
        assert made.get("ok").status == 503, "it is open still"
    finally:
        made.guard.stop()
        made.party.close()


def _phase(data: Path) -> Phase | None:
    status = read_status(data, GATEWAY, GatewayStatus)
    return status.circuit.phase if status is not None and status.circuit is not None else None
