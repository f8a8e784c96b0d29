"""Assessing a twin application over real HTTP on loopback, with just the checks that are asked for."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from types import ModuleType
from typing import Any

from starlette.applications import Starlette

from garrison.adapters.probing.transport import HttpTransport
from garrison.assess.assessment import Assessment, Options
from garrison.assess.call import Caught
from garrison.assess.check import Check
from garrison.assess.doors import logging_in, recognise
from garrison.assess.identity import Credential, Identity, fixed
from garrison.assess.probe import Limits
from garrison.assess.target import Api
from garrison.assessing import Assessed, Contracted, assess, prepare, read_api
from garrison.lab.served import served

How = Credential | tuple[str, str]
"""What a twin says of an identity: a credential that it always shows, or a name and a password to log in with."""


class Ear:
    """Waits on loopback for requests that a twin was made to send."""

    def __init__(self) -> None:
        self._caught: dict[str, Caught] = {}
        self._news = Event()
        ear = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                token = self.path.strip("/").partition("/")[0].partition("?")[0]
                ear._caught.setdefault(token, Caught(token, self.command, self.path, self.client_address[0]))
                ear._news.set()
                self.send_response(200)
                self.end_headers()

            do_POST = do_PUT = do_HEAD = do_GET  # noqa: N815 - names that the server looks for

            def log_message(self, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def address(self, token: str) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/{token}"

    def caught(self, token: str, seconds: float) -> Caught | None:
        until = time.monotonic() + seconds
        while token not in self._caught and (left := until - time.monotonic()) > 0:
            self._news.wait(min(left, 0.05))
            self._news.clear()
        return self._caught.get(token)

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@contextmanager
def listening() -> Iterator[Ear]:
    """A listener while a context lasts."""
    ear = Ear()
    try:
        yield ear
    finally:
        ear.close()


@contextmanager
def assessment_of(app: Starlette, twin: ModuleType, folder: Path, *, ear: Ear | None = None) -> Iterator[Assessment]:
    """The assessment of an application, explored; it is served while the context lasts.

    What the application brings itself, as `app.state.contract` and `app.state.identities`, stands before the twin's."""
    source = folder / "openapi.json"
    source.write_text(json.dumps(getattr(app.state, "contract", None) or twin.CONTRACT))
    api = read_api(Contracted(str(source)), 7)
    with served(app, "the twin") as origin, HttpTransport(origin) as transport:
        given = getattr(app.state, "identities", getattr(twin, "IDENTITIES", ()))
        identities = _identities(api, given, getattr(twin, "ROLES", {}))
        options = Options(words=tuple(getattr(twin, "WORDS", ())))
        yield prepare(api, transport, identities, limits=Limits(), options=options, listener=ear)


def run_twin(
    app: Starlette, twin: ModuleType, checks: Sequence[Check], folder: Path, *, ear: Ear | None = None
) -> Assessed:
    """What the checks find in an application."""
    with assessment_of(app, twin, folder, ear=ear) as assessment:
        return assess(assessment, checks)


def _identities(api: Api, given: Sequence[tuple[str, How]], roles: Mapping[str, tuple[str, ...]]) -> list[Identity]:
    door = recognise(api).log_in
    found = []
    for name, how in given:
        if isinstance(how, Credential):
            found.append(Identity(name, fixed(how), can_renew=False, roles=roles.get(name, ())))
        else:
            assert door is not None, "the contract has no log-in operation"
            log_in = logging_in(api, door, *how)
            found.append(Identity(name, log_in, roles=roles.get(name, ()), secret=how))
    return found
