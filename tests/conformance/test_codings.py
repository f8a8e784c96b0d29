"""The upstream is asked for no coding that an enforced control could not read; monitoring changes nothing."""

from collections.abc import Callable

import pytest
from tests.conformance.harness.gateway import Gateway
from tests.conformance.harness.upstream import Upstream
from tests.conformance.rows.answers import CUSTOMER
from tests.conformance.rows.responses import CUSTOMER_OF
from tests.conformance.values import allow, request

ASKED = request(CUSTOMER_OF, ("Accept-Encoding", "gzip, br;q=0.9"), ("Accept-Encoding", "zstd"))


@pytest.mark.integration
@pytest.mark.parametrize(("variant", "expected"), [("enforce", ["gzip"]), ("monitor", ["gzip, br;q=0.9,zstd"])])
def test_codings_asked_for(
    variant: str, expected: list[str], gateways: Callable[[str], Gateway], upstream: Upstream
) -> None:
    gateways(variant).run(allow("codings", ASKED, CUSTOMER, variant=variant), upstream)
    (heard,) = upstream.heard
    assert [value for name, value in heard.headers if name == "accept-encoding"] == expected
