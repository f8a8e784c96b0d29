"""One table, every driver: the same decision, the same event, the same bytes on both sides."""

from collections.abc import Callable

import pytest
from tests.conformance.harness import bare, inside
from tests.conformance.harness.gateway import Gateway
from tests.conformance.harness.inside import Served
from tests.conformance.harness.seen import check
from tests.conformance.harness.upstream import Upstream
from tests.conformance.table import TABLE
from tests.conformance.values import Case

from garrison.engine.plan import Policy

every_case = pytest.mark.parametrize("case", TABLE, ids=lambda case: f"{case.variant}: {case.name}")


@every_case
def test_bare_engine(case: Case, policies: Callable[[str], Policy]) -> None:
    seen = bare.run(case, policies(case.variant))
    check(case, "engine", seen, seen)


@every_case
def test_chunking_changes_nothing(case: Case, policies: Callable[[str], Policy]) -> None:
    """A body that arrives at once, or byte by byte at its start, is judged like any other."""
    policy = policies(case.variant)
    for piece in (1 << 30, 97):
        check(case, "engine", bare.run(case, policy, piece=piece), bare.run(case, policy))


@every_case
def test_asgi(case: Case, policies: Callable[[str], Policy]) -> None:
    policy = policies(case.variant)
    check(case, "asgi", inside.run(case, policy), bare.run(case, policy))


@every_case
def test_uvicorn(case: Case, policies: Callable[[str], Policy], servers: Callable[[str], Served]) -> None:
    check(case, "uvicorn", servers(case.variant).run(case), bare.run(case, policies(case.variant)))


@pytest.mark.integration
@every_case
def test_envoy(
    case: Case, policies: Callable[[str], Policy], gateways: Callable[[str], Gateway], upstream: Upstream
) -> None:
    check(case, "envoy", gateways(case.variant).run(case, upstream), bare.run(case, policies(case.variant)))
