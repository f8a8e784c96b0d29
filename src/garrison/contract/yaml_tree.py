"""YAML 1.2 with its core schema (section 10.3.2), built from the parser's events.

`no` and `2024-01-01` are strings, and so is every key (`200:` is `"200"`), which OpenAPI demands. The tree is
built in a loop, so that depth, aliases and size are bounded before anything is built.
"""

import re
from typing import Any

import msgspec
import yaml

from garrison.contract.place import Place, Problems, Token, excerpt
from garrison.core.errors import DescriptionError, Problem

MAX_DEPTH = 400
"""Deepest nesting of a document. Real ones stay under 60; the walks over the tree recurse."""

MAX_ALIASED_NODES = 2_000_000
"""Values that aliases may stand for all together, counted as if written out (the billion laughs)."""

_INT = re.compile(r"[-+]?[0-9]{1,400}|0o[0-7]{1,400}|0x[0-9a-fA-F]{1,400}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,6})?")
_SPECIAL: dict[str, Any] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
    ".inf": float("inf"), ".Inf": float("inf"), ".INF": float("inf"),
    "+.inf": float("inf"), "+.Inf": float("inf"), "+.INF": float("inf"),
    "-.inf": float("-inf"), "-.Inf": float("-inf"), "-.INF": float("-inf"),
    ".nan": float("nan"), ".NaN": float("nan"), ".NAN": float("nan"),
}  # fmt: skip
_STRING_TAG = "tag:yaml.org,2002:str"
_CORE_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("int", "float", "bool", "null"))

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The parser in C where PyYAML was built with it: twenty times as fast."""


def parse_yaml(text: str, file: str, problems: Problems) -> Any:
    """The tree of the one YAML document in `text`.

    Duplicate keys are noted among the problems; the last one counts. Raises DescriptionError where `text` is
    not YAML or exceeds a bound of this module.
    """
    return _Builder(file, problems).build(text)


def _scalar(text: str) -> Any:
    """A plain scalar's value by the core schema."""
    if text in _SPECIAL:
        return _SPECIAL[text]
    if text[0] in "0123456789+-.":
        if _INT.fullmatch(text):
            return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
        if _FLOAT.fullmatch(text):
            return float(text)
    return text


class _Frame:
    """A collection that is still open."""

    __slots__ = ("anchor", "height", "key", "line", "merges", "size", "value")

    def __init__(self, value: dict[str, Any] | list[Any], anchor: str | None) -> None:
        self.value = value
        self.anchor = anchor
        self.key: str | None = None
        """The key whose value comes next; None where a key comes next."""
        self.line = 0
        """Line of that key."""
        self.merges: list[dict[str, Any]] = []
        self.size = 1
        """Values in it, itself included, aliases counted as written out."""
        self.height = 1
        """Levels of nesting, its own included."""


class _Builder:
    """Builds one document's tree from YAML events."""

    def __init__(self, file: str, problems: Problems) -> None:
        self._file = file
        self._problems = problems
        self._anchors: dict[str, tuple[Any, int, int]] = {}
        self._open: list[_Frame] = []
        self._aliased = 0
        self._result: Any = None

    def build(self, text: str) -> Any:
        documents = 0
        try:
            for event in yaml.parse(text, Loader=LOADER):
                if isinstance(event, yaml.DocumentStartEvent):
                    documents += 1
                    if documents > 1:
                        raise self._error(event, "the file holds more than one YAML document")
                self._take(event)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 0
            raise unusable(self._file, f"not valid YAML: {error.problem or error.context}", line=line) from error
        except yaml.YAMLError as error:
            raise unusable(self._file, f"not valid YAML: {str(error).splitlines()[0]}") from error
        return self._result

    def _take(self, event: Any) -> None:
        if isinstance(event, yaml.ScalarEvent):
            value = self._value(event)
            if event.anchor:
                self._anchors[event.anchor] = (value, 1, 0)
            self._put(value, 1, 0, event)
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            if len(self._open) >= MAX_DEPTH:
                raise self._error(event, f"the document nests deeper than {MAX_DEPTH} levels")
            self._open.append(_Frame({} if isinstance(event, yaml.MappingStartEvent) else [], event.anchor))
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            self._close(event)
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)

    def _value(self, event: Any) -> Any:
        if event.tag == _STRING_TAG:
            return event.value
        return _scalar(event.value) if event.implicit[0] or event.tag in _CORE_TAGS else event.value

    def _alias(self, event: Any) -> None:
        if event.anchor not in self._anchors:
            raise self._error(event, f"alias `*{event.anchor}` refers to nothing that is complete before it")
        value, size, height = self._anchors[event.anchor]
        self._aliased += size
        if self._aliased > MAX_ALIASED_NODES:
            raise self._error(event, f"aliases stand for more than {MAX_ALIASED_NODES} values")
        if len(self._open) + height > MAX_DEPTH:
            raise self._error(event, f"the document nests deeper than {MAX_DEPTH} levels")
        self._put(value, size, height, event)

    def _close(self, event: Any) -> None:
        frame = self._open.pop()
        for merged in frame.merges:
            for key, value in merged.items():
                frame.value.setdefault(key, value)  # type: ignore[union-attr]  # only a mapping has merges
        if frame.anchor:
            self._anchors[frame.anchor] = (frame.value, frame.size, frame.height)
        self._put(frame.value, frame.size, frame.height, event)

    def _put(self, value: Any, size: int, height: int, event: Any) -> None:
        """Give `value` to the innermost open collection, as item, key or value of a key."""
        if not self._open:
            self._result = value
            return
        frame = self._open[-1]
        frame.size += size
        frame.height = max(frame.height, height + 1)
        if isinstance(frame.value, list):
            frame.value.append(value)
        elif frame.key is None:
            frame.key = self._key(value, event)
            frame.line = event.start_mark.line + 1
        else:
            self._pair(frame, frame.value, frame.key, value)
            frame.key = None

    def _key(self, value: Any, event: Any) -> str:
        if isinstance(value, (dict, list)):
            raise self._error(event, "a key is a collection; OpenAPI keys are strings")
        # `200:` and `null:` are keys as they are spelled (OpenAPI 3.1, section 4.3).
        return str(event.value) if isinstance(event, yaml.ScalarEvent) else _spelled(value)

    def _pair(self, frame: _Frame, target: dict[str, Any], key: str, value: Any) -> None:
        if key == "<<" and _is_merge(value):
            frame.merges.extend(value if isinstance(value, list) else [value])
            return
        if key in target:
            tokens = tuple(_step(frame) for frame in self._open[:-1])
            place = Place(self._file, (*tokens, key))
            message = f"the key {excerpt(key)} stands here twice; the last one counts"
            self._problems.add(place, message, line=frame.line)
        target[key] = value

    def _error(self, event: Any, message: str) -> DescriptionError:
        return unusable(self._file, message, line=event.start_mark.line + 1)


def _step(frame: _Frame) -> Token:
    return len(frame.value) if isinstance(frame.value, list) else str(frame.key)


def _spelled(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _is_merge(value: Any) -> bool:
    """Whether `<<` merges here (YAML 1.1; not in the core schema, yet common by hand)."""
    return isinstance(value, dict) or (isinstance(value, list) and all(isinstance(item, dict) for item in value))


def unusable(file: str, message: str, *, line: int = 0, hint: str = "") -> DescriptionError:
    """The error that `file` as a whole cannot be used, to raise."""
    return DescriptionError([Problem(file=file, path="$", message=message, line=line, hint=hint)])
