"""A change to garrison.yaml as data: applied to settings, and written as the YAML that an operator would add."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import msgspec
import yaml

from garrison.config.model import Settings

Patch: TypeAlias = Mapping[str, Any]
"""Keys of garrison.yaml with what they are to say; `operations` are added after those that are there."""


def patched(settings: Settings, patch: Patch) -> Settings:
    """`settings` as they are with `patch` in the file. Raises msgspec.ValidationError for what is no setting."""
    data = msgspec.to_builtins(settings)
    return msgspec.convert(_laid_over(data, patch), Settings)


def merged(patch: Patch, more: Patch) -> Patch:
    """Both changes as one; entries for the same operations become one entry."""
    whole = _laid_over(dict(patch), more)
    entries: dict[str, dict[str, Any]] = {}
    for entry in whole.get("operations", ()):
        name = entry["match"]
        entries[name] = _laid_over(entries[name], entry) if name in entries else dict(entry)
    return {**whole, "operations": list(entries.values())} if entries else whole


def as_yaml(patch: Patch) -> str:
    """The change as it would stand in garrison.yaml."""
    text: str = yaml.safe_dump(dict(patch), sort_keys=False, allow_unicode=True, width=110)
    return text


def _laid_over(data: Mapping[str, Any], patch: Patch) -> dict[str, Any]:
    result = dict(data)
    for key, value in patch.items():
        before = result.get(key)
        if isinstance(value, Mapping) and isinstance(before, Mapping):
            result[key] = _laid_over(before, value)
        elif isinstance(value, list | tuple) and isinstance(before, list | tuple):
            result[key] = [*before, *value]
        else:
            result[key] = value
    return result
