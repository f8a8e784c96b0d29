"""The text of garrison.yaml becomes plain data, with the line of every value.

Scalars are resolved by the core schema of YAML 1.2 (section 10.3): `off`, `yes` and `12:30` are text.
A key given twice, a tag or an anchor that contains itself is a problem, never silently mended.
"""

import re
from collections.abc import Mapping
from typing import Any, TypeAlias

import msgspec
import yaml

from garrison.core.errors import Problem

Path: TypeAlias = tuple[str | int, ...]
"""Where a value stands: keys and list positions from the top."""

MAX_BYTES = 1 << 20
"""Larger files are no settings: policies of a thousand operations take about 200 KiB."""
MAX_VALUES = 100_000
"""Aliases can multiply; this many values no garrison.yaml needs."""

_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*\Z")


class Source(msgspec.Struct, frozen=True):
    """One file's data, or as much of it as could be read."""

    data: Any
    lines: Mapping[Path, int]
    """Line of each value, counted from 1; of a mapping's entry, the line of its key."""
    problems: tuple[Problem, ...] = ()


def json_path(path: Path) -> str:
    """`path` as operators read it: `$.operations[3].match`."""
    parts = ["$"]
    for step in path:
        if isinstance(step, int):
            parts.append(f"[{step}]")
        elif _PLAIN_KEY.match(step):
            parts.append(f".{step}")
        else:
            parts.append(f"['{step}']")
    return "".join(parts)


def read_source(text: bytes, file: str) -> Source:
    """Parse `text`; what is wrong with it is among the source's `problems`, nothing is raised."""
    if len(text) > MAX_BYTES:
        return _unreadable(file, f"is larger than {MAX_BYTES} bytes")
    try:
        node = yaml.compose(text.decode("utf-8-sig"), Loader=_Loader)
    except UnicodeDecodeError as error:
        return _unreadable(file, f"is not UTF-8 text (byte {error.start})")
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        return _unreadable(file, f"is not valid YAML: {error.problem or error.context}", line)
    except yaml.YAMLError as error:
        return _unreadable(file, f"is not valid YAML: {str(error).splitlines()[0]}")
    except RecursionError:
        return _unreadable(file, "is nested too deeply")
    if node is None:
        return Source(None, {})
    reading = _Reading(file)
    data = reading.value(node, ())
    return Source(data, reading.lines, tuple(reading.problems))


def _unreadable(file: str, message: str, line: int = 0) -> Source:
    return Source({}, {}, (Problem(file, "$", message, line=line),))


class _Loader(yaml.SafeLoader):
    """PyYAML's parser with YAML 1.2's core schema instead of YAML 1.1's."""

    yaml_implicit_resolvers = {}  # noqa: RUF012  # PyYAML's own way: a class attribute it never changes


_DIGITS = list("-+0123456789")
for _tag, _pattern, _first in (
    ("null", r"(?:~|null|Null|NULL|)\Z", ["~", "n", "N", ""]),
    ("bool", r"(?:true|True|TRUE|false|False|FALSE)\Z", list("tTfF")),
    ("int", r"(?:[-+]?[0-9]{1,40}|0o[0-7]{1,40}|0x[0-9a-fA-F]{1,40})\Z", _DIGITS),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,3})?\Z", [*_DIGITS, "."]),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), _first)


class _Reading:
    """One walk over the nodes of a file: collects lines and problems on the way."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[Path, int] = {}
        self.problems: list[Problem] = []
        self._open: set[int] = set()
        self._count = 0

    def value(self, node: yaml.Node, path: Path) -> Any:
        """The plain value of `node`; None where there is a problem."""
        self._count += 1
        self.lines.setdefault(path, node.start_mark.line + 1)
        if self._count > MAX_VALUES:
            if self._count == MAX_VALUES + 1:
                self._problem(path, node, f"has more than {MAX_VALUES} values")
            return None
        if id(node) in self._open:
            self._problem(path, node, "an alias contains itself")
            return None
        self._open.add(id(node))
        try:
            return self._content(node, path)
        finally:
            self._open.discard(id(node))

    def _content(self, node: yaml.Node, path: Path) -> Any:
        tag = node.tag.removeprefix("tag:yaml.org,2002:")
        if tag not in _TAGS[type(node)]:
            self._problem(path, node, f"tag `{node.tag}` is not supported")
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        try:
            return _scalar(node.value, tag)
        except ValueError:
            self._problem(path, node, f"`{node.value}` does not fit its tag")
            return None

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._problem(path, key_node, "a key must be text")
                continue
            key = key_node.value
            inner = (*path, key)
            if key in data:
                self._problem(inner, key_node, f"key `{key}` is given twice")
                continue
            self.lines[inner] = key_node.start_mark.line + 1
            data[key] = self.value(value_node, inner)
        return data

    def _problem(self, path: Path, node: yaml.Node, message: str) -> None:
        self.problems.append(Problem(self.file, json_path(path), message, line=node.start_mark.line + 1))


_TAGS: Mapping[type[yaml.Node], frozenset[str]] = {
    yaml.MappingNode: frozenset({"map"}),
    yaml.SequenceNode: frozenset({"seq"}),
    yaml.ScalarNode: frozenset({"str", "null", "bool", "int", "float"}),
}


def _scalar(text: str, tag: str) -> str | bool | int | float | None:
    match tag:
        case "null":
            return None
        case "bool":
            return text.lower() == "true"
        case "int":
            return int(text, 0) if text[:2] in {"0o", "0x"} else int(text)
        case "float":
            return float(text)
        case _:
            return text
