"""Fixtures: policies compiled once, one server for each variant that is asked for."""

import contextlib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from tests.conformance import variants
from tests.conformance.harness.gateway import Gateway, gateway
from tests.conformance.harness.inside import Served, served
from tests.conformance.harness.upstream import Upstream

from garrison.engine.plan import Policy


@pytest.fixture(scope="session")
def policies() -> Callable[[str], Policy]:
    return cache(variants.policy)


@pytest.fixture(scope="session")
def upstream() -> Iterator[Upstream]:
    server = Upstream()
    yield server
    server.close()


@pytest.fixture(scope="session")
def filter_module(built_filter: Path) -> Path:
    return built_filter


@pytest.fixture(scope="session")
def gateways(
    filter_module: Path, upstream: Upstream, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Gateway]]:
    with contextlib.ExitStack() as stack:

        @cache
        def running(variant: str) -> Gateway:
            directory = tmp_path_factory.mktemp(variant)
            return stack.enter_context(gateway(variants.VARIANTS[variant], upstream.port, filter_module, directory))

        yield running


@pytest.fixture(scope="session")
def servers(policies: Callable[[str], Policy]) -> Iterator[Callable[[str], Served]]:
    with contextlib.ExitStack() as stack:

        @cache
        def running(variant: str) -> Served:
            server = Served(policies(variant))
            server.port = stack.enter_context(served(server.middleware))
            return server

        yield running
