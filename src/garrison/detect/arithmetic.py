"""The plain part of CEL as a function: numbers, names, arithmetic, comparisons, `&&`, `||`, `!` and parentheses.

`garrison.having` is asked of every event of a busy group, where CEL's own machine would take ten times as long. What is
not plain is left to it.
"""

import operator
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

Values: TypeAlias = Mapping[str, float]
Asked: TypeAlias = Callable[[Values], Any]

_WORDS: Final = re.compile(r"\s*(?:([0-9]+(?:\.[0-9]+)?)|([a-z_]+)|(&&|\|\||[<>=!]=|[-+*/()<>!]))")
_LEVELS: Final[tuple[Mapping[str, Callable[[Any, Any], Any]], ...]] = (
    {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne},
    {"+": operator.add, "-": operator.sub},
    {"*": operator.mul, "/": operator.truediv},
)


class NotPlainError(Exception):
    """The expression has more than this knows."""


def plain(source: str) -> Asked:
    """`source` as a function of its names' values, all of them floats; raises NotPlainError. An expression that divides
    by nought raises ZeroDivisionError when it is asked."""
    parser = _Parser(_tokens(source))
    asked = parser.either()
    if parser.tokens:
        raise NotPlainError
    return asked


def _tokens(source: str) -> list[str]:
    found: list[str] = []
    at, source = 0, source.rstrip()
    while at < len(source):
        word = _WORDS.match(source, at)
        if word is None:
            raise NotPlainError
        found.append(word[0].strip())
        at = word.end()
    return found[::-1]


class _Parser:
    """Takes tokens from the end of a list."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens

    def _next(self) -> str:
        return self.tokens[-1] if self.tokens else ""

    def either(self) -> Asked:
        one = self._both()
        while self._next() == "||":
            self.tokens.pop()
            one = _or(one, self._both())
        return one

    def _both(self) -> Asked:
        one = self._level(0)
        while self._next() == "&&":
            self.tokens.pop()
            one = _and(one, self._level(0))
        return one

    def _level(self, level: int) -> Asked:
        if level == len(_LEVELS):
            return self._single()
        one = self._level(level + 1)
        while (sign := self._next()) in _LEVELS[level]:
            self.tokens.pop()
            one = _applied(_LEVELS[level][sign], one, self._level(level + 1))
        return one

    def _single(self) -> Asked:
        if not self.tokens:
            raise NotPlainError
        word = self.tokens.pop()
        if word == "(":
            inner = self.either()
            if not self.tokens or self.tokens.pop() != ")":
                raise NotPlainError
            return inner
        if word == "!":
            inner = self._single()
            return lambda values: not inner(values)
        if word == "-":
            inner = self._single()
            return lambda values: -inner(values)
        if word[0].isdigit():
            number = float(word)
            return lambda _: number
        if word[0].isalpha():
            return operator.itemgetter(word)
        raise NotPlainError


def _applied(operation: Callable[[Any, Any], Any], one: Asked, two: Asked) -> Asked:
    return lambda values: operation(one(values), two(values))


def _or(one: Asked, two: Asked) -> Asked:
    return lambda values: one(values) or two(values)


def _and(one: Asked, two: Asked) -> Asked:
    return lambda values: one(values) and two(values)
