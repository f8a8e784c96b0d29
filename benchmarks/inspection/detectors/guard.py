"""The engine of fastapi-guard, asked as its middleware asks it, with its defaults."""

import importlib.metadata
import logging
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from benchmarks.inspection.detector import Detector, MissingError, Options
from benchmarks.inspection.rows import Row


class _Request:
    """A row as the engine wants to see requests."""

    url_scheme = "http"
    client_host = "198.51.100.7"

    def __init__(self, row: Row) -> None:
        canonical = row.canonical
        self.url_path = canonical.path
        self.url_full = f"http://api.example.com{row.exchange.request.target}"
        self.method = row.exchange.request.method
        self.headers: Mapping[str, str] = canonical.headers
        self.query_params: Mapping[str, str] = dict(canonical.query)
        self.state = SimpleNamespace()
        self.scope: dict[str, Any] = {}
        self._body = row.exchange.body or b""

    def url_replace_scheme(self, scheme: str) -> str:
        return f"{scheme}{self.url_full.removeprefix('http')}"

    def body(self) -> bytes:
        return self._body


def start(options: Options) -> Detector:
    """Raises MissingError where it is not installed."""
    del options
    try:
        from guard_core.models import SecurityConfig
        from guard_core.sync._utils.penetration_detection import detect_penetration_attempt
    except ImportError:
        raise MissingError("pip install fastapi-guard") from None
    logging.disable(logging.CRITICAL)  # it writes a line for each attack
    config = SecurityConfig(enable_redis=False)

    def looks(row: Row) -> bool:
        return bool(detect_penetration_attempt(_Request(row), config).is_threat)

    return Detector("fastapi-guard", importlib.metadata.version("fastapi-guard"), looks)
