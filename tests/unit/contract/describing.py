"""Descriptions for tests, written as short as they can be."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from garrison.contract import (
    BodySchema,
    CompiledOperation,
    Contract,
    Match,
    Miss,
    Reading,
    Violation,
    load,
)
from garrison.core.document import JsonDocument

MAIN = "spec/api.json"


def files(contents: Mapping[str, Any]) -> Any:
    """What reads the files of a description from memory; a value that is not bytes is written as JSON."""

    def read(file: str) -> bytes:
        if file not in contents:
            raise FileNotFoundError(2, "no such file", file)
        content = contents[file]
        return content if isinstance(content, bytes) else msgspec.json.encode(content)

    return read


def described(
    paths: Mapping[str, Any],
    *,
    openapi: str = "3.1.0",
    others: Mapping[str, Any] | None = None,
    overlays: Sequence[str] = (),
    match_hosts: bool = False,
    self: str = "",
    **root: Any,
) -> Contract:
    """The contract of a description with these paths; `root` are further fields of its root object."""
    document: dict[str, Any] = {"$self": self} if self else {}
    document |= {"openapi": openapi, "info": {"title": "test", "version": "1"}, "paths": paths, **root}
    read = files({MAIN: document, **(others or {})})
    return load(MAIN, overlays, read=read, match_hosts=match_hosts)


def segments(path: str) -> tuple[str, ...]:
    """The segments of a canonical path."""
    return tuple(path[1:].split("/"))


def find(contract: Contract, method: str, path: str, host: str = "") -> Match | Miss:
    """What the contract says a request is for."""
    return contract.catalogue.match(method, host, segments(path))


def only(contract: Contract) -> CompiledOperation:
    """The one operation of a contract in which nothing is wrong."""
    assert contract.problems == ()
    (operation,) = contract.catalogue.operations
    return operation


def body_of(schema: Any, *, openapi: str = "3.1.0", media_type: str = "application/json", **more: Any) -> BodySchema:
    """The request body with this schema; `more` are `encoding` and fields of the description's root."""
    encoding = more.pop("encoding", None)
    media = {"schema": schema} | ({"encoding": encoding} if encoding else {})
    paths = {"/b": {"post": {"requestBody": {"content": {media_type: media}}, "responses": {}}}}
    found = only(described(paths, openapi=openapi, **more)).request_body(media_type)
    assert found is not None
    return found


def answer_of(schema: Any, *, openapi: str = "3.1.0", **more: Any) -> BodySchema:
    """The JSON body of the response with this schema."""
    responses = {"200": {"description": "", "content": {"application/json": {"schema": schema}}}}
    response = only(described({"/b": {"get": {"responses": responses}}}, openapi=openapi, **more)).response(200)
    found = response.body("application/json") if response else None
    assert found is not None
    return found


def judged(body: BodySchema, value: Any) -> list[tuple[str, str]]:
    """Location and keyword of every violation."""
    return places(body.violations(JsonDocument(value)))


def places(violations: Sequence[Violation]) -> list[tuple[str, str]]:
    """Location and keyword of every violation."""
    return [(violation.location, violation.keyword) for violation in violations]


def with_parameters(*parameters: Any, path: str = "/p", openapi: str = "3.1.0", **root: Any) -> CompiledOperation:
    """An operation with these parameters."""
    operation = {"parameters": list(parameters), "responses": {}}
    return only(described({path: {"get": operation}}, openapi=openapi, **root))


def read(
    operation: CompiledOperation,
    query: Sequence[tuple[str, str]] = (),
    *,
    path: Sequence[str] = (),
    headers: Mapping[str, str] | None = None,
    cookies: Sequence[tuple[str, str]] = (),
) -> Reading:
    """What the operation's parameters say."""
    assert operation.parameters is not None
    return operation.parameters.read(tuple(path), query, headers or {}, cookies)
