"""What runs beside Envoy, where its place cannot be had."""

from pathlib import Path

import pytest

from garrison.adapters.beside import beside
from garrison.adapters.status import DIRECTORY, GATEWAY
from garrison.config.model import Settings
from garrison.core.errors import GatewayError


def test_status_files_of_somebody_else_are_said(tmp_path: Path) -> None:
    (tmp_path / DIRECTORY / GATEWAY).mkdir(parents=True)  # no rights are needed to fail to remove that
    settings = Settings(data=str(tmp_path))
    with (
        pytest.raises(GatewayError, match=r"cannot keep data in `.*`: status/gateway\.json: is a directory"),
        beside(settings, note=lambda _: None),
    ):
        pass
