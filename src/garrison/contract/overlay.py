"""Overlays (OpenAPI Overlay 1.0 and 1.1): changes to a description, kept in files of their own."""

import copy
from typing import Any

from garrison.contract.place import Place, Problems, Tokens, excerpt
from garrison.core.errors import DescriptionError, Problem

MAX_TARGETS = 100_000
"""Values that one action may apply to."""


def apply_overlay(root: Any, file: str, overlay: Any, problems: Problems) -> Any:
    """`root` with the actions of `overlay` applied in order; `root` itself is left as it is.

    An action that cannot be applied is a problem and changes nothing; one whose target matches nothing is a
    problem too, since it protects less than its author believes. Raises DescriptionError where `overlay` is
    not an overlay at all.
    """
    version = overlay.get("overlay") if isinstance(overlay, dict) else None
    if not str(version).startswith("1."):
        what = "`overlay` is missing" if version is None else f"version {excerpt(version)} is not supported"
        raise DescriptionError([Problem(file, "$.overlay", f"not an OpenAPI Overlay: {what}")])
    actions = overlay.get("actions")
    if not isinstance(actions, list) or not actions:
        problems.add(Place(file, ("actions",)), "must be a list of at least one action")
        return root
    root = copy.deepcopy(root)
    for index, action in enumerate(actions):
        root = _apply(root, action, Place(file, ("actions", index)), problems)
    return root


def _apply(root: Any, action: Any, place: Place, problems: Problems) -> Any:
    target = action.get("target") if isinstance(action, dict) else None
    if not isinstance(target, str):
        problems.add(place, "an action must have a `target`")
        return root
    found = _find(root, target, place.child("target"), problems)
    if found is None:
        return root
    if not found:
        problems.add(place.child("target"), f"{excerpt(target)} matches nothing")
        return root
    if action.get("remove") is True:
        return _remove(root, found, place, problems)
    if ("update" in action) == ("copy" in action):
        problems.add(place, "an action must have one of `update`, `remove` and `copy`")
    elif "update" in action:
        return _update(root, found, action["update"], place, problems)
    else:
        return _copy(root, found, action["copy"], place, problems)
    return root


def _copy(root: Any, found: list[Tokens], source: Any, place: Place, problems: Problems) -> Any:
    place = place.child("copy")
    origin = _find(root, source, place, problems) if isinstance(source, str) else []
    if origin is None:
        return root
    if len(origin) != 1:
        problems.add(place, "must match exactly one value")
        return root
    return _update(root, found, copy.deepcopy(_at(root, origin[0])), place, problems)


def _find(root: Any, target: str, place: Place, problems: Problems) -> list[Tokens] | None:
    """Where the values are that a JSONPath query (RFC 9535) selects; None, and a problem, if it is none."""
    import jsonpath_rfc9535  # not by the many who have no overlay: it takes longer than all else here

    try:
        nodes = jsonpath_rfc9535.find(target, root)
    except (jsonpath_rfc9535.JSONPathError, RecursionError, ValueError) as error:
        problems.add(place, f"not a JSONPath query: {excerpt(str(error) or type(error).__name__, 120)}")
        return None
    if len(nodes) > MAX_TARGETS:
        problems.add(place, f"matches more than {MAX_TARGETS} values")
        return None
    return list(dict.fromkeys(tuple(node.location) for node in nodes))


def _remove(root: Any, found: list[Tokens], place: Place, problems: Problems) -> Any:
    # From the back, so that the indexes of a list's earlier items stay true.
    for tokens in sorted(found, key=lambda way: [(isinstance(token, str), token) for token in way], reverse=True):
        if not tokens:
            problems.add(place.child("target"), "the whole description cannot be removed")
            continue
        parent = _at(root, tokens[:-1])
        if parent is not None:
            del parent[tokens[-1]]
    return root


def _update(root: Any, found: list[Tokens], update: Any, place: Place, problems: Problems) -> Any:
    for tokens in found:
        value = _at(root, tokens)
        if isinstance(value, dict) and isinstance(update, dict):
            merged = _merge(value, update, place, problems)
        elif isinstance(value, list):
            # Lists are added to (1.0: the update is one item; 1.1: a list's items are added one by one).
            value.extend(copy.deepcopy(update) if isinstance(update, list) else [copy.deepcopy(update)])
            continue
        elif not isinstance(value, (dict, list)) and not isinstance(update, (dict, list)):
            merged = update
        else:
            problems.add(place, "the update and what it applies to are of different kinds")
            continue
        if not tokens:
            root = merged
        else:
            _at(root, tokens[:-1])[tokens[-1]] = merged
    return root


def _merge(value: dict[str, Any], update: dict[str, Any], place: Place, problems: Problems) -> dict[str, Any]:
    """`update` merged into `value`: objects property by property, lists added to, all else replaced."""
    for key, item in update.items():
        known = value.get(key)
        if isinstance(known, dict) and isinstance(item, dict):
            _merge(known, item, place, problems)
        elif isinstance(known, list) and isinstance(item, list):
            known.extend(copy.deepcopy(item))
        elif key in value and isinstance(known, (dict, list)) != isinstance(item, (dict, list)):
            problems.add(place, f"the update and what it applies to are of different kinds at {excerpt(key)}")
        else:
            value[key] = copy.deepcopy(item)
    return value


def _at(root: Any, tokens: Tokens) -> Any:
    """The value at `tokens`; None where an earlier change has taken it away."""
    value = root
    for token in tokens:
        try:
            value = value[token]
        except (KeyError, IndexError, TypeError):
            return None
    return value
