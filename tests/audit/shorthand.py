"""Descriptions for tests of the audit, written as short as they can be.

ops:                          # "METHOD /path": the operation; an answer with 200 is added where none is described
  POST /orders:
    body: SCHEMA              # requestBody, application/json
    answer: SCHEMA            # of 200, application/json
    query: {limit: SCHEMA}    # parameters; also `path`, `header`, `cookie`
schemes: {key: ...}           # components.securitySchemes
schemas: {Order: ...}         # components.schemas
anything else                 # fields of the root object, or of the operation
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import yaml

from garrison.audit.run import Audit, audit
from garrison.contract.described import Description

CASES = Path(__file__).parent / "cases"
MAIN = "api.json"


def case(rule: str) -> dict[str, Any]:
    """What stands in a rule's file: `wrong` and `right`, each in shorthand, and perhaps `finds`, how often it fires."""
    found: dict[str, Any] = yaml.safe_load((CASES / f"{rule}.yaml").read_text(encoding="utf-8"))
    return found


def described(short: Mapping[str, Any], *overlays: str) -> Description:
    """The description that is written in shorthand, with overlays given as text."""
    files = {MAIN: msgspec.json.encode(written(short))}
    files |= {f"overlay{at}.yaml": text.encode() for at, text in enumerate(overlays)}
    return Description(MAIN, tuple(list(files)[1:]), read=lambda name: files[name])


def audited(short: Mapping[str, Any], *overlays: str) -> Audit:
    """The audit of a description in shorthand, by all rules."""
    return audit(described(short, *overlays))


def written(short: Mapping[str, Any]) -> dict[str, Any]:
    """The description that is written in shorthand."""
    root: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": "test", "version": "1", "contact": {"email": "owner@example.com"}},
        "servers": [{"url": "https://api.example.com"}],
        "paths": {},
        "components": {},
    }
    for key, value in short.items():
        match key:
            case "ops":
                for name, operation in value.items():
                    method, path = name.split()
                    root["paths"].setdefault(path, {})[method.lower()] = _operation(operation or {})
            case "schemes":
                root["components"]["securitySchemes"] = value
            case "schemas":
                root["components"]["schemas"] = value
            case _:
                root[key] = value
    return root


def _operation(short: Mapping[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {"responses": {"200": {"description": "done"}}}
    for key, value in short.items():
        match key:
            case "body":
                operation["requestBody"] = {"content": {"application/json": {"schema": value}}}
            case "answer":
                operation["responses"] = {
                    "200": {"description": "", "content": {"application/json": {"schema": value}}}
                }
            case "query" | "path" | "header" | "cookie":
                for name, schema in value.items():
                    parameter = {"name": name, "in": key, "required": key == "path", "schema": schema}
                    operation.setdefault("parameters", []).append(parameter)
            case _:
                operation[key] = value
    return operation
