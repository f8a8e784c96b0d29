"""Cures by who asks: an operation that nobody or only some may call, an object that is its owner's."""

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from garrison.core.finding import Finding
from garrison.core.patch import Patch
from garrison.patching.situation import Situation

_HIGH = ("admin", "administrator")
_CLAIMS: Final = ("sub", "preferred_username", "username", "email")
"""Claims that name a person."""
_OWNER: Final = re.compile(r"(?i)owner|user|account|customer|member|holder|author|belongs|subject|created.?by")
"""Names of fields that say whose an object is."""
_DEEP: Final = 4
_MOST_FIELDS: Final = 2
"""Fields that are tried: each with every claim."""


def denied(situation: Situation) -> Iterator[Patch]:
    """Nobody may call it."""
    if situation.match:
        yield situation.patch(deny=True)


def for_roles(situation: Situation) -> Iterator[Patch]:
    """Only those may call it whose token names a role or a scope above the others'."""
    if situation.match and situation.knows_principals:
        yield situation.patch(deny=True, unless_roles=_HIGH, unless_scopes=_HIGH)


def for_owner(situation: Situation) -> Iterator[Patch]:
    """The object that the finding's parameter names is that of the token's subject."""
    if situation.operation is None or not situation.knows_principals:
        return
    place = situation.place
    for claim in _CLAIMS:
        if place.startswith(("path.", "query.", "header.")):
            owner = {"parameter": place, "claim": claim}
        elif place.startswith("body/"):
            owner = {"field": place.removeprefix("body"), "claim": claim}
        else:
            return
        yield situation.policy({"object-access": {"mode": "enforce", "owners": [owner]}})


def for_owner_in_answer(situation: Situation) -> Iterator[Patch]:
    """The object is that of the token's subject, as its answer says; whose it is stands in the proof."""
    if situation.operation is None or not situation.knows_principals:
        return
    for pointer in owners_shown(situation.finding)[:_MOST_FIELDS]:
        for claim in _CLAIMS:
            owner = {"answer": pointer, "claim": claim}
            yield situation.policy({"object-access": {"mode": "enforce", "owners": [owner]}})


def owners_shown(finding: Finding) -> list[str]:
    """Fields of the first answer of a proof that say whose an object is, as JSON Pointers: those first that hold the
    name of the identity that asked."""
    step = finding.proof[0] if finding.proof else None
    if step is None:
        return []
    try:
        value = msgspec.json.decode(step.answer.encode("utf-8", "replace"))
    except (msgspec.DecodeError, ValueError, RecursionError):
        return []
    named: list[str] = []
    likely: list[str] = []
    for pointer, found in _leaves(value, "", 0):
        is_name = isinstance(found, str) and len(found) > 2 and found in step.identity
        if is_name:
            named.append(pointer)
        elif _OWNER.search(pointer.rpartition("/")[2]):
            likely.append(pointer)
    return list(dict.fromkeys((*named, *likely)))


def _leaves(value: Any, way: str, depth: int) -> Iterator[tuple[str, Any]]:
    """Ways to single values; `*` stands for any item."""
    if depth > _DEEP:
        return
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, f"{way}/{str(name).replace('~', '~0').replace('/', '~1')}", depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, f"{way}/*", depth + 1)
    elif isinstance(value, str | int) and way:
        yield way, value
