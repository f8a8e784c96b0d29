"""Which policy holds for which operation: the `operations` entries of garrison.yaml laid over its `controls`."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import msgspec

from garrison.config.controls import ControlsSettings
from garrison.config.model import OperationSettings, Settings
from garrison.core.operation import Operation


def matches(pattern: str, operation: Operation) -> bool:
    """Whether `pattern` (`OperationSettings.match`) names `operation`."""
    if pattern == operation.id:
        return True
    if pattern.startswith("tag:"):
        return pattern.removeprefix("tag:") in operation.tags
    method, space, template = pattern.partition(" ")
    if not space:
        return False
    if method not in {"*", operation.method}:
        return False
    fits = _fits(template)
    return fits(operation.template) is not None or fits(operation.path) is not None


@cache  # each pattern is held against every operation, and there may be thousands of both
def _fits(template: str) -> Callable[[str], re.Match[str] | None]:
    return re.compile(".*".join(re.escape(text) for text in template.strip().split("*"))).fullmatch


def unmatched(settings: Settings, operations: Sequence[Operation]) -> tuple[int, ...]:
    """Indexes of `operations` entries that name no operation: most likely a spelling mistake."""
    return tuple(
        index
        for index, entry in enumerate(settings.operations)
        if not any(matches(entry.match, operation) for operation in operations)
    )


def controls_for(settings: Settings) -> Callable[[Operation | None], ControlsSettings]:
    """A function that gives the controls' settings in force for an operation, or for undescribed requests (None)."""

    @cache  # operations share few combinations of entries; a policy is built once for each load
    def merged(indexes: tuple[int, ...]) -> ControlsSettings:
        data = msgspec.to_builtins(settings.controls)
        for index in indexes:
            _lay_over(data, settings.operations[index])
        return msgspec.convert(data, ControlsSettings)

    def find(operation: Operation | None) -> ControlsSettings:
        if operation is None or not settings.operations:
            return settings.controls
        entries = enumerate(settings.operations)
        return merged(tuple(index for index, entry in entries if matches(entry.match, operation)))

    return find


def _lay_over(data: dict[str, Any], entry: OperationSettings) -> None:
    own: Mapping[str, Mapping[str, Any]] = entry.controls
    for control, settings in own.items():
        data[control] = {**data[control], **settings}
