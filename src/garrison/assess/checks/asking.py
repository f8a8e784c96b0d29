"""Asking: requests that checks of several families send, made of what exploration learned."""

from collections.abc import Iterator
from typing import Final

import msgspec

from garrison.assess.assessment import Assessment
from garrison.assess.identity import Identity
from garrison.assess.probe import Exchange
from garrison.assess.request import Pairs, Request, Slot
from garrison.assess.sampling import MARK
from garrison.assess.target import Target
from garrison.contract.documents import Node

_SPARE: Final = "an account that checks of values may spoil"


def plain(method: str, path: str, headers: Pairs = ()) -> Request:
    """A request to a path that nothing describes; the path percent-encoded."""
    return Request(operation=None, method=method, template=path, raw_path=path, headers=headers)


def with_header(request: Request, name: str, value: str) -> Request:
    """The request with one more header, or another value of one."""
    return request.put(Slot("header", name), value)


def refreshed(a: Assessment, request: Request) -> Request:
    """The request with new words wherever the assessment made one up: what must be unique is not taken then. A change
    stays as it is: it may be sent any number of times, and would rename what it changes."""
    if request.method in ("PUT", "PATCH"):
        return request
    for slot in request.slots("body", "query"):
        value = request.value(slot)
        if isinstance(value, str) and MARK in value:
            at = value.find("@")
            request = request.put(slot, a.api.sampler.word() + (value[at:] if at > 0 else ""))
    return request


def ordinary(a: Assessment, target: Target) -> Exchange | None:
    """A request to the operation that succeeded, the cheapest to send again: as nobody where that does."""
    baselines = a.survey.baselines(target)
    return next((each for each in baselines if each.identity is None), next(iter(baselines), None))


def trial(a: Assessment, target: Target) -> Exchange | None:
    """An ordinary request that may be sent again with other values.

    What changes whoever sends it (PUT and PATCH without an id) is sent as an account that nothing else needs: a check
    that renames it, or gives it an address that is none, spoils no other one.
    """
    known = ordinary(a, target)
    if known is None or target.method not in ("PUT", "PATCH") or target.variables:
        return known
    for _ in range(2):
        somebody = _spare(a)
        if somebody is None or known.identity is None:
            return None
        sent = a.probe.send(a.survey.as_it_is(known.request, {}, somebody), somebody)
        if sent.is_success:
            return sent
        a.shared.pop(_SPARE)  # a check before this one spoiled it
    return None


def _spare(a: Assessment) -> Identity | None:
    held: Identity | None = a.shared.get(_SPARE)
    if held is None or held.name in a.probe.lost:
        account = a.new_account()
        held = a.shared[_SPARE] = account.identity if account is not None else None
    return held


def again(a: Assessment, exchange: Exchange, says: str = "") -> Exchange:
    """The same request once more, as the same identity, with what must be unique made new."""
    request = exchange.request if exchange.request.method == "GET" else refreshed(a, exchange.request)
    return a.probe.send(request, exchange.identity, says=says)


def readable(a: Assessment) -> Iterator[tuple[Target, Exchange]]:
    """Operations that read and succeeded, and the request: those without variables first, public ones before others."""
    found = [
        (target, exchange)
        for target in a.api.targets
        if target.method == "GET" and (exchange := ordinary(a, target)) is not None
    ]
    yield from sorted(found, key=lambda pair: (bool(pair[0].variables), pair[1].identity is not None))


def writable(a: Assessment) -> Iterator[tuple[Target, Request, Identity | None]]:
    """Operations that take a JSON body, with a request and as whom: to log in as nobody known comes first, for it
    changes nothing; then what is made anew; then changes of what the assessment made."""
    door = a.doors.log_in
    if door is not None and door.target.json_body is not None:
        request = a.api.request(door.target, every=True)
        for slot in door.names:
            request = request.put(slot, a.api.sampler.word())
        yield door.target, request, None
    for methods in (("POST",), ("PUT", "PATCH")):
        for target in a.api.targets:
            exchange = trial(a, target) if target.method in methods and target.json_body is not None else None
            if exchange is not None:
                yield target, refreshed(a, exchange.request), exchange.identity


def schema_of(a: Assessment, target: Target, slot: Slot) -> Node | None:
    """The schema of what stands at a place of a request; None where the contract has none."""
    if slot.where != "body":
        return next(
            (
                each.schema
                for each in target.described.parameters
                if each.location == slot.where and each.name.lower() == slot.name.lower()
            ),
            None,
        )
    body = target.body
    schema = body.schema if body is not None else None
    for step in slot.name.split("/"):
        if schema is None:
            return None
        is_index = step.isdigit()
        schema = (
            a.api.description.child(schema, "items") if is_index else a.api.description.properties(schema).get(step)
        )
    return schema


def replaced(request: Request, raw: bytes, media_type: str = "application/json") -> Request:
    """The request with these bytes as its body."""
    return msgspec.structs.replace(request, raw_body=raw, media_type=media_type)
