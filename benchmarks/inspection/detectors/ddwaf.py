"""libddwaf with the rules that its tracer ships, fed what the tracer feeds it: values as a framework parsed them."""

import importlib.metadata
import os
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from benchmarks.inspection.detector import Detector, MissingError, Options
from benchmarks.inspection.rows import Row

from garrison.core.document import FormDocument, JsonDocument, MultipartDocument, TextDocument

_ENOUGH_MS = 10_000.0
"""Time that one request may take: none is let through because it took long."""


def start(options: Options) -> Detector:
    """Raises MissingError where the tracer is not installed."""
    del options
    os.environ.setdefault("DD_TRACE_ENABLED", "false")
    os.environ.setdefault("DD_INSTRUMENTATION_TELEMETRY_ENABLED", "false")
    try:
        from ddtrace.appsec._ddwaf import waf
    except ImportError:
        raise MissingError("pip install ddtrace") from None
    inspector = waf.DDWaf((files("ddtrace.appsec") / "rules.json").read_bytes(), b"", b"")

    def looks(row: Row) -> bool:
        context = waf.py_ddwaf_context_init(inspector._handle)  # noqa: SLF001 - it has no public way in
        return bool(inspector.run(context, _addresses(row), _ENOUGH_MS).data)

    return Detector("ddwaf", importlib.metadata.version("ddtrace"), looks)


def _addresses(row: Row) -> Mapping[str, Any]:
    canonical = row.canonical
    headers = {name: value for name, value in canonical.headers.items() if name != "cookie"}
    found: dict[str, Any] = {
        "server.request.method": row.exchange.request.method,
        "server.request.uri.raw": row.exchange.request.target,
        "server.request.query": _grouped(canonical.query),
        "server.request.path_params": dict(enumerate_texts(canonical.segments)),
        "server.request.headers.no_cookies": headers,
        "server.request.cookies": _cookies(canonical.headers.get("cookie", "")),
    }
    body = _body(row)
    if body is not None:
        found["server.request.body"] = body
    return found


def enumerate_texts(texts: Sequence[str]) -> list[tuple[str, str]]:
    """Texts under their numbers: no framework has named them."""
    return [(str(index), text) for index, text in enumerate(texts)]


def _grouped(pairs: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def _cookies(text: str) -> dict[str, str]:
    pairs = [each.partition("=") for each in text.split(";") if each.strip()]
    return {name.strip(): value.strip() for name, _, value in pairs}


def _body(row: Row) -> Any:
    match row.document:
        case None:
            return None
        case JsonDocument(value):
            return value
        case FormDocument(fields):
            return _grouped(fields)
        case MultipartDocument(parts):
            return _grouped([(part.name, part.content.decode("utf-8", "replace")) for part in parts])
        case TextDocument(text):
            return text
        case _:
            return (row.exchange.body or b"").decode("utf-8", "replace")
