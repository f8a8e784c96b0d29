"""The form of a value: which of some fifty classes a text is of that a contract leaves open. A class tells nothing of
whom the text is about, and a rule can tell from it what never stood there before: an email address where ids stand, an
id that is all zeros, a piece of a program.

Which parameters and properties are looked at is compiled for each operation; what a form costs is one expression.
"""

import re
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from garrison.contract.body import BodySchema
from garrison.contract.catalogue import CompiledOperation
from garrison.core.canonical import label
from garrison.core.document import JsonDocument
from garrison.engine.facts import Facts

MOST: Final = 8
"""Forms noted of one request."""
LONGEST: Final = 256
"""Characters of a text whose form is told; of longer ones only whether they hold what a program would read."""
LONGEST_SEARCHED: Final = 4096
"""Characters in which that is looked for."""
DIGITS: Final = 16
"""Digits up to which their number is told."""

_DIGIT_FORMS: Final = ("", *[f"digits{number}" for number in range(1, DIGITS + 1)])
_SOLID: Final = re.compile(
    r"""
      (?P<hex24> [0-9a-f]{24} )
    | (?P<hex32> [0-9a-f]{32} )
    | (?P<word> [^\W\d_]+ )
    | (?P<email> [^\s@<>"'();]+ @ [^\s@<>"'();.]+ (?:\.[^\s@<>"'();.]+)+ )
    | (?P<zeros> [-.:/_]* 0 [-.:/_0]* )
    | (?P<uuid> [0-9a-f]{8} - (?:[0-9a-f]{4}-){3} [0-9a-f]{12} )
    | (?P<hex> [0-9a-f]{16,128} )
    | (?P<code> [^\W_]{1,64} )
    | (?P<number> [-+]? [0-9]+ (?:[.,][0-9]+)? )
    | (?P<date> [0-9]{4} - [0-9]{2} - [0-9]{2} )
    | (?P<time> (?:[0-9]{4}-[0-9]{2}-[0-9]{2}t)? [0-9]{2}:[0-9]{2} (?::[0-9]{2}(?:\.[0-9]+)?)? (?:z|[-+][0-9:]{4,5})? )
    | (?P<address> [0-9]{1,3} (?:\.[0-9]{1,3}){3} (?:/[0-9]{1,2})? | (?=[^:]*:[^:]*:) [0-9a-f:.]{2,45} )
    | (?P<phone> \+? [0-9(] [0-9().-]{6,20} )
    | (?P<jwt> ey[0-9a-z_-]{8,} \. [0-9a-z_-]+ \. [0-9a-z_-]* )
    | (?P<slug> [0-9a-z]+ (?:[-_.][0-9a-z]+)+ )
    | (?P<base64> (?=.{24}) [0-9a-z+/_-]+ ={0,2} )
    | (?P<url> (?:https?|ftp|wss?) :// [^\s<>"'`{}|\\^]+ )
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""What texts without a space usually are, by the whole text; the first that agrees."""
_SPACED: Final = re.compile(
    r"""
      (?P<words> [^\W\d_]+ (?: [\s.'\u2019-]+ [^\W\d_]+ )+ \.? )
    | (?P<phone> (?=(?:[^0-9]*[0-9]){6}) \+? [0-9(] [0-9\s().-]{6,24} )
    | (?P<time> [0-9]{4}-[0-9]{2}-[0-9]{2} \s [0-9]{2}:[0-9]{2} (?::[0-9]{2}(?:\.[0-9]+)?)? )
    | (?P<zeros> [-\s.:/_]* 0 [-\s.:/_0]* )
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""What texts with spaces are."""
_SUSPECT: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f<{}\[\]$&|`'\"\\;]|\.\.[/\\]|--|/\*|[a-zA-Z]://")
"""One of these is in whatever `_CODE` finds: to look for them alone takes a tenth of the time."""
_CODE: Final = re.compile(
    r"""
      (?P<control> [\x00-\x08\x0b\x0c\x0e-\x1f\x7f] )
    | (?P<markup> <\s*[a-z!?/] | &\#?[a-z0-9]+; )
    | (?P<template> [$\#]\{ | \{\{ | <% | \{% )
    | (?P<traversal> \.\.[/\\] | (?:file|php|gopher|jar|dict|ldap):// )
    | (?P<command> \$\( | [|&`] | ;\s*[a-z]+ )
    | (?P<quoted> ['"] | -- | /\* | ;\s*$ | \\ )
    | (?P<object> [{}\[\]] | \$[a-z]+ )
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""What a program behind the API might read in a text, anywhere in it."""


def form_of(value: Any) -> str:
    """The class of a value, of those in `CLASSES`."""
    kind = type(value)
    if kind is str:
        return _form_of_text(value)
    if kind is int:
        return _form_of_text(str(value)) if -(10**DIGITS) < value < 10**DIGITS else "number"
    return _OTHERS.get(kind, "other")


def _form_of_text(text: str) -> str:
    if text.isdigit() and text.isascii() and text.strip("0"):
        length = len(text)
        return _DIGIT_FORMS[length] if length <= DIGITS else "digits"
    if not text:
        return "empty"
    if len(text) <= LONGEST and (found := (_SPACED if " " in text else _SOLID).fullmatch(text)) is not None:
        return found.lastgroup or "text"
    if _SUSPECT.search(text, 0, LONGEST_SEARCHED) is not None:
        found = _CODE.search(text, 0, LONGEST_SEARCHED)
        if found is not None:
            return found.lastgroup or "text"
    return "text" if len(text) <= LONGEST else "long"


_OTHERS: Final[Mapping[type, str]] = {
    bool: "boolean",
    float: "number",
    type(None): "null",
    list: "list",
    dict: "object",
}
CLASSES: Final = frozenset({
    *_DIGIT_FORMS[1:], "digits", "empty", "text", "long", "other", *_OTHERS.values(), *_SOLID.groupindex,
    *_SPACED.groupindex, *_CODE.groupindex,
})  # fmt: skip
"""Every class that there is."""

_Places: TypeAlias = tuple[tuple[str, str], ...]
"""Names, and what stands for each in an event: `body.name`."""


class Forms:
    """The places of one operation whose forms are told."""

    __slots__ = ("_bodies", "_parameters")

    def __init__(self, operation: CompiledOperation) -> None:
        reader = operation.parameters
        places = reader.open if reader is not None else ()
        self._parameters = tuple([(place, name, f"{place}.{label(name)}=") for place, name in places])
        found = {id(each): _open(each) for each in operation.request_schemas if each.kind == "json"}
        self._bodies: Mapping[int, _Places] = {key: names for key, names in found.items() if names}

    def __bool__(self) -> bool:
        return bool(self._parameters or self._bodies)

    def of(self, facts: Facts) -> tuple[str, ...]:
        """The forms of what one request brings, each with its place, at most `MOST`."""
        found: tuple[str, ...] = ()
        values = facts.values
        if values:
            for place, name, shown in self._parameters:
                value = values[place].get(name)
                if value is not None:
                    found += (shown + form_of(value),)
        if self._bodies and type(facts.document) is JsonDocument:
            found += self._in_body(facts.document.value, self._bodies.get(id(facts.body_schema), ()))
        return found[:MOST] if len(found) > MOST else found

    @staticmethod
    def _in_body(value: Any, places: _Places) -> tuple[str, ...]:
        if type(value) is not dict:
            return ()
        present = [(shown, value[name]) for name, shown in places if name in value]
        return tuple([shown + form_of(each) for shown, each in present[:MOST]])


def _open(schema: BodySchema) -> _Places:
    return tuple([(name, f"body.{label(name)}=") for name in schema.open()])
