"""Two weeks in which an API changes, assessed over real HTTP every six hours of a clock that is made up."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.harness import Stage, staging
from tests.assess.twins.authorization.keeping import Item, Keeper, service
from tests.assess.twins.parts import Handler, Person, answer, operation, problem, thing

from garrison.adapters.notifications.differences import tell_differences
from garrison.adapters.store.assessments import AssessmentRun, Assessments
from garrison.adapters.store.casebook import Casebook
from garrison.adapters.store.events import EVENTS
from garrison.adapters.store.outbox import Outbox
from garrison.adapters.store.spool import SpoolWriter
from garrison.assess.schedule import Schedule, is_quiet
from garrison.assessing import Wanted
from garrison.config.notify import DestinationSettings, NotifySettings, SyslogSettings
from garrison.config.quiet_hours import parse_quiet_hours
from garrison.continuous import Continuous, seed
from garrison.core.decision import Disposition, Mode, Reason
from garrison.core.detection import Severity
from garrison.core.difference import DifferenceKind
from garrison.core.event import Event
from garrison.core.ids import ControlId, EventId, ReasonId
from garrison.core.notice import Notice
from garrison.core.picture import Picture, Sighting
from garrison.sighting import Looking

DAY = 86400.0
BEGIN = dt.datetime(2026, 3, 2, tzinfo=dt.UTC).timestamp()
QUIET = parse_quiet_hours("22:00-06:00")
NOTIFY = NotifySettings(to=(DestinationSettings(name="ops", syslog=SyslogSettings(address="udp://127.0.0.1:9")),))
TEAS = operation(gives=thing("teas"), public=True)
OLD = operation(gives=thing("old"), public=True)


class Killed(BaseException):
    """The process is gone: nothing of it runs on."""


class Shop(Keeper):
    """Keeps orders, serves more and less as the weeks go by, and is never the same twice in what does not matter."""

    def __init__(self) -> None:
        super().__init__()
        self.described = {"GET /old": OLD}
        self.price: Any = None
        self.tells_email = True
        self.is_broken = False
        self.asked = 0

    @property
    def routes(self) -> dict[str, Handler]:
        return {**super().routes, "GET /old": self.plain("old"), "GET /teas": self.plain("teas")}

    @property
    def operations(self) -> dict[str, dict[str, Any]]:
        return {**super().operations, **self.described}

    def plain(self, name: str) -> Handler:
        async def answered(request: Request) -> Response:
            del request
            self.asked += 1
            broken = self.is_broken and name == "teas"
            return problem(503, "Service Unavailable") if broken else answer({name: f"n{self.asked}", "since": None})

        return answered

    def found(self, request: Request, person: Person, weakness: str) -> Item | None:
        item = super().found(request, person, weakness)
        return item if item is None or self.price is None else {**item, "price": self.price}

    async def read(self, request: Request, person: Person) -> Response:
        item = self.found(request, person, "read")
        if item is None:
            return self.shape.refusal(request)
        even = len(self.people.all) // 2 % 2  # of accounts, of which every run makes two
        return answer({**item, "seen": "once" if even else None, "tags": ["hot"] * even})


class World:
    """The clock, the API and everything around it: what changes is done when its time has come."""

    def __init__(self, folder: Path, stage: Stage) -> None:
        self.now = BEGIN
        self.shop = Shop()
        self.stage = stage
        self.data = folder / "data"
        self.contract = folder / "openapi.json"
        self.certificate = folder / "gateway.pem"
        self.planned: list[tuple[float, Callable[[], object]]] = []
        self.notices: list[Notice] = []
        self.begun: list[float] = []
        self.dying: set[str] = set()
        self.deaths = 0
        self.serve()

    def serve(self) -> None:
        """The API and its contract, as they are now."""
        operations = {key: each for key, each in self.shop.operations.items() if not key.startswith("PUT")}
        app = service(self.shop.routes, operations)
        self.contract.write_text(json.dumps(app.state.contract))
        self.stage.app = app

    def at(self, days: float, change: Callable[[], object]) -> None:
        self.planned.append((BEGIN + days * DAY, change))

    def pause(self, seconds: float) -> bool:
        """Let time go by; whether the two weeks are over."""
        self.now += seconds
        while self.planned and self.planned[0][0] <= self.now:
            self.planned.pop(0)[1]()
        return self.now >= BEGIN + 14 * DAY

    def dies(self, where: str) -> None:
        """The process is killed here, if it is to be."""
        if where in self.dying:
            self.dying.remove(where)
            self.deaths += 1
            raise Killed

    def tell(self, run: AssessmentRun) -> None:
        self.dies("before it was told")
        if tell_differences(self.data, run, NOTIFY, Severity.INFORMATIONAL, self.now):
            self.deliver()
        self.dies("after it was told")

    def deliver(self) -> None:
        """What the postman does."""
        casebook = Casebook(self.data)
        outbox = Outbox(casebook)
        while some := outbox.due("ops", self.now, 10):
            self.notices += [each.notice for each in some]
            outbox.delivered(some, self.now, every=300)
        casebook.close()

    def live(self) -> list[AssessmentRun]:
        """Two weeks, with a new process whenever one is killed; all runs, the first first."""
        wanted = Wanted(
            url=self.stage.origin, contract=str(self.contract), only=("object-read-by-another",), seed=5, minutes=60.0,
            insecure=True,
        )  # fmt: skip
        look = Looking(wanted, self.data, certificates=(str(self.certificate),))

        def looking(known: Picture, now: float, seconds: float) -> Sighting:
            self.begun.append(now)
            seen = look(known, now, seconds)
            self.dies("after the assessment")
            return seen

        while True:
            with Assessments(self.data) as runs:
                seed(runs, self.data, self.stage.origin, self.now)
                schedule = Schedule(6 * 3600.0, QUIET)
                continuous = Continuous(
                    runs, self.stage.origin, schedule, looking, self.tell,
                    clock=lambda: self.now, pause=self.pause, say=lambda _: None,
                )  # fmt: skip
                try:
                    continuous.run()
                except Killed:
                    continue
                return runs.runs(self.stage.origin)[::-1]


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with staging() as opened:
        yield opened


@pytest.fixture
def world(tmp_path: Path, stage: Stage) -> World:
    return World(tmp_path, stage)


def certificate(file: Path, ends: float) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "gateway")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(dt.datetime.fromtimestamp(ends - 400 * DAY, dt.UTC))
    signed = made.not_valid_after(dt.datetime.fromtimestamp(ends, dt.UTC)).sign(key, hashes.SHA256())
    file.write_bytes(signed.public_bytes(serialization.Encoding.PEM))


def strange(data: Path, now: float, method: str, *, times: int = 1) -> None:
    """Traffic that the contract does not know goes by."""
    writer = SpoolWriter(data / EVENTS.spool)
    reason = Reason(ReasonId("unknown-operation"), ControlId("inventory"), 404, "path")
    for count in range(times):
        event = Event(
            EventId(f"{method}-{now}-{count}"), now - 60, method, None, "", "192.0.2.7", True, Mode.MONITOR,
            Disposition.LOGGED, 200, observed=(reason,),
        )  # fmt: skip
        writer.append(msgspec.json.encode(event) + b"\n")
    writer.close()


def changed(shop: Shop, world: World, **values: Any) -> Callable[[], None]:
    """Something about the API is another from now on."""

    def change() -> None:
        for name, value in values.items():
            setattr(shop, name, value)
        world.serve()

    return change


def plan(world: World) -> None:
    """What happens in these two weeks."""
    shop = world.shop
    certificate(world.certificate, BEGIN + 20.5 * DAY)
    old_and_teas = {"GET /old": OLD, "GET /teas": TEAS}
    world.at(1.5, changed(shop, world, described=old_and_teas))
    world.at(2.5, changed(shop, world, price=4))
    world.at(3.5, lambda: world.dying.add("after the assessment"))
    world.at(3.5, changed(shop, world, weak=frozenset({"read"})))
    world.at(4.5, lambda: strange(world.data, world.now, "GET", times=3))
    world.at(4.9, lambda: strange(world.data, world.now, "GET", times=2))
    world.at(5.5, lambda: world.dying.add("before it was told"))
    world.at(5.5, changed(shop, world, weak=frozenset()))
    world.at(7.3, lambda: world.contract.rename(world.contract.with_suffix(".away")))
    world.at(7.9, lambda: world.contract.with_suffix(".away").rename(world.contract))
    world.at(8.5, lambda: world.dying.add("after it was told"))
    world.at(8.5, changed(shop, world, weak=frozenset({"read"})))
    world.at(9.5, changed(shop, world, price="four"))
    world.at(10.5, changed(shop, world, is_broken=True))
    world.at(11.2, changed(shop, world, is_broken=False))
    world.at(11.5, changed(shop, world, price=None))
    world.at(12.2, lambda: strange(world.data, world.now, "DELETE"))
    world.at(12.5, changed(shop, world, described={"GET /teas": TEAS}))


EXPECTED = Counter(
    {
        (DifferenceKind.CERTIFICATE_ENDING, "20 days are left"): 1,
        (DifferenceKind.OPERATION_ADDED, "GET /teas"): 1,
        (DifferenceKind.ANSWER_CHANGED, "`price` is new (number)"): 1,
        (DifferenceKind.FINDING_NEW, "GET /orders/{orderId}"): 1,
        (DifferenceKind.UNKNOWN_TRAFFIC, "GET where nothing is described, answered"): 1,
        (DifferenceKind.FINDING_FIXED, "GET /orders/{orderId}"): 1,
        (DifferenceKind.CERTIFICATE_ENDING, "14 days are left"): 1,
        (DifferenceKind.NOT_ASSESSED, "3 times"): 1,
        (DifferenceKind.FINDING_REGRESSED, "GET /orders/{orderId}"): 1,
        (DifferenceKind.ANSWER_CHANGED, "`price` is string, and was number"): 1,
        (DifferenceKind.NO_LONGER_TESTED, "GET /teas"): 1,
        (DifferenceKind.ANSWER_CHANGED, "`price` is gone"): 1,
        (DifferenceKind.UNKNOWN_TRAFFIC, "DELETE where nothing is described, answered"): 1,
        (DifferenceKind.OPERATION_REMOVED, "GET /old"): 1,
        (DifferenceKind.CERTIFICATE_ENDING, "7 days are left"): 1,
    }
)
"""What was planted, by what its text must say."""


def test_two_weeks_of_a_changing_api(world: World) -> None:
    plan(world)
    runs = world.live()
    found = [each for run in runs for each in run.differences]
    for (kind, words), count in EXPECTED.items():
        assert sum(each.kind is kind and words in each.text for each in found) == count, (kind, words, found)
    assert len(found) == EXPECTED.total(), found  # none invented
    assert world.deaths == 3
    assert Counter(text for notice in world.notices for text in notice.changes) == Counter(each.text for each in found)
    assert len(world.notices) == sum(bool(run.differences) for run in runs)  # one message a run, none where nothing is
    assert len({notice.id for notice in world.notices}) == len(world.notices)
    assert not any(is_quiet(QUIET, each) for each in world.begun)
    good = [run for run in runs if run.was_made]
    assert 38 <= len(good) <= 42
    assert sum(not run.ended for run in runs) == 1  # the one that was killed


def test_nothing_is_said_of_an_api_that_does_not_change(world: World) -> None:
    certificate(world.certificate, BEGIN + 400 * DAY)
    world.now = BEGIN + 11 * DAY
    runs = world.live()
    assert len([run for run in runs if run.was_made]) >= 8
    assert [each for run in runs for each in run.differences] == []
    assert world.notices == []
