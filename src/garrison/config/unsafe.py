"""Permissive options in force: each is named `unsafe-...`, warned of at start and shown in the plan."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from garrison.config.model import Settings
from garrison.config.schema import field_docs
from garrison.config.source import Path, json_path

_PREFIX = "unsafe-"


def warnings(settings: Settings) -> tuple[str, ...]:
    """One line for each permissive option that is on: where it stands and what it permits."""
    meaning = {field: text for (_, field), text in field_docs().items() if field.startswith(_PREFIX)}
    found = []
    for path in _switched_on(msgspec.to_builtins(settings), ()):
        effect = meaning.get(str(path[-1]), "").partition(".")[0]
        found.append(f"`{json_path(path)}` is on: {effect[:1].lower()}{effect[1:]}")
    return tuple(found)


def _switched_on(value: Any, path: Path) -> Iterator[Path]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if str(key).startswith(_PREFIX) and (inner is True or (isinstance(inner, list | tuple) and inner)):
                yield (*path, key)
            else:
                yield from _switched_on(inner, (*path, key))
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _switched_on(inner, (*path, index))
