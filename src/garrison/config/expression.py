"""Expressions in policy: CEL (https://cel.dev), checked at load as far as that can be.

An expression is bounded in what it may cost: it may go through a list, but not through a list for each item of a list.
"""

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import cel

MAX_LENGTH: Final = 4096
"""Characters of one expression."""

_FUNCTIONS = frozenset({
    "size", "contains", "startsWith", "endsWith", "matches", "int", "uint", "double", "string", "bytes", "duration",
    "timestamp", "type", "dyn", "getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear",
    "getHours", "getMinutes", "getSeconds", "getMilliseconds",
})  # fmt: skip
"""What the library has of the language's standard functions; a name that it lacks would fail with every request."""
_TEXT = re.compile(r"""r?(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")""")
_LOOP = re.compile(r"\.\s*(?:all|exists|exists_one|map|filter)\s*\(\s*([A-Za-z_]\w*)\s*,")


@lru_cache(maxsize=1024)
def compiled(source: str) -> "cel.Program":
    """The program of an expression; operations share most of theirs. Raises ValueError where it is none."""
    import cel  # brings a command line of its own along, a third of what starting the gateway would take

    return cel.compile(source)


def expression_fault(source: str, variables: Collection[str]) -> tuple[str, str] | None:
    """What is wrong with `source`, which may name `variables`, and how to mend it; None where nothing is."""
    if len(source) > MAX_LENGTH:
        return f"is longer than {MAX_LENGTH} characters", "split it into several demands"
    try:
        program = compiled(source)
    except ValueError as error:
        return f"is no CEL expression: {_where(str(error))}", "example: `'admin' in principal.roles`"
    bare = _TEXT.sub("''", source)
    unknown = sorted(set(program.variables()) - set(variables) - {found[1] for found in _LOOP.finditer(bare)})
    if unknown:
        known = ", ".join(f"`{name}`" for name in sorted(variables))
        return f"`{unknown[0]}` is not known", f"there are {known}"
    strange = sorted(name for name in program.functions() if name[0].isalpha() and name not in _FUNCTIONS)
    if strange:
        return f"`{strange[0]}` is no function", "there are " + ", ".join(f"`{name}`" for name in sorted(_FUNCTIONS))
    if max(_depths(bare), default=0) > 1:
        return "goes through a list inside of another: that may take any time", "split it into several demands"
    return None


def _where(message: str) -> str:
    """The parser's own words, in one line and without its list of everything that might have stood there."""
    first = message.partition("ERROR: ")[2] or message
    place, _, said = first.partition("\n")[0].partition(": ")
    line, column = [*place.split(":"), "", ""][1:3]
    said = said.removeprefix("Syntax error: ").partition(" expecting ")[0]
    return f"line {line}, column {column}: {said}" if line and column and said else said or "it cannot be parsed"


def _depths(source: str) -> Iterator[int]:
    """How many loops each loop of `source` stands in, itself included."""
    opening = {found.start() + found[0].index("(") for found in _LOOP.finditer(source)}
    stack: list[bool] = []
    for at, sign in enumerate(source):
        if sign == "(":
            stack.append(at in opening)
            if at in opening:
                yield sum(stack)
        elif sign == ")" and stack:
            stack.pop()
