"""Fixtures: stages on either enforcement point."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
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
    if request.param == "asgi":
        yield Stage
        return
    with ExitStack() as stack:

        def gateway(contract: Mapping[str, Any], controls: Mapping[str, Any], answer: Answer) -> GatewayStage:
            return GatewayStage(tmp_path_factory.mktemp("b"), filter_module, stack, contract, controls, answer)

        yield gateway
