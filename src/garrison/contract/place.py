"""Places: where in which file something is written, and the collection of everything that is wrong there."""

import re
from collections.abc import Iterable
from typing import TypeAlias

import msgspec

from garrison.core.errors import Problem

Token: TypeAlias = str | int
Tokens: TypeAlias = tuple[Token, ...]
"""The keys and indexes that lead from a document's root to a value."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*", re.ASCII)

MAX_PROBLEMS = 1000
"""Problems that are kept: nobody reads more, and a hostile description must not fill the memory with them."""


class Place(msgspec.Struct, frozen=True):
    """A value's position: the document it stands in and the way to it from the document's root."""

    file: str
    """Path or URL of the document."""
    tokens: Tokens = ()

    def child(self, *tokens: Token) -> "Place":
        """The place of a value inside this one."""
        return Place(self.file, self.tokens + tokens)

    @property
    def path(self) -> str:
        """JSON path (RFC 9535): `$.paths['/pets'].get.parameters[0]`."""
        return json_path(self.tokens)


def json_path(tokens: Iterable[Token], plain: re.Pattern[str] = _NAME) -> str:
    """The JSON path (RFC 9535) of `tokens`; a name that is `plain` follows a dot, any other stands in brackets."""
    steps = []
    for token in tokens:
        if isinstance(token, int):
            steps.append(f"[{token}]")
        elif plain.fullmatch(token):
            steps.append(f".{token}")
        else:
            escaped = token.replace("\\", "\\\\").replace("'", "\\'")
            steps.append(f"['{escaped}']")
    return "$" + "".join(steps)


class Problems:
    """Everything that is wrong, in the order found, each thing once."""

    __slots__ = ("_found",)

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, str], Problem] = {}

    def add(self, place: Place, message: str, hint: str = "", *, line: int = 0) -> Problem:
        """Note a problem at `place` and return it."""
        problem = Problem(file=place.file, path=place.path, message=message, hint=hint, line=line)
        if len(self._found) < MAX_PROBLEMS:
            problem = self._found.setdefault((problem.file, problem.path, message), problem)
        return problem

    def all(self) -> tuple[Problem, ...]:
        """The problems so far."""
        return tuple(self._found.values())


def excerpt(value: object, limit: int = 60) -> str:
    """`value` as it is shown in a message: on one line, in backticks, at most `limit` characters of it."""
    text = " ".join(str(value).split())
    text = text if len(text) <= limit else text[: limit - 3] + "..."
    return "`" + text.replace("`", "'") + "`"
