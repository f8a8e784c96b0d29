"""Overlays: what mends a description, as an OpenAPI Overlay 1.0 that leaves the description itself as it is."""

import json
from collections.abc import Iterable
from typing import Any, Final

from garrison.audit.rule import Action
from garrison.contract.place import Tokens
from garrison.contract.written import query
from garrison.core.printable import without_password

SHOWN: Final = 10
"""Actions that a finding's own suggestion has at most: that of an API as a whole may mend every operation."""


def suggestion(actions: Iterable[Action], source: str) -> str:
    """The actions of one finding as YAML; empty where nothing mends it. Only `source` itself is mended."""
    own = [each for each in actions if each.place.file == source]
    shown = "".join(_text(each) for each in own[:SHOWN])
    return f"{shown}# and {len(own) - SHOWN} more alike\n" if len(own) > SHOWN else shown


def overlay(actions: Iterable[Action], source: str) -> str:
    """An Overlay with all actions that mend `source`, as YAML; of two that say different things the first counts."""
    updates: dict[Tokens, Any] = {}
    removals: dict[Tokens, None] = {}
    for each in actions:
        if each.place.file != source:
            continue
        if each.update is None:
            removals.setdefault(each.place.tokens)
        elif each.place.tokens in updates:
            updates[each.place.tokens] = _joined(updates[each.place.tokens], each.update)
        else:
            updates[each.place.tokens] = each.update
    kept = {tokens: update for tokens, update in updates.items() if not _within(tokens, removals)}
    return _document(kept, removals, source)


def _document(updates: dict[Tokens, Any], removals: dict[Tokens, None], source: str) -> str:
    lines = [
        "# Suggested by `garrison audit`: bounds are guesses, look each through before you rely on it.\n",
        "overlay: 1.0.0\n",
        f"info: {{title: {json.dumps(f'Mends {without_password(source)}')}, version: '1'}}\n",
        "actions:\n" if updates or removals else "actions: []\n",
    ]
    # outer places first, so that what they add is there for the inner ones; the last item of a list goes first
    last_first = sorted(removals, key=lambda way: [(isinstance(each, str), each) for each in way], reverse=True)
    lines += [_action(tokens, updates[tokens]) for tokens in sorted(updates, key=len)]
    lines += [_action(tokens, None) for tokens in last_first]
    return "".join(lines)


def _text(action: Action) -> str:
    return _action(action.place.tokens, action.update)


def _action(tokens: Tokens, update: Any) -> str:
    change = "remove: true" if update is None else f"update: {json.dumps(update)}"
    return f"- target: {json.dumps(query(tokens))}\n  {change}\n"


def _joined(one: Any, other: Any) -> Any:
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return one
    return {**other, **{key: _joined(value, other[key]) if key in other else value for key, value in one.items()}}


def _within(tokens: Tokens, removed: Iterable[Tokens]) -> bool:
    return any(tokens[: len(each)] == each for each in removed)
