"""Fixtures: stages on either enforcement point."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from tests.breaches.gateway import GatewayStage
from tests.breaches.scene import Answer, Stage

AnyStage: TypeAlias = Stage | GatewayStage
Build: TypeAlias = Callable[[Mapping[str, Any], Mapping[str, Any], Answer], AnyStage]
"""Builds a stage of a contract, controls and an API that answers."""


@pytest.fixture(scope="session")
def filter_module(built_filter: Path) -> str:
    return str(built_filter)


@pytest.fixture(params=["asgi", "envoy"])
def build(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, filter_module: str
) -> Iterator[Build]:
    with _builder(request.param, tmp_path_factory, filter_module) as builder:
        yield builder


@pytest.fixture(scope="module", params=["asgi", "envoy"])
def shared_build(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, filter_module: str
) -> Iterator[Build]:
    """For a stage on which several attacks are played."""
    with _builder(request.param, tmp_path_factory, filter_module) as builder:
        yield builder


@contextmanager
def _builder(point: str, folders: pytest.TempPathFactory, filter_module: str) -> Iterator[Build]:
    if point == "asgi":
        yield Stage
        return
    with ExitStack() as stack:

        def gateway(contract: Mapping[str, Any], controls: Mapping[str, Any], answer: Answer) -> GatewayStage:
            return GatewayStage(folders.mktemp("b"), filter_module, stack, contract, controls, answer)

        yield gateway
