"""What no pattern may have, because a supported interpreter reads it wrongly."""

import importlib
import pkgutil
import re
from collections.abc import Iterable, Iterator
from typing import Any

import garrison

_parser: Any = importlib.import_module("re._parser")  # how `re` reads a pattern
_constants: Any = importlib.import_module("re._constants")

_ONE = frozenset({_constants.ANY, _constants.IN, _constants.LITERAL, _constants.NOT_LITERAL})


def patterns() -> Iterator[tuple[str, "re.Pattern[Any]"]]:
    """All that modules keep, with the module's name."""
    for found in pkgutil.walk_packages(garrison.__path__, "garrison."):
        if found.name.rpartition(".")[2].startswith("_"):
            continue
        module = importlib.import_module(found.name)
        for value in vars(module).values():
            held: Iterable[Any] = (value,)
            if isinstance(value, dict):
                held = [*value, *value.values()]
            elif isinstance(value, (tuple, list, frozenset)):
                held = [item for each in value for item in (each if isinstance(each, tuple) else (each,))]
            for each in held:
                if isinstance(each, re.Pattern):
                    yield found.name, each


def is_misread(parsed: Any) -> bool:
    """Whether it repeats a group possessively, or is atomic: what CPython before 3.11.5 matches where it should not
    (its issue 106052). A single sign or set of signs is repeated as it should be."""
    for op, what in parsed:
        if op is _constants.ATOMIC_GROUP:
            return True
        if op is _constants.POSSESSIVE_REPEAT and not (len(what[2]) == 1 and what[2][0][0] in _ONE):
            return True
        if any(is_misread(each) for each in _parts(what)):
            return True
    return False


def _parts(what: Any) -> Iterator[Any]:
    if isinstance(what, _parser.SubPattern):
        yield what
    elif isinstance(what, (tuple, list)):
        for each in what:
            yield from _parts(each)


def test_it_is_told() -> None:
    assert [is_misread(_parser.parse(each)) for each in (r"(?:ab?)++c", r"x(?:a|(?>b))", r"(?:a*+[b]++)+")] == [
        True, True, False,
    ]  # fmt: skip


def test_no_pattern_repeats_a_group_possessively() -> None:
    found = list(patterns())
    assert len(found) > 300
    assert [(name, each.pattern) for name, each in found if is_misread(_parser.parse(each.pattern, each.flags))] == []
