"""Validators: how JSON Schemas are compiled, with which formats and under which bounds."""

import base64
import binascii
from collections.abc import Iterable, Mapping, Set
from typing import Any

import jsonschema_rs

from garrison.contract.place import excerpt

_BACKTRACK_LIMIT = 100_000
"""Steps a pattern with look-around or back-references may take: about a millisecond. Every other pattern
runs in linear time and is not bounded."""


def compile_schema(schema: dict[str, Any], registry: jsonschema_rs.Registry | None) -> jsonschema_rs.Validator:
    """A validator for `schema` (2020-12), whose references are resolved in `registry` and nowhere else.

    Raises jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError or ValueError.
    """
    return jsonschema_rs.Draft202012Validator(
        schema,
        registry=registry,
        validate_formats=True,
        formats={"byte": _is_base64, "base64": _is_base64, "base64url": _is_base64url},
        pattern_options=jsonschema_rs.FancyRegexOptions(backtrack_limit=_BACKTRACK_LIMIT),
        offline=True,
    )


def _is_base64(text: str) -> bool:
    try:
        binascii.a2b_base64(text.encode("ascii"), strict_mode=True)
    except ValueError:
        return False
    return True


def _is_base64url(text: str) -> bool:
    """RFC 4648, section 5; padding may be left out there."""
    if not text.isascii() or "+" in text or "/" in text:
        return False
    try:
        base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return False
    return True


def long_chains(refs: Mapping[str, Set[str]], limit: int) -> list[str]:
    """The names from which a walk along `refs` can go deeper than `limit`, in circles not counted."""
    depth: dict[str, int] = {}
    for start in refs:
        stack = [(start, iter(refs[start]))] if start not in depth else []
        depth.setdefault(start, 0)
        while stack:
            name, rest = stack[-1]
            for ref in rest:
                if ref not in depth:
                    depth[ref] = 0
                    stack.append((ref, iter(refs[ref])))
                    break
                depth[name] = max(depth[name], depth[ref] + 1)
            else:
                stack.pop()
                if stack:
                    above = stack[-1][0]
                    depth[above] = max(depth[above], depth[name] + 1)
    return [name for name, length in depth.items() if length > limit]


def in_circles(refs: Mapping[str, Set[str]]) -> set[str]:
    """The names that refer to themselves, directly or by way of others."""
    return _with_no_end(refs) & _with_no_end(users_of(refs))


def reaching(refs: Mapping[str, Set[str]], names: Iterable[str]) -> frozenset[str]:
    """`names`, and whatever refers to one of them, however far."""
    users = users_of(refs)
    rest, found = list(names), set[str]()
    while rest:
        name = rest.pop()
        if name not in found:
            found.add(name)
            rest += users.get(name, ())
    return frozenset(found)


def users_of(refs: Mapping[str, Set[str]]) -> dict[str, set[str]]:
    """By each name those that refer to it."""
    users: dict[str, set[str]] = {}
    for name, found in refs.items():
        for ref in found:
            users.setdefault(ref, set()).add(name)
    return users


def _with_no_end(refs: Mapping[str, Set[str]]) -> set[str]:
    """The names from which a walk along `refs` can go on for ever."""
    waiting = {name: {ref for ref in found if ref in refs} for name, found in refs.items()}
    users = users_of(waiting)
    ending = [name for name, found in waiting.items() if not found]
    while ending:
        name = ending.pop()
        for user in users.get(name, ()):
            waiting[user].discard(name)
            if not waiting[user]:
                ending.append(user)
    return {name for name, found in waiting.items() if found}


def reason_of(error: jsonschema_rs.ValidationError) -> str:
    """Why the compiler does not take a schema, in one line."""
    keyword = next((step for step in reversed(error.instance_path) if isinstance(step, str)), "")
    value = excerpt(error.instance)
    if keyword == "type":
        return f"{value} is not a type of JSON Schema"
    if keyword == "pattern" or "regex" in error.message:
        return f"{value} is not a regular expression that can be used"
    return f"not a usable schema: {excerpt(error.message, 160).strip('`')}"
