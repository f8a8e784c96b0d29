"""Kept: whether an answer keeps the contract, by the same schemas that the gateway holds answers to."""

from collections.abc import Iterator
from typing import Any, Final

from garrison.assess.assessment import Assessment
from garrison.assess.call import NOT_JSON
from garrison.assess.probe import Exchange
from garrison.assess.request import Request
from garrison.assess.target import Target
from garrison.contract import ResponseSchema, Violation
from garrison.core.document import JsonDocument

_WITHOUT: Final = frozenset({204, 205, 304})


def seen(a: Assessment, target: Target) -> Iterator[tuple[Exchange, ResponseSchema | None]]:
    """Answers of the operation, one of each kind, with what the contract says of their status; none where it says
    nothing of answers at all."""
    if target.compiled is None or not target.described.responses:
        return
    for each in a.survey.seen(target):
        if each.answer.status and not each.answer.fault:
            yield each, target.compiled.response(each.answer.status)


def has_content(exchange: Exchange) -> bool:
    """Whether the answer may have a body."""
    return exchange.answer.status not in _WITHOUT and exchange.request.method != "HEAD"


def violations(exchange: Exchange, schema: ResponseSchema) -> tuple[Violation, ...]:
    """What the declared schema demands of an answer of JSON and does not get."""
    body = schema.body(exchange.answer.media_type)
    value: Any = exchange.answer.json()
    if body is None or value is NOT_JSON or exchange.answer.is_cut:
        return ()
    return body.violations(JsonDocument(value))


def forbids(target: Target, request: Request) -> bool:
    """Whether the contract forbids the body of a request: by the compiled schema, so that what only one of several
    alternatives demands is not taken for a demand."""
    schema = target.compiled.request_body(request.media_type) if target.compiled is not None else None
    return schema is not None and bool(schema.violations(JsonDocument(request.body)))
