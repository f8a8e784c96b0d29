"""FastAPI, Starlette and Django with the middleware around them."""

import asyncio
import gc
import json
import warnings
from collections.abc import Callable

import pytest
from tests.conformance.values import json as json_request
from tests.conformance.values import request
from tests.integration.asgi.apps import FRAMEWORKS, LEAKY, State
from tests.integration.asgi.conversation import WATCHING, Connection, Talk, converse

from garrison.core.decision import Disposition

each_framework = pytest.mark.parametrize("framework", FRAMEWORKS)
TEA = b'{"name": "tea"}'
CREATE = json_request("POST /items", TEA)
WRONG = b'{"name": 1}'
MISTAKE = json_request("POST /items", WRONG)


def quietly(*pieces: bytes) -> Talk:
    """Send the whole body and wait for the end."""

    async def talk(connection: Connection, state: State) -> None:
        for piece in pieces:
            connection.body(piece, more=True)
        connection.body()
        await connection.over()
        connection.put("http.disconnect")

    return talk


def then(talk: Talk, look: Callable[[Connection, State], None]) -> Talk:
    async def both(connection: Connection, state: State) -> None:
        await talk(connection, state)
        look(connection, state)

    return both


@each_framework
def test_a_good_request_passes_and_background_work_is_done(framework: str) -> None:
    def look(connection: Connection, state: State) -> None:
        assert connection.status == 201
        assert json.loads(connection.content) == {"name": "tea"}
        assert sorted(state.done) == ["background", "created tea"]

    (event,), _ = converse(framework, CREATE, then(quietly(TEA), look))
    assert (event.disposition, event.status, event.operation) == (Disposition.ALLOWED, 201, "createItem")
    assert event.request_bytes == len(TEA)


@each_framework
def test_a_body_in_many_pieces_arrives_whole(framework: str) -> None:
    pieces = [TEA[index : index + 1] for index in range(len(TEA))]

    def look(connection: Connection, state: State) -> None:
        assert state.done[0] == "created tea"

    converse(framework, CREATE, then(quietly(*pieces), look))


@each_framework
def test_a_late_body_is_waited_for(framework: str) -> None:
    async def talk(connection: Connection, state: State) -> None:
        connection.body(TEA[:5], more=True)
        for _ in range(20):
            await asyncio.sleep(0)
        assert connection.sent == []
        assert state.done == []
        connection.body(TEA[5:])
        await connection.over()
        assert connection.status == 201

    converse(framework, CREATE, talk)


@each_framework
def test_a_wrong_request_never_reaches_the_application(framework: str) -> None:
    def look(connection: Connection, state: State) -> None:
        assert state.done == []
        assert connection.status == 400
        assert connection.headers["content-type"] == "application/problem+json"
        assert int(connection.headers["content-length"]) == len(connection.content)

    (event,), _ = converse(framework, MISTAKE, then(quietly(WRONG), look))
    assert [(reason.id, reason.location) for reason in event.reasons] == [("body-invalid", "body/name")]


@each_framework
def test_a_wrong_request_is_only_noted_in_monitor_mode(framework: str) -> None:
    def look(connection: Connection, state: State) -> None:
        assert connection.status == 201
        assert "created 1" in state.done

    (event,), _ = converse(framework, MISTAKE, then(quietly(WRONG[:9], WRONG[9:]), look), WATCHING)
    assert event.disposition is Disposition.LOGGED
    assert {reason.id for reason in event.observed} == {"body-invalid", "response-invalid"}


@each_framework
def test_undeclared_properties_are_stripped_and_the_length_is_right(framework: str) -> None:
    def look(connection: Connection, state: State) -> None:
        assert json.loads(connection.content) == {"name": "tea"}
        assert connection.headers["content-length"] == str(len(connection.content))

    (event,), _ = converse(framework, request("GET /items/1"), then(quietly(), look))
    assert event.disposition is Disposition.REWRITTEN


@each_framework
def test_a_head_has_no_body_and_its_own_length(framework: str) -> None:
    def look(connection: Connection, state: State) -> None:
        assert state.done == ["got"]
        assert connection.status == 200
        # the length that a GET would have, where the framework says one: nothing was read, so nothing was stripped
        length = int(connection.headers.get("content-length", len(json.dumps(LEAKY))))
        assert length in {len(json.dumps(LEAKY)), len(json.dumps(LEAKY).replace(" ", ""))}

    (event,), _ = converse(framework, request("HEAD /items/1"), then(quietly(), look))
    assert event.disposition is Disposition.ALLOWED


@each_framework
def test_a_refused_head_has_no_body(framework: str) -> None:
    def look(connection: Connection, state: State) -> None:
        assert (connection.status, connection.content) == (405, b"")

    converse(framework, request("HEAD /changes"), then(quietly(), look))


@each_framework
def test_events_are_streamed_as_they_come(framework: str) -> None:
    async def talk(connection: Connection, state: State) -> None:
        connection.body()
        assert (await connection.told(2))["body"] == b"data: 1\n\n"
        assert connection.headers["content-type"].startswith("text/event-stream")
        assert state.done == []
        state.gate.set()
        assert (await connection.told(3))["body"] == b"data: 2\n\n"
        await connection.over()
        assert state.done == ["streamed"]

    (event,), _ = converse(framework, request("GET /changes"), talk)
    assert event.disposition is Disposition.ALLOWED
    assert event.uninspected == ("response-body: stream",)


@each_framework
def test_a_client_that_leaves_a_stream_is_noted_once(framework: str) -> None:
    async def talk(connection: Connection, state: State) -> None:
        connection.body()
        await connection.told(2)
        connection.put("http.disconnect")
        state.gate.set()
        await connection.over()

    scope = request("GET /changes")
    events, _ = converse(framework, scope, talk)
    assert [(event.disposition, event.status) for event in events] in (
        [(Disposition.ABORTED, 200)],
        [(Disposition.ALLOWED, 200)],  # Starlette learns of it only when it sends (ASGI HTTP, 2.4)
    )


@each_framework
def test_a_client_that_leaves_in_its_own_body_reaches_nobody(framework: str) -> None:
    async def talk(connection: Connection, state: State) -> None:
        connection.body(TEA, more=True)  # whole by its looks, and still not all that was announced
        connection.put("http.disconnect")
        await connection.over()
        assert connection.sent == []
        assert state.done == []

    (event,), _ = converse(framework, CREATE, talk)
    assert (event.disposition, event.status) == (Disposition.ABORTED, 0)


@each_framework
def test_an_application_that_raises(framework: str) -> None:
    async def talk(connection: Connection, state: State) -> None:
        connection.body()
        if framework == "django":  # answers by itself and swallows the error
            await connection.over()
        else:
            with pytest.raises(LookupError):
                await connection.over()
        assert connection.status == 502  # its 500 is not declared

    (event,), _ = converse(framework, request("GET /broken"), talk)
    assert [reason.id for reason in event.reasons] == ["undeclared-status"]


@each_framework
def test_an_endless_response_that_is_refused_comes_to_an_end(framework: str) -> None:
    def look(connection: Connection, state: State) -> None:
        assert connection.status == 502
        assert len(connection.sent) == 2

    with warnings.catch_warnings():
        # Django leaves its request's temporary file to the collector when `send` raises, whoever makes it raise.
        warnings.simplefilter("ignore", ResourceWarning)
        (event,), _ = converse(framework, request("GET /endless"), then(quietly(), look))
        gc.collect()
    assert [reason.id for reason in event.reasons] == ["response-media-type"]
