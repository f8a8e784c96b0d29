"""Path templates: `/repos/{owner}/{repo}/compare/{base}...{head}` (OpenAPI 3.2, section 4.8.2)."""

import re
from urllib.parse import unquote

import msgspec

_VARIABLE = re.compile(r"\{([^{}/]+)\}")


class Part(msgspec.Struct, frozen=True):
    """One segment of a template."""

    literals: tuple[str, ...]
    """Literal text before, between and behind the variables: one more than there are variables."""
    variables: tuple[str, ...] = ()

    @property
    def is_literal(self) -> bool:
        """Whether the segment holds no variable."""
        return not self.variables

    @property
    def is_variable(self) -> bool:
        """Whether the segment is a variable and nothing else."""
        return self.literals == ("", "")

    @property
    def order(self) -> tuple[int, tuple[str, ...]]:
        """Sorts segments with literal text: the one with more of it first."""
        return (-sum(map(len, self.literals)), self.literals)

    def match(self, segment: str) -> tuple[str, ...] | None:
        """The values of the variables; None where the segment does not match.

        Each variable takes as little as it can, at least one character: linear time, unlike a regular
        expression on a hostile path.
        """
        first, *middle, last = self.literals
        end = len(segment) - len(last)
        if not segment.startswith(first) or not segment.endswith(last):
            return None
        values = []
        start = len(first)
        for literal in middle:
            found = segment.find(literal, start + 1, end)
            if found < 0:
                return None
            values.append(segment[start:found])
            start = found + len(literal)
        if start >= end:
            return None
        values.append(segment[start:end])
        return tuple(values)


class Template(msgspec.Struct, frozen=True):
    """A path template, segment by segment."""

    text: str
    """As written, percent-encoding included."""
    parts: tuple[Part, ...]

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of its variables in order."""
        return tuple(name for part in self.parts for name in part.variables)


def parse_template(text: str) -> tuple[Template, str]:
    """The template that `text` is, and what is wrong with it (empty where nothing is).

    A template with a fault still says for which requests it was meant, so that those are not taken for
    another operation's.
    """
    fault = ""
    if "?" in text or "#" in text:
        fault = "a path must not hold a query or a fragment"
        text = re.split(r"[?#]", text, maxsplit=1)[0]
    if not text.startswith("/"):
        fault = "a path must begin with a slash"
        text = "/" + text
    parts = tuple(map(_part, text[1:].split("/")))
    if any("{" in literal or "}" in literal for part in parts for literal in part.literals):
        fault = "a brace of a path variable has no partner"
    if any("" in part.literals[1:-1] for part in parts):
        fault = "two path variables stand side by side with nothing between them"
        parts = tuple(_without_gaps(part) for part in parts)
    template = Template(text, parts)
    if len(set(template.variables)) < len(template.variables):
        fault = "a path variable stands there twice"
    return template, fault


def _part(segment: str) -> Part:
    pieces = _VARIABLE.split(segment)
    return Part(tuple(unquote(piece) for piece in pieces[::2]), tuple(pieces[1::2]))


def _without_gaps(part: Part) -> Part:
    """`part` with variables that touch one another taken for one."""
    if part.is_literal:
        return part
    first, *middle, last = part.literals
    kept = [index for index, literal in enumerate(middle) if literal]
    literals = (first, *(middle[index] for index in kept), last)
    return Part(literals, tuple(part.variables[index] for index in (*kept, len(middle))))
