"""What holds for all tests with real servers."""

from pathlib import Path

import pytest


@pytest.fixture
def tmp_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Not named for the test: the path of a socket in it must not be longer than the kernel takes."""
    return tmp_path_factory.mktemp("t")
