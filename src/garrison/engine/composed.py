"""Several changes to one answer: the client gets what every one of them leaves.

Each control judges the answer as the upstream sent it, so that their order does not matter: what one takes out because
the principal may not read it does not look to another as if the upstream had left it out.
"""

from collections.abc import Collection, Sequence
from typing import Any, TypeAlias

import msgspec

from garrison.core.decision import Mutation, Rewrite
from garrison.core.http import Headers
from garrison.core.ids import EventId
from garrison.engine.problem import problem

Way: TypeAlias = tuple[str | int, ...]
"""Names and indexes from the root."""

# A changed body invalidates what was said about the old one (RFC 9110, 8.8.3; RFC 9530).
BODY_BOUND_HEADERS = ("content-encoding", "etag", "content-digest", "repr-digest", "digest", "content-md5")


def rewritten(
    rewrites: tuple[Rewrite, ...], status: int, event_id: EventId, headers: Headers, without: tuple[str, ...] = ()
) -> Mutation:
    """What is changed of an answer with this status; `headers` are what it is given besides, `without` what it is
    not given."""
    dropped = (*BODY_BOUND_HEADERS, *without, *(name for each in rewrites for name in each.drop_headers))
    bodies = [rewrite.body for rewrite in rewrites if rewrite.body is not None]
    cut = [way for rewrite in rewrites for way in rewrite.cut]
    # One that replaces the whole answer stands, whatever others would have stripped from it.
    if len(bodies) == len(rewrites):
        return Mutation(set_headers=headers, drop_headers=dropped, body=composed(bodies, cut))
    reply = problem(status, event_id)
    return Mutation(set_headers=(*reply.headers, *headers), drop_headers=dropped, body=reply.body)


def composed(bodies: Sequence[bytes], cut: Collection[Way] = ()) -> bytes:
    """What all of `bodies`, each the same JSON document with some of it taken out, have in common, without the items of
    lists to which the ways `cut` lead; of other bodies, which nothing can be said of, the last."""
    if len(bodies) == 1 and not cut:
        return bodies[0]
    try:
        first, *others = [msgspec.json.decode(body) for body in bodies]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return bodies[-1]
    for other in others:
        first = common(first, other)
    return msgspec.json.encode(without_items(first, cut))


def value_left(rewrites: Sequence[Rewrite], mutation: Mutation) -> Any:
    """The JSON value that a changed answer is; None where it has nothing of the upstream's."""
    if mutation.body is None or any(rewrite.body is None for rewrite in rewrites):
        return None
    return msgspec.json.decode(mutation.body)  # every control that takes something out writes JSON


def without_items(value: Any, cut: Collection[Way]) -> Any:
    """`value` without the items of lists to which these ways lead; what is not changed is shared with it."""
    if not cut:
        return value
    if isinstance(value, dict):
        inside = _by_first(cut)
        return {name: without_items(item, inside.get(name, ())) for name, item in value.items()}
    if isinstance(value, list):
        inside = _by_first(cut)
        gone = {way[0] for way in cut if len(way) == 1}
        return [without_items(item, inside.get(at, ())) for at, item in enumerate(value) if at not in gone]
    return value  # a rewrite has taken out what stood here


def _by_first(cut: Collection[Way]) -> dict[str | int, list[Way]]:
    inside: dict[str | int, list[Way]] = {}
    for way in cut:
        if len(way) > 1:
            inside.setdefault(way[0], []).append(way[1:])
    return inside


def common(one: Any, other: Any) -> Any:
    """What two JSON values, each the same one with something taken out, both hold."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {name: common(item, other[name]) for name, item in one.items() if name in other}
    if isinstance(one, list) and isinstance(other, list):
        return [common(*pair) for pair in zip(one, other, strict=False)]
    return other if one is not None else None  # what one of them made null
