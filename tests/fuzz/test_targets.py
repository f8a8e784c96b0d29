"""Each fuzz target for a moment, with what the fuzzer found before tried again first."""

import pytest
from tests.fuzz.targets import TARGETS


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_target(name: str) -> None:
    TARGETS[name]()
