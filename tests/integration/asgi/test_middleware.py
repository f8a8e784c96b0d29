"""What the middleware promises to servers and applications, whatever framework they are."""

import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest
from tests.conformance.harness import inside
from tests.conformance.harness.wire import exchange
from tests.conformance.values import Request, json, request
from tests.integration.asgi.conversation import CONTRACT, STRICT, WATCHING, Connection

from garrison.adapters.asgi import App, Receive, Send
from garrison.adapters.asgi_messages import Message, Scope
from garrison.asgi import Garrison
from garrison.config.controls import (
    ControlsSettings,
    ErrorLeakageSettings,
    RequestLimitsSettings,
    ResponseSchemaSettings,
)
from garrison.config.model import Settings
from garrison.core.decision import Disposition, Mode
from garrison.core.errors import ConfigError
from garrison.core.event import Event

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
TEA = b'{"name": "tea"}'


class Simple:
    """An application that answers with JSON and notes its scopes."""

    def __init__(self, body: bytes = TEA, status: int = 200) -> None:
        self.scopes: list[Scope] = []
        self.body = body
        self.status = status

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scopes.append(scope)
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(self.body)).encode())]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


def serve(app: App, scope: Scope, *messages: Message, settings: Settings = STRICT) -> tuple[list[Message], list[Event]]:
    """One connection; the messages are handed in first, then the client waits."""
    events: list[Event] = []
    sent: list[Message] = []

    async def run() -> None:
        connection = Connection(Garrison(app, config=settings, sink=events.append), scope)
        for message in messages or ({"type": "http.request"},):
            connection.put(**{"kind": message["type"], **{k: v for k, v in message.items() if k != "type"}})
        try:
            await connection.over()
        finally:
            sent.extend(connection.sent)

    asyncio.run(run())
    return sent, events


def get(target: str = "/items/1", **changes: Any) -> Scope:
    return {**inside.scope(request(f"GET {target}")), **changes}


def test_lifespan_and_unknown_scopes_pass_untouched() -> None:
    seen: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope)
        assert (await receive())["type"] == "lifespan.startup"
        await send({"type": "lifespan.startup.complete"})

    scope: Scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
    sent, events = serve(app, scope, {"type": "lifespan.startup"})
    assert seen[0] is scope
    assert [message["type"] for message in sent] == ["lifespan.startup.complete"]
    assert events == []


def test_the_scope_is_the_same_object_where_nothing_changes() -> None:
    app, scope = Simple(), get()
    serve(app, scope)
    assert app.scopes[0] is scope


def test_extensions_that_answer_around_the_middleware_are_taken_away() -> None:
    app = Simple()
    serve(app, get(extensions={"http.response.pathsend": {}, "http.response.debug": {}}))
    assert set(app.scopes[0]["extensions"]) == {"http.response.debug"}


def test_the_application_routes_by_what_was_judged() -> None:
    app = Simple()
    serve(app, get("/%69tems/1"))
    assert (app.scopes[0]["raw_path"], app.scopes[0]["path"]) == (b"/items/1", "/items/1")


def test_the_application_is_asked_for_codings_that_can_be_read() -> None:
    fields = [(b"host", b"a"), (b"accept-encoding", b"br"), (b"x-own", b"\xff"), (b"accept-encoding", b"gzip")]
    for settings, expected in (
        (STRICT, [fields[0], (b"x-own", b"\xff"), (b"accept-encoding", b"gzip")]),
        (WATCHING, fields),
    ):
        app = Simple()
        serve(app, get(headers=fields), settings=settings)
        assert app.scopes[0]["headers"] == expected


@pytest.mark.parametrize("raw_path", [None, b"/items/1"])
def test_a_path_that_differs_from_the_raw_one_is_what_is_judged(raw_path: bytes | None) -> None:
    """Something in front may cut a prefix off, or the server may give no raw path at all."""
    app = Simple()
    _, (event,) = serve(app, get(path="/admin", raw_path=raw_path))
    assert app.scopes == []
    assert [reason.id for reason in event.reasons] == ["unknown-operation"]


def test_a_mounted_application_is_judged_by_the_whole_path() -> None:
    app = Simple()
    _, (event,) = serve(app, get(root_path="/items", raw_path=None))
    assert event.operation == "getItem"


@pytest.mark.parametrize(("second", "reasons"), [("other.example", {"invalid-authority"}), ("api.example", set())])
def test_a_second_host_is_not_overlooked(second: str, reasons: set[str]) -> None:
    scope = inside.scope(request("GET /items/1", ("Host", second)))
    _, (event,) = serve(Simple(), scope)
    assert {reason.id for reason in event.reasons} == reasons


@pytest.mark.parametrize("body", [b"", TEA])
def test_http2_tells_of_a_body_only_by_sending_it(body: bytes) -> None:
    scope = inside.scope(request("POST /items", ("Content-Type", "application/json")))
    scope["http_version"] = "2"
    _, (event,) = serve(Simple(TEA, 201), scope, {"type": "http.request", "body": body})
    assert [reason.id for reason in event.reasons] == ([] if body else ["body-missing"])


def test_a_body_over_the_bound_is_refused_before_its_end() -> None:
    controls = ControlsSettings(request_limits=RequestLimitsSettings(inspected_bytes=100))
    settings = Settings(mode="enforce", contract=CONTRACT, controls=controls)
    piece = {"type": "http.request", "body": b" " * 60, "more_body": True}
    scope = inside.scope(Request("POST", "/items", (("Content-Type", "application/json"),), b"", chunked=True))
    app = Simple()
    sent, _ = serve(app, scope, piece, piece, settings=settings)
    assert sent[0]["status"] == 413
    assert app.scopes == []


def test_an_application_that_does_not_read_the_watched_body() -> None:
    sent, (event,) = serve(Simple(TEA, 201), inside.scope(json("POST /items", TEA)), settings=WATCHING)
    assert sent[0]["status"] == 201
    assert event.uninspected == ("request-body: answered before its end",)


def test_the_event_comes_with_the_last_byte_and_not_after_background_work() -> None:
    events: list[Event] = []
    told: list[int] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await Simple()(scope, receive, send)
        told.append(len(events))

    asyncio.run(inside.drive(Garrison(app, STRICT, events.append), request("GET /items/1")))
    assert (told, len(events)) == ([1], 1)


def test_what_left_is_in_the_event_even_where_the_engine_looked_away() -> None:
    off = ResponseSchemaSettings(mode=Mode.OFF)
    controls = ControlsSettings(response_schema=off, error_leakage=ErrorLeakageSettings(mode=Mode.OFF))
    settings = Settings(mode="enforce", contract=CONTRACT, controls=controls)
    _, (event,) = serve(Simple(b"[]", 203), get(), settings=settings)
    assert (event.status, event.response_bytes) == (203, 2)


def raising(*messages: Message) -> App:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        for message in messages:
            await send(message)
        raise LookupError("broken")

    return app


START: Message = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]}


def test_an_application_that_raises_before_it_answers() -> None:
    events: list[Event] = []
    app = Garrison(raising(), STRICT, events.append)
    with pytest.raises(LookupError):
        asyncio.run(inside.drive(app, request("GET /items/1")))
    assert [(event.status, event.disposition) for event in events] == [(500, Disposition.ABORTED)]


def test_an_application_that_raises_while_its_answer_is_held() -> None:
    """Nothing of the half answer leaves; the server says 500, for it was told nothing."""
    part = {"type": "http.response.body", "body": b'{"name"', "more_body": True}
    events: list[Event] = []
    app = Garrison(raising(START, part), STRICT, events.append)
    with pytest.raises(LookupError):
        asyncio.run(inside.drive(app, request("GET /items/1")))
    assert [(event.status, event.disposition) for event in events] == [(500, Disposition.ABORTED)]


def test_a_real_server_answers_for_an_application_that_raises() -> None:
    app = Garrison(raising(), STRICT, lambda event: None)
    with inside.served(app) as port:
        assert exchange(port, request("GET /items/1")).status == 500


def test_an_application_that_says_nothing() -> None:
    async def silent(scope: Scope, receive: Receive, send: Send) -> None:
        """Forgets to answer."""

    sent, (event,) = serve(silent, get())
    assert sent == []
    assert (event.status, event.disposition) == (500, Disposition.ABORTED)


def test_a_client_that_left_hears_nothing_more() -> None:
    """A connection may be closed in one direction only: what is said then would leave unjudged."""
    leaky = Simple(b'{"secret": 1}')

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        assert (await receive())["type"] == "http.disconnect"
        await leaky(scope, receive, send)

    sent, (event,) = serve(app, get(), {"type": "http.request"}, {"type": "http.disconnect"})
    assert sent == []
    assert (event.status, event.disposition) == (0, Disposition.ABORTED)


def test_a_refused_answer_that_goes_on_is_told_that_nobody_listens() -> None:
    heard: list[BaseException | Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({**START, "status": 418})
        await send({"type": "http.response.body", "body": b"x"})
        heard.append(await receive())
        try:
            await send({"type": "http.response.body", "body": b"x", "more_body": True})
        except OSError as error:
            heard.append(error)
            raise

    sent, (event,) = serve(app, get())
    assert [type(each).__name__ for each in heard] == ["dict", "_DisconnectedError"]
    assert heard[0] == {"type": "http.disconnect"}
    assert [message.get("status") for message in sent] == [502, None]
    assert event.disposition is Disposition.BLOCKED


def test_an_error_of_the_application_after_a_refusal_is_not_swallowed() -> None:
    app = Garrison(raising({**START, "status": 418}), STRICT, lambda event: None)
    with pytest.raises(LookupError):
        asyncio.run(inside.drive(app, request("GET /items/1")))


def test_a_configuration_file_is_read_and_found_wrong(tmp_path: Path) -> None:
    (tmp_path / "garrison.yaml").write_text("version: 1\nmode: strict\n")
    with pytest.raises(ConfigError, match="mode"):
        Garrison(Simple(), config=tmp_path / "garrison.yaml")


def test_objections_are_logged_by_default(caplog: pytest.LogCaptureFixture) -> None:
    app = Garrison(Simple(), config=STRICT)
    with caplog.at_level(logging.INFO, "garrison"):
        asyncio.run(inside.drive(app, request("GET /items/x")))
        asyncio.run(inside.drive(Garrison(Simple(), config=WATCHING), request("GET /items/x")))
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert "parameter-invalid path.number" in caplog.text


@pytest.mark.parametrize("module", ["fastapi_app", "starlette_app"])
def test_the_documented_examples_run(module: str) -> None:
    check_example(module)


def test_the_documented_django_example_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.conf import settings

    if not settings.configured:
        settings.configure(ALLOWED_HOSTS=["*"], SECRET_KEY="for tests", USE_TZ=True, LOGGING_CONFIG=None)
    monkeypatch.setattr(settings, "ROOT_URLCONF", "docs.examples.django_app", raising=False)
    check_example("django_app")


def check_example(module: str) -> None:
    """What the guide shows, over a real server."""
    app: App = __import__(f"docs.examples.{module}", fromlist=["app"]).app
    with inside.served(app) as port:
        order = exchange(port, request("GET /orders/1"))
        assert (order.status, b"margin" in order.body, b"tea" in order.body) == (200, False, True)
        assert exchange(port, json("POST /orders", {"item": "tea", "quantity": 1})).status == 201
        assert exchange(port, json("POST /orders", {"item": "tea", "quantity": 1000})).status == 400
        assert exchange(port, request("GET /changes")).body == b"data: 1\n\ndata: 2\n\n"
        assert exchange(port, request("GET /admin")).status == 404
