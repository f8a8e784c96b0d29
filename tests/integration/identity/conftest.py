"""Fixtures: a real provider, an API that believes it, guards in front of that API."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.integration.envoy.upstream import Upstream
from tests.integration.gateway.running import Guard
from tests.integration.identity.provider import Provider, provider

ANSWERS = {"200": {"description": "ok", "content": {"application/json": {}}}}
"""Declared with their body, so that nothing is told of them: of many lines in a second the operator is shown some, and
the tests wait for lines of their own."""
CONTRACT = {
    "openapi": "3.1.0",
    "info": {"title": "Things", "version": "1"},
    "components": {
        "securitySchemes": {
            "tokens": {"type": "http", "scheme": "bearer"},
            "opaque": {"type": "http", "scheme": "bearer"},
        }
    },
    "paths": {
        "/jwt": {"get": {"security": [{"tokens": []}], "responses": ANSWERS}},
        "/opaque": {
            "get": {"security": [{"opaque": []}], "responses": ANSWERS},
            "post": {
                "security": [{"opaque": []}],
                "requestBody": {"content": {"application/json": {"schema": {"type": "object", "required": ["name"]}}}},
                "responses": ANSWERS,
            },
        },
        "/sessions": {
            name: {
                "operationId": f"{name}Sessions",
                "security": [{"tokens": []}],
                "responses": {"2XX": {"description": "ok"}},
            }
            for name in ("delete", "put")
        },
        "/open": {"get": {"security": [], "responses": ANSWERS}},
    },
}

StartGuard = Callable[..., Guard]


def settings_for(issuer: str, folder: Path, *, jwt: Mapping[str, Any], opaque: Mapping[str, Any]) -> dict[str, Any]:
    """A garrison.yaml that believes `issuer`, with its files in `folder`."""
    (folder / "things.json").write_bytes(msgspec.json.encode(CONTRACT))
    (folder / "secret").write_text("secret of gateway\n")
    tokens = {"issuer": issuer, "audiences": ["urn:api:jwt"], "unsafe-plain-http": True, **jwt}
    introspection = {
        "url": f"{issuer}/token/introspection",
        "audiences": ["urn:api:opaque"],
        "client-id": "gateway",
        "client-secret-file": "secret",
        "unsafe-plain-http": True,
        **opaque,
    }
    schemes = {"tokens": {"jwt": [tokens]}, "opaque": {"introspection": introspection}}
    return {
        "mode": "enforce",
        "data": "data",
        "contract": {"file": "things.json"},
        "controls": {"authentication": {"unsafe-anonymous": True, "schemes": schemes}},
    }


@pytest.fixture(scope="session")
def filter_module(built_filter: Path) -> str:
    return str(built_filter)


@pytest.fixture(scope="module")
def shared_upstream() -> Iterator[Upstream]:
    server = Upstream()
    yield server
    server.close()


@pytest.fixture
def upstream(shared_upstream: Upstream) -> Upstream:
    """The API, which has seen nothing of this test's yet."""
    shared_upstream.targets.clear()
    return shared_upstream


@pytest.fixture(scope="session")
def shared_issuer() -> Iterator[Provider]:
    with provider() as running:
        yield running


@pytest.fixture
def issuer(shared_issuer: Provider) -> Iterator[Provider]:
    """A provider that must not be closed."""
    yield shared_issuer
    shared_issuer.restore()


class Guards:
    """Guards that believe an issuer, until all of them are stopped."""

    def __init__(self, upstream: Upstream, module: str, folders: pytest.TempPathFactory) -> None:
        self._upstream = upstream
        self._module = module
        self._folders = folders
        self._started: list[Guard] = []

    def start(
        self,
        issuer: str,
        *,
        jwt: Mapping[str, Any] | None = None,
        opaque: Mapping[str, Any] | None = None,
        listen: Mapping[str, Any] | None = None,
        record: Mapping[str, Any] | None = None,
        operations: Sequence[Mapping[str, Any]] = (),
    ) -> Guard:
        folder = self._folders.mktemp("g")
        settings = settings_for(issuer, folder, jwt=jwt or {}, opaque=opaque or {})
        more = {"listen": listen or {}, "record": record or {}, "operations": operations}
        guard = Guard(folder, self._upstream.port, {**settings, **more}, self._module)
        self._started.append(guard)
        return guard

    def stop(self) -> None:
        for guard in self._started:
            assert guard.stop() == 0, guard.lines


@pytest.fixture
def guard_for(
    shared_upstream: Upstream, filter_module: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StartGuard]:
    """Starts a guard that believes an issuer, of the test's own."""
    guards = Guards(shared_upstream, filter_module, tmp_path_factory)
    yield guards.start
    guards.stop()


@pytest.fixture(scope="module")
def shared_guard_for(
    shared_upstream: Upstream, filter_module: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StartGuard]:
    """The same for tests that leave no trace in it: they get the same guard where they ask for the same."""
    guards = Guards(shared_upstream, filter_module, tmp_path_factory)
    running: dict[bytes, Guard] = {}

    def get(issuer: str, **settings: Any) -> Guard:
        asked = msgspec.json.encode((issuer, settings))
        if asked not in running:
            running[asked] = guards.start(issuer, **settings)
        return running[asked]

    yield get
    guards.stop()
