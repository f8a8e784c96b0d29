"""Several changes to one answer: the client gets what every one of them leaves.

Each control judges the answer as the upstream sent it, so that their order does not matter: what one takes out because
the principal may not read it does not look to another as if the upstream had left it out.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from garrison.core.decision import Mutation, Rewrite
from garrison.core.http import Headers
from garrison.core.ids import EventId
from garrison.engine.problem import problem

# A changed body invalidates what was said about the old one (RFC 9110, 8.8.3; RFC 9530).
_BODY_BOUND_HEADERS = ("content-encoding", "etag", "content-digest", "repr-digest", "digest", "content-md5")


def rewritten(rewrites: tuple[Rewrite, ...], status: int, event_id: EventId, headers: Headers) -> Mutation:
    """What is changed of an answer with this status; `headers` are what it is given besides."""
    dropped = (*_BODY_BOUND_HEADERS, *(name for each in rewrites for name in each.drop_headers))
    bodies = [rewrite.body for rewrite in rewrites if rewrite.body is not None]
    # One that replaces the whole answer stands, whatever others would have stripped from it.
    if len(bodies) == len(rewrites):
        return Mutation(set_headers=headers, drop_headers=dropped, body=composed(bodies))
    reply = problem(status, event_id)
    return Mutation(set_headers=(*reply.headers, *headers), drop_headers=dropped, body=reply.body)


def composed(bodies: Sequence[bytes]) -> bytes:
    """What all of `bodies`, each the same JSON document with some of it taken out, have in common; of other bodies,
    which nothing can be said of, the last."""
    if len(bodies) == 1:
        return bodies[0]
    try:
        first, *others = [msgspec.json.decode(body) for body in bodies]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return bodies[-1]
    for other in others:
        first = _common(first, other)
    return msgspec.json.encode(first)


def _common(one: Any, other: Any) -> Any:
    if isinstance(one, dict) and isinstance(other, dict):
        return {name: _common(item, other[name]) for name, item in one.items() if name in other}
    if isinstance(one, list) and isinstance(other, list):
        return [_common(*pair) for pair in zip(one, other, strict=False)]
    return other if one is not None else None  # what one of them made null
