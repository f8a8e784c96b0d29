"""Fixtures: the filter, built once."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def filter_module(built_filter: Path) -> str:
    return str(built_filter)
