"""Operators' files read strictly: whatever is wrong is told at once, with its path, its line and a hint."""

import tomllib
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from garrison.config.explain import complaints
from garrison.config.load import Origin
from garrison.config.source import read_source
from garrison.core.errors import Problem, cause_of

T = TypeVar("T")


class Read(msgspec.Struct, frozen=True):
    """A file's data, as far as it could be read."""

    data: Any
    origin: Origin
    problems: tuple[Problem, ...] = ()


def read_file(file: str, read: Callable[[str], bytes]) -> Read:
    """The plain data of a file in YAML or JSON, or in TOML where its name says so."""
    try:
        text = read(file)
    except OSError as error:
        return _broken(file, f"cannot be read: {cause_of(error)}")
    if file.endswith(".toml"):
        try:
            return Read(tomllib.loads(text.decode()), Origin(file))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            return _broken(file, f"is not valid TOML: {error}")
    source = read_source(text, file)
    return Read(source.data, Origin(file, source.lines), source.problems)


def converted(read: Read, kind: type[T]) -> tuple[T | None, tuple[Problem, ...]]:
    """The data as a value of `kind`, or everything that is wrong with it."""
    if read.problems:
        return None, read.problems
    found = tuple(read.origin.problem(each) for each in complaints(msgspec.json.schema(kind), read.data))
    if found:
        return None, found
    try:
        return msgspec.convert(read.data, kind), ()
    except msgspec.ValidationError as error:  # what a schema cannot say
        message, _, path = str(error).partition(" - at ")
        return None, (Problem(read.origin.file, path.strip("`") or "$", message[:1].lower() + message[1:]),)


def _broken(file: str, message: str) -> Read:
    return Read({}, Origin(file), (Problem(file, "$", message),))
