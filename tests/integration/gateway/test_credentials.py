"""Behind a real gateway: API keys and passwords that it keeps itself, made and ended while it runs."""

import base64
import contextlib
import http.client
import time
from pathlib import Path
from typing import Any

import pytest
from tests.integration.gateway.conftest import StartGuard
from tests.integration.gateway.running import Guard, until

from garrison.adapters.api_keys import KeyFile, key_file
from garrison.adapters.store.query import events
from garrison.adapters.users import UserFile
from garrison.config.model import Settings
from garrison.identity.key_ring import key_id

pytestmark = pytest.mark.integration

CONTRACT = """
openapi: 3.1.0
info: {title: t, version: "1"}
security: [{key: []}, {batch: []}]
components:
  securitySchemes:
    key: {type: apiKey, in: header, name: X-Key}
    batch: {type: http, scheme: basic}
paths:
  /echo:
    get:
      operationId: echo
      responses: {"200": {description: ok}}
    post:
      operationId: post
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses: {"200": {description: ok}}
"""
SCHEMES: dict[str, Any] = {"key": {"api-key": {}}, "batch": {"basic": {}}}
PASSWORD = "a password for machines"


class Place:
    def __init__(self, start: StartGuard, folder: Path, module: str) -> None:
        (folder / "api.yaml").write_text(CONTRACT)
        settings = {
            "mode": "enforce",
            "contract": {"file": "api.yaml"},
            "data": str(folder / "data"),
            "controls": {"authentication": {"schemes": SCHEMES}},
        }
        self.data = folder / "data"
        self.keys: KeyFile = key_file(Settings(), str(self.data))
        self.users = UserFile(self.data)
        self.guard: Guard = start(settings, module=module, folder=folder)
        self.port = self.guard.port()

    def status(self, headers: dict[str, str], body: bytes = b"") -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with contextlib.closing(connection):
            typed = {"content-type": "application/json"} if body else {}
            connection.request("POST" if body else "GET", "/echo", body or None, {**typed, **headers})
            return connection.getresponse().status

    def basic(self, password: str, body: bytes = b"") -> int:
        encoded = base64.b64encode(f"robot:{password}".encode()).decode()
        return self.status({"authorization": f"Basic {encoded}"}, body)


@pytest.fixture
def place(start: StartGuard, tmp_path: Path, filter_module: str) -> Place:
    return Place(start, tmp_path, filter_module)


def test_keys_hold_from_when_they_are_made_until_they_are_revoked(place: Place) -> None:
    assert place.status({}) == 401
    key = place.keys.create("billing", time.time(), scopes=(), roles=(), expires=0.0)
    until(lambda: place.status({"x-key": key}) == 200, "the key holds", place.guard)
    place.keys.revoke(key_id(key), time.time())
    until(lambda: place.status({"x-key": key}) == 401, "the key ended", place.guard)
    assert place.guard.stop() == 0
    assert {event.principal for event in events(place.data)} == {"", "keys:billing"}
    assert key not in "".join(place.guard.lines)


def test_passwords_are_checked_while_the_request_waits(place: Place) -> None:
    place.users.put("robot", PASSWORD, time.time(), scopes=(), roles=())
    until(lambda: place.basic(PASSWORD) == 200, "the user is known", place.guard)
    assert place.basic(PASSWORD, b'{"a": 1}') == 200
    assert place.basic("another password", b'{"a": 1}') == 401
    place.users.put("robot", "quite another one", time.time(), scopes=(), roles=())
    until(lambda: place.basic(PASSWORD) == 401, "the password changed", place.guard)
    assert place.basic("quite another one", b'{"a": 1}') == 200
    assert PASSWORD not in "".join(place.guard.lines)


def test_who_guesses_must_wait(place: Place) -> None:
    place.users.put("robot", PASSWORD, time.time(), scopes=(), roles=())
    until(lambda: place.basic(PASSWORD) == 200, "the user is known", place.guard)
    answers = [place.basic(f"wrong password {number}") for number in range(12)]
    assert (answers[:11], answers[11]) == ([401] * 11, 429)
    assert place.basic(PASSWORD) == 429
