"""Questions to other servers: answered in time, or not at all; nobody waits longer than the settings say."""

import asyncio
import base64
import gc
import queue
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.unit.adapters.lookups.server import Answer, Server, serving

from garrison.adapters.lookups import services
from garrison.adapters.lookups.lookups import Lookups
from garrison.config.model import Settings
from garrison.core import question
from garrison.core.question import UNANSWERED, Question
from garrison.identity.memory import Memory

ABOUT = Question("introspection opaque", b"token=x", "application/x-www-form-urlencoded")


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        server.answers["/ask"] = Answer({"active": False}, headers={"content-type": "application/json"})
        yield server


@pytest.fixture
def notes() -> list[str]:
    return []


@pytest.fixture
def lookups(notes: list[str]) -> Iterator[Lookups]:
    lookups = Lookups(Memory(), notes.append)
    yield lookups
    lookups.close()


def settings(url: str, **told: Any) -> Settings:
    own = {"url": f"{url}/ask", "audiences": ["api"], "unsafe-plain-http": True, **told}
    schemes = {"opaque": {"introspection": own}}
    return msgspec.convert({"controls": {"authentication": {"schemes": schemes}}}, Settings)


def ask(lookups: Lookups, asked: Question = ABOUT) -> question.Answer:
    told: queue.SimpleQueue[question.Answer] = queue.SimpleQueue()
    lookups.submit(asked, told.put)
    return told.get(timeout=60)


def test_the_answer_as_it_is(server: Server, lookups: Lookups) -> None:
    lookups.apply(settings(server.url))
    assert ask(lookups) == question.Answer(200, "application/json", b'{"active": false}')
    ((path, headers, body),) = server.requests
    assert (path, body) == ("/ask", b"token=x")
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert headers["accept"] == "application/json"
    assert "authorization" not in headers
    (state,) = lookups.services
    assert (state.service, state.asked, state.unanswered, state.trouble) == ("introspection opaque", 1, 0, "")


def test_who_we_are(server: Server, lookups: Lookups, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("p%:ss\n")
    lookups.apply(settings(server.url, **{"client-id": "gate way", "client-secret-file": str(tmp_path / "secret")}))
    ask(lookups)
    ((_, headers, _),) = server.requests
    assert base64.b64decode(headers["authorization"].removeprefix("Basic ")) == b"gate+way:p%25%3Ass"


def test_a_decision_point(server: Server, lookups: Lookups, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("t0ken\n")
    point = {"url": f"{server.url}/ask", "token-file": str(tmp_path / "token"), "unsafe-plain-http": True}
    lookups.apply(msgspec.convert({"controls": {"object-access": {"decision-point": point}}}, Settings))
    asked = Question("decision-point", b"{}", "application/json", headers=(("x-request-id", "7"),))
    assert ask(lookups, asked).status == 200
    ((_, headers, _),) = server.requests
    assert headers["authorization"] == "Bearer t0ken"
    assert headers["x-request-id"] == "7"


def test_an_error_is_an_answer(server: Server, lookups: Lookups) -> None:
    server.answers["/ask"] = Answer(status=401)
    lookups.apply(settings(server.url))
    assert ask(lookups).status == 401
    (state,) = lookups.services
    assert (state.unanswered, state.trouble) == (0, "it answered with status 401")


@pytest.mark.parametrize(
    ("answer", "timeout", "trouble"),
    [
        (Answer(delay=1), 0.2, "no answer within 0.2 s"),
        (Answer(b"x" * 70_000), 20, "the answer is larger than 65536 bytes"),
    ],
)
def test_answers_that_do_not_count(
    server: Server, lookups: Lookups, notes: list[str], answer: Answer, timeout: float, trouble: str
) -> None:
    server.answers["/ask"] = answer
    lookups.apply(settings(server.url, timeout=timeout))
    assert ask(lookups) is ask(lookups) is UNANSWERED
    (state,) = lookups.services
    assert (state.asked, state.unanswered, state.trouble) == (2, 2, trouble)
    (note,) = notes
    assert trouble in note


def test_a_redirect_is_not_followed(server: Server, lookups: Lookups) -> None:
    server.answers["/ask"] = Answer(status=307, headers={"location": "/other"})
    server.answers["/other"] = Answer({"active": True})
    lookups.apply(settings(server.url))
    assert ask(lookups).status == 307
    assert server.count("/other") == 0


def test_a_server_that_is_down(lookups: Lookups) -> None:
    with serving() as gone:
        url = gone.url
    lookups.apply(settings(url))
    assert ask(lookups) is UNANSWERED
    (state,) = lookups.services
    assert state.trouble == "connection refused"


def test_a_credential_that_cannot_be_read(lookups: Lookups, notes: list[str], tmp_path: Path) -> None:
    lookups.apply(settings("http://127.0.0.1:1", **{"client-id": "x", "client-secret-file": str(tmp_path / "gone")}))
    assert ask(lookups) is UNANSWERED
    (note,) = notes
    assert "cannot be read: no such file or directory" in note
    (state,) = lookups.services
    assert state.trouble


def test_only_who_is_named_is_asked(server: Server, lookups: Lookups) -> None:
    assert ask(lookups) is UNANSWERED, "before any settings"
    lookups.apply(settings(server.url))
    assert ask(lookups, Question("introspection other", b"", "text/plain")) is UNANSWERED
    lookups.apply(Settings())
    assert ask(lookups) is UNANSWERED
    assert server.requests == []


def test_many_at_once(server: Server, lookups: Lookups, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MAX_ASKING", 100)
    server.answers["/ask"] = Answer({"active": False}, delay=0.3)
    lookups.apply(settings(server.url, timeout=20))
    told: queue.SimpleQueue[question.Answer] = queue.SimpleQueue()
    asked = services.MAX_ASKING + 20
    for _ in range(asked):
        lookups.submit(ABOUT, told.put)
    answers = [told.get(timeout=30) for _ in range(asked)]
    assert sum(answer is UNANSWERED for answer in answers) == 20, "what is too much is not waited for"
    assert {answer.status for answer in answers} == {0, 200}


def test_awaited_in_another_loop(server: Server, lookups: Lookups) -> None:
    assert asyncio.run(lookups.ask(ABOUT)) is UNANSWERED
    lookups.apply(settings(server.url))
    assert asyncio.run(lookups.ask(ABOUT)).status == 200


def test_stopping_answers_whoever_waits(server: Server, lookups: Lookups) -> None:
    server.answers["/ask"] = Answer(delay=1)
    lookups.apply(settings(server.url, timeout=20))
    told: queue.SimpleQueue[question.Answer] = queue.SimpleQueue()
    lookups.submit(ABOUT, told.put)
    lookups.close()
    assert told.get(timeout=60) is UNANSWERED


def test_nothing_begins_after_it_is_stopped() -> None:
    local = Lookups(Memory(), lambda _: None, {"own": lambda _: question.Answer(200)})
    assert ask(local, Question("own", b"", "text/plain")).status == 200
    local.close()
    assert ask(local, Question("own", b"", "text/plain")) is UNANSWERED
    assert asyncio.run(local.ask(Question("own", b"", "text/plain"))) is UNANSWERED
    assert local._thread is None


@pytest.mark.parametrize("steps", range(16))
def test_stopping_leaves_nothing_half_begun(
    server: Server, lookups: Lookups, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    """Whichever of the loop's steps it comes in while a connection is sought, by tasks that are not its own."""
    lookups.apply(settings(server.url))
    loop = lookups._loop
    assert loop is not None
    closing = threading.Thread(target=lookups.close)
    left: list[str] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda found: left.append(repr(found.object)))

    def after(more: int) -> None:
        if more:
            loop.call_soon(after, more - 1)
            return
        closing.start()
        time.sleep(0.05)  # the loop stands still until it was told to stop

    told: queue.SimpleQueue[question.Answer] = queue.SimpleQueue()
    lookups.submit(ABOUT, told.put)
    loop.call_soon_threadsafe(after, steps)
    assert told.get(timeout=60) in {UNANSWERED, question.Answer(200, "application/json", b'{"active": false}')}
    closing.join()
    gc.collect()
    assert left == []
