"""Parsing: bytes of a description into a tree of dict, list, str, int, float, bool and None.

JSON (RFC 8259) by msgspec, YAML by `yaml_tree`.
"""

import re
from collections.abc import Collection
from typing import Any

import msgspec
import yaml

from garrison.contract.place import Problems, Token, Tokens
from garrison.contract.yaml_tree import LOADER, MAX_DEPTH, parse_yaml, unusable
from garrison.core.errors import DescriptionError

MAX_BYTES = 256 * 1024 * 1024
"""Largest file: the largest public descriptions have 80 MB."""

_HALF_ESCAPE = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")

MAX_LINE_BYTES = 4 * 1024 * 1024
"""Largest file in which lines are looked for: about a second."""


def parse(data: bytes, file: str, problems: Problems) -> Any:
    """The tree in `data`, JSON or YAML.

    Duplicate keys are noted among the problems (the last one counts, as in JSON).
    Raises DescriptionError where `data` is neither, or exceeds a bound of this module.
    """
    if len(data) > MAX_BYTES:
        raise unusable(file, f"the file is larger than {MAX_BYTES} bytes")
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        try:
            return _bounded(msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf")), file)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return _yaml_in_braces(data, file, problems, error)
    return parse_yaml(_text(data, file), file, problems)


def _yaml_in_braces(data: bytes, file: str, problems: Problems, error: Exception) -> Any:
    """YAML may start with a brace too; what is neither is reported as the JSON it was meant to be."""
    try:
        return parse_yaml(_text(data, file), file, problems)
    except DescriptionError as failed:
        if isinstance(error, RecursionError) or "levels" in failed.problems[0].message:
            raise
        raise unusable(file, f"not valid JSON: {str(error)[:1].lower()}{str(error)[1:]}") from error


def _text(data: bytes, file: str) -> str:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise unusable(file, f"not valid {encoding.removesuffix('-sig').upper()}: {error.reason}") from error


def _bounded(tree: Any, file: str) -> Any:
    level = [tree]
    for _ in range(MAX_DEPTH):
        deeper: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                deeper.extend(value for value in item.values() if isinstance(value, (dict, list)))
            elif isinstance(item, list):
                deeper.extend(value for value in item if isinstance(value, (dict, list)))
        if not deeper:
            return tree
        level = deeper
    raise unusable(file, f"the document nests deeper than {MAX_DEPTH} levels")


def lines_of(data: bytes, ways: Collection[Tokens], *, most: int = MAX_LINE_BYTES) -> dict[Tokens, int]:
    """Line (from 1) of the value at each of `ways` in `data`, or of its nearest ancestor there.

    Empty where `data` has more than `most` bytes, or cannot be read.
    """
    if len(data) > most:
        return {}
    if b"\n" not in data:
        return dict.fromkeys(ways, 1)  # generated, and large more often than not
    finder = _LineFinder(ways)
    try:
        # escapes of half a character each (JSON writes emoji so) are no YAML; here it only matters where lines end
        return finder.find(_HALF_ESCAPE.sub("\\\\u003f", data.decode("utf-8-sig")))
    except (UnicodeDecodeError, yaml.YAMLError):
        return {}


class _LineFinder:
    """Walks the events of a document once (JSON is YAML enough for this) and notes lines on the way."""

    def __init__(self, ways: Collection[Tokens]) -> None:
        self._ways = ways
        self._sought: set[tuple[Token | None, ...]] = {way[:length] for way in ways for length in range(len(way) + 1)}
        self._lines: dict[tuple[Token | None, ...], int] = {}
        self._way: list[Token | None] = []
        """The key or index of the current value in each open collection; None where a key comes next."""

    def find(self, text: str) -> dict[Tokens, int]:
        for event in yaml.parse(text, Loader=LOADER):
            if isinstance(event, yaml.CollectionEndEvent):
                self._way.pop()
                self._step()
            elif isinstance(event, (yaml.ScalarEvent, yaml.AliasEvent, yaml.CollectionStartEvent)):
                self._take(event)
        return {way: self._nearest(way) for way in self._ways}

    def _nearest(self, way: Tokens) -> int:
        prefixes = (way[:length] for length in range(len(way), -1, -1))
        return next((self._lines[prefix] for prefix in prefixes if prefix in self._lines), 0)

    def _take(self, event: Any) -> None:
        if self._way and self._way[-1] is None:
            self._way[-1] = str(getattr(event, "value", ""))
            self._note(event)
            return
        self._note(event)
        if isinstance(event, yaml.CollectionStartEvent):
            self._way.append(None if isinstance(event, yaml.MappingStartEvent) else 0)
        else:
            self._step()

    def _note(self, event: Any) -> None:
        way = tuple(self._way)
        if way in self._sought:
            self._lines.setdefault(way, event.start_mark.line + 1)

    def _step(self) -> None:
        if self._way:
            last = self._way[-1]
            self._way[-1] = last + 1 if isinstance(last, int) else None
