"""OpenAPI descriptions of the vulnerable APIs, in few words."""

from collections.abc import Mapping
from typing import Any, TypeAlias

Schema: TypeAlias = Mapping[str, Any]

TEXT: Schema = {"type": "string"}


def contract(title: str, paths: Mapping[str, Any], schemes: tuple[str, ...] = ("bearer",)) -> dict[str, Any]:
    """A description of which every operation demands the first scheme, but where it says otherwise."""
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1"},
        "security": [{schemes[0]: []}],
        "components": {"securitySchemes": {name: {"type": "oauth2", "flows": {}} for name in schemes}},
        "paths": dict(paths),
    }


def get(name: str, path: str, answer: Schema, **more: Any) -> dict[str, Any]:
    """An operation that reads one object, whose variables are in `parameters`."""
    return {path: {"get": {"operationId": name, "responses": _responses(answer), **more}}}


def post(name: str, path: str, takes: Schema, answer: Schema, **more: Any) -> dict[str, Any]:
    """An operation that takes a JSON body."""
    return {path: {"post": sends(name, takes, answer, **more)}}


def sends(name: str, takes: Schema, answer: Schema, **more: Any) -> dict[str, Any]:
    """An operation with a JSON body, whatever its method."""
    body = {"required": True, "content": {"application/json": {"schema": takes}}}
    return {"operationId": name, "requestBody": body, "responses": _responses(answer), **more}


def variable(name: str, schema: Schema, **annotations: Any) -> dict[str, Any]:
    """A variable of the path; `subject="customer"` annotates it."""
    return {"name": name, "in": "path", "required": True, "schema": schema, **_annotated(annotations)}


def field(schema: Schema = TEXT, **annotations: Any) -> dict[str, Any]:
    """A property with annotations: `type="email"`, `read_scope="private"`."""
    return {**schema, **_annotated(annotations)}


def record(**properties: Schema) -> dict[str, Any]:
    """An object with these properties."""
    return {"type": "object", "properties": properties}


def _annotated(annotations: Mapping[str, Any]) -> dict[str, Any]:
    return {f"x-garrison-{name.replace('_', '-')}": value for name, value in annotations.items()}


def _responses(answer: Schema) -> dict[str, Any]:
    content = {"application/json": {"schema": answer}}
    return {
        "200": {"description": "found", "content": content},
        "404": {"description": "there is none", "content": {"application/json": {"schema": {"type": "object"}}}},
    }
