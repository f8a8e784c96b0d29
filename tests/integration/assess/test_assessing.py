"""Whole assessments: what is kept over runs, what is taken away, and what a hostile target can do."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.harness import Stage, staging
from tests.assess.twins.authorization.keeping import Keeper
from tests.assess.twins.parts import Person

from garrison.adapters.store.leftovers import Leftovers
from garrison.assess.probe import Limits
from garrison.assessing import Wanted, perform
from garrison.core.errors import GatewayError
from garrison.core.finding import State
from garrison.core.findings_report import Report

BOLA = "object-read-by-another"


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with staging() as opened:
        yield opened


class Shop(Keeper):
    """Keeps orders, and counts them; may be slow at reading."""

    pause = 0.0

    async def read(self, request: Request, person: Person) -> Response:
        if self.pause:
            time.sleep(self.pause)
        return await super().read(request, person)


def described(app: Starlette, folder: Path) -> str:
    file = folder / "openapi.json"
    file.write_text(json.dumps(app.state.contract))
    return str(file)


def assessed(stage: Stage, shop: Keeper, folder: Path, *only: str, **more: Any) -> Report:
    stage.app = shop.app()
    return perform(Wanted(url=stage.origin, contract=described(stage.app, folder), only=only, seed=3, **more))


def states(report: Report) -> dict[str, State]:
    return {each.finding.check: each.state for each in report.findings}


def test_a_finding_is_new_then_open_then_fixed_then_regressed(stage: Stage, tmp_path: Path) -> None:
    weak, sound = Shop(weak=["read"]), Shop()
    told = [states(assessed(stage, shop, tmp_path, BOLA, data=tmp_path)) for shop in (weak, weak, sound, weak)]
    assert [each[BOLA] for each in told] == [State.NEW, State.OPEN, State.FIXED, State.REGRESSED]


def test_what_was_made_is_taken_away(stage: Stage, tmp_path: Path) -> None:
    shop = Shop(weak=["read", "change"])
    report = assessed(stage, shop, tmp_path, "authorization", data=tmp_path)
    assert report.requests > 20
    assert shop.all == {}
    assert Leftovers(tmp_path, stage.origin).standing() == ()
    assert [each for each in report.left if "the account" not in each] == [], "nothing deletes accounts there"


def test_safe_changes_nothing_of_others(stage: Stage, tmp_path: Path) -> None:
    shop = Shop()
    for number in range(5):
        shop.all[f"theirs-{number}"] = {"id": f"theirs-{number}", "tea": "green", "note": "mine", "owner": "somebody"}
        shop.owners[f"theirs-{number}"] = "somebody"
    before = json.dumps(shop.all)
    report = assessed(stage, shop, tmp_path, "authorization", "injection", limits=Limits(is_safe=True))
    assert json.dumps({name: item for name, item in shop.all.items() if name.startswith("theirs")}) == before
    assert report.safe


class Deadly(Shop):
    """Kills who assesses it as they read, once something was made: all that was made has been answered by then."""

    def __init__(self) -> None:
        super().__init__()
        self.victim: subprocess.Popen[bytes] | None = None

    async def read(self, request: Request, person: Person) -> Response:
        if self.all and self.victim is not None:
            self.victim.kill()
            self.victim.wait()
        return await super().read(request, person)


def test_killed_in_the_middle_the_next_run_takes_away_what_was_made(stage: Stage, tmp_path: Path) -> None:
    shop = Deadly()
    stage.app = shop.app()
    contract = described(stage.app, tmp_path)
    program = "import sys; sys.argv = ['garrison', *sys.argv[1:]]; from garrison.cli.main import main; main()"
    command = [sys.executable, "-c", program, "assess", stage.origin, "--contract", contract, "--data", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as shop.victim:
        assert shop.victim.wait(60) == -signal.SIGKILL
    shop.victim = None
    assert shop.all, "nothing had been made"
    assert Leftovers(tmp_path, stage.origin).standing()
    perform(Wanted(url=stage.origin, contract=contract, only=("secrets-exposed",), data=tmp_path))
    assert shop.all == {}


class Interrupting(Shop):
    """Interrupts the assessment while there is something to be taken away."""

    has_interrupted = False

    async def read(self, request: Request, person: Person) -> Response:
        if self.all and not self.has_interrupted:
            self.has_interrupted = True
            os.kill(os.getpid(), signal.SIGINT)
        return await super().read(request, person)


def test_interrupted_it_cleans_up_and_tells_what_it_found(stage: Stage, tmp_path: Path) -> None:
    shop = Interrupting()
    stage.app = shop.app()
    report = perform(Wanted(url=stage.origin, contract=described(stage.app, tmp_path)))
    assert shop.has_interrupted
    assert report.stopped == "it was interrupted"
    assert shop.all == {}


class Telling(Shop):
    """Has the assessment told to end while it waits for the answer that says what was made."""

    async def make(self, request: Request, person: Person) -> Response:
        made = await super().make(request, person)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.3)
        return made


def test_what_is_made_as_it_is_told_to_end_is_taken_away_too(stage: Stage, tmp_path: Path) -> None:
    shop = Telling()
    stage.app = shop.app()
    report = perform(Wanted(url=stage.origin, contract=described(stage.app, tmp_path)))
    assert report.stopped == "it was interrupted"
    assert next(shop.count) == 2, "one thing was made"
    assert shop.all == {}


def test_the_time_is_kept(stage: Stage, tmp_path: Path) -> None:
    shop = Shop()
    shop.pause = 0.1
    report = assessed(stage, shop, tmp_path, minutes=0.02)
    assert report.stopped == "the time was over"
    assert any(each.why == "the time was over" for each in report.untested)


@contextmanager
def answering(raw: bytes, *, forever: bool = False) -> Iterator[tuple[str, list[bytes]]]:
    """A server that answers every connection with the same bytes, whatever it is asked."""
    seen: list[bytes] = []
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    def answer(connection: socket.socket) -> None:
        with connection:
            try:
                seen.append(connection.recv(65536))
                connection.sendall(raw)
                while forever:
                    connection.sendall(b"x" * 65536)
            except OSError:
                return

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}", seen
    finally:
        server.close()


@pytest.mark.parametrize(
    "raw",
    [
        b"\x00\xff garbage \r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n" + b"[" * 100_000,
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\nno gzip",
        b"HTTP/1.1 999 ?\r\nConnection: close\r\n\r\n\xff\xfe",
    ],
    ids=["garbage", "cut short", "deep", "no gzip", "strange"],
)
def test_garbage_does_no_harm(raw: bytes, tmp_path: Path) -> None:
    contract = described(Shop().app(), tmp_path)
    with answering(raw) as (origin, _):
        wanted = Wanted(url=origin, contract=contract, limits=Limits(in_all=60), timeout=0.3, minutes=0.3)
        with contextlib.suppress(GatewayError):  # what does not speak HTTP at all is told so, and left alone
            assert perform(wanted).requests <= 60


def test_an_endless_answer_is_cut(tmp_path: Path) -> None:
    contract = described(Shop().app(), tmp_path)
    raw = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
    with answering(raw, forever=True) as (origin, _):
        report = perform(Wanted(url=origin, contract=contract, limits=Limits(in_all=12), timeout=1, minutes=0.3))
    assert report.requests <= 12


def test_nothing_is_sent_to_where_a_redirect_leads(tmp_path: Path) -> None:
    contract = described(Shop().app(), tmp_path)
    with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n") as (elsewhere, seen):
        raw = (
            f"HTTP/1.1 302 Found\r\nLocation: {elsewhere}/x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
        )
        with answering(raw) as (origin, _):
            perform(Wanted(url=origin, contract=contract, limits=Limits(in_all=150), timeout=1, minutes=0.5))
    assert seen == []


def test_a_target_that_is_not_there_is_told(tmp_path: Path) -> None:
    contract = described(Shop().app(), tmp_path)
    with pytest.raises(GatewayError, match="cannot be assessed: the connection was refused"):
        perform(Wanted(url="http://127.0.0.1:1", contract=contract))
