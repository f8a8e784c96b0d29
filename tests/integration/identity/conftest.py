"""Fixtures: a real provider, an API that believes it, guards in front of that API."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.integration.envoy.upstream import Upstream
from tests.integration.gateway.running import Guard
from tests.integration.identity.provider import Provider, provider

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
        "/jwt": {"get": {"security": [{"tokens": []}], "responses": {"200": {"description": "ok"}}}},
        "/opaque": {
            "get": {"security": [{"opaque": []}], "responses": {"200": {"description": "ok"}}},
            "post": {
                "security": [{"opaque": []}],
                "requestBody": {"content": {"application/json": {"schema": {"type": "object", "required": ["name"]}}}},
                "responses": {"200": {"description": "ok"}},
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
        "/open": {"get": {"security": [], "responses": {"200": {"description": "ok"}}}},
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


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    server = Upstream()
    yield server
    server.close()


@pytest.fixture(scope="session")
def shared_issuer() -> Iterator[Provider]:
    with provider() as running:
        yield running


@pytest.fixture
def issuer(shared_issuer: Provider) -> Iterator[Provider]:
    """A provider that must not be closed."""
    yield shared_issuer
    shared_issuer.restore()


@pytest.fixture
def guard_for(upstream: Upstream, filter_module: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartGuard]:
    """Starts a guard that believes an issuer."""
    guards: list[Guard] = []

    def start(
        issuer: str,
        *,
        jwt: Mapping[str, Any] | None = None,
        opaque: Mapping[str, Any] | None = None,
        listen: Mapping[str, Any] | None = None,
        record: Mapping[str, Any] | None = None,
        operations: Sequence[Mapping[str, Any]] = (),
    ) -> Guard:
        folder = tmp_path_factory.mktemp("g")
        settings = settings_for(issuer, folder, jwt=jwt or {}, opaque=opaque or {})
        more = {"listen": listen or {}, "record": record or {}, "operations": operations}
        guard = Guard(folder, upstream.port, {**settings, **more}, filter_module)
        guards.append(guard)
        return guard

    yield start
    for guard in guards:
        assert guard.stop() == 0, guard.lines
