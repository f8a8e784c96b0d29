"""The form of a value: which of some fifty classes a text is of that a contract leaves open. A class tells nothing of
whom the text is about, and a rule can tell from it what never stood there before: an email address where ids stand, an
id that is all zeros, a piece of a program.

Which parameters and properties are looked at is compiled for each operation; what a form costs is one expression.
"""

import re
from collections.abc import Callable, Mapping
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
_SOLID: Final = r"""
      (?P<hex24> [0-9a-fA-F]{24} )
    | (?P<hex32> [0-9a-fA-F]{32} )
    | (?P<word> [^\W\d_]+ )
    | (?P<email> [^\s@<>"'();]++ @ [^\s@<>"'();.]++ (?:\.[^\s@<>"'();.]++)+ )
    | (?P<zeros> [-.:/_]* 0 [-.:/_0]* )
    | (?P<uuid> [0-9a-fA-F]{8} - (?:[0-9a-fA-F]{4}-){3} [0-9a-fA-F]{12} )
    | (?P<hex> [0-9a-fA-F]{16,128} )
    | (?P<code> [^\W_]{1,64} )
    | (?P<number> [-+]? [0-9]+ (?:[.,][0-9]+)? )
    | (?P<date> [0-9]{4} - [0-9]{2} - [0-9]{2} )
    | (?P<time>
        (?:[0-9]{4}-[0-9]{2}-[0-9]{2}[tT])? [0-9]{2}:[0-9]{2} (?::[0-9]{2}(?:\.[0-9]+)?)? (?:[zZ]|[-+][0-9:]{4,5})? )
    | (?P<address>
        [0-9]{1,3} (?:\.[0-9]{1,3}){3} (?:/[0-9]{1,2})? | (?=[^:]*+:[^:]*+:) [0-9a-fA-F:.]{2,45} )
    | (?P<phone> \+? [0-9(] [0-9().-]{6,20} )
    | (?P<jwt> [eE][yY][0-9a-zA-Z_-]{8,} \. [0-9a-zA-Z_-]+ \. [0-9a-zA-Z_-]* )
    | (?P<slug> [0-9a-zA-Z]++ (?:[-_.][0-9a-zA-Z]++)+ )
    | (?P<base64> (?=.{24}) [0-9a-zA-Z+/_-]++ ={0,2} )
    | (?P<url> (?i:https?|ftp|wss?) :// [^\s<>"'`{}|\\^]+ )
    """
"""What texts without a space usually are, by the whole text; the first that agrees."""
_SPACED: Final = r"""
      (?P<words> [^\W\d_]++ (?: [\s.'\u2019-]++ [^\W\d_]++ )+ \.? )
    | (?= [-+(0-9\s.:/_] ) (?:  # what follows begins with no letter, which is told at once
        (?P<phone> (?=[+0-9(]) (?=(?:[^0-9]*+[0-9]){6}) \+? [0-9(] [0-9\s().-]{6,24} )
      | (?P<time> [0-9]{4}-[0-9]{2}-[0-9]{2} \s [0-9]{2}:[0-9]{2} (?::[0-9]{2}(?:\.[0-9]+)?)? )
      | (?P<zeros> [-\s.:/_]* 0 [-\s.:/_0]* )
    )
    """
"""What texts with spaces are."""
# All letters of ASCII are one set of bits; others have to be looked up in Unicode's tables, at ten times the cost.
_IN_ASCII: Final = (("[^\\W\\d_]", "[a-zA-Z]"), ("[^\\W_]", "[0-9a-zA-Z]"))
_HARMLESS: Final = r"""
    | (?P<text> [\t\n\r !\#%()*+,.0-9:=>?@A-Z^_a-z~]++ )
    """
"""Without any character that `_SUSPECT` looks for, but dots and colons, which say nothing alone: it need not look."""
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


def _compiled(forms: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """For any text, and for those in ASCII, of which it says the same."""
    plain = forms = forms + _HARMLESS
    for letters, in_ascii in _IN_ASCII:
        plain = plain.replace(letters, in_ascii)
    return re.compile(forms, re.VERBOSE), re.compile(plain, re.VERBOSE)


_FORMS: Final = _compiled(_SOLID), _compiled(_SPACED)


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
    if len(text) <= LONGEST:
        found = _FORMS[" " in text][text.isascii()].fullmatch(text)
        return (found.lastgroup or "text") if found is not None else _program_in(text) or "text"
    return _program_in(text[:LONGEST_SEARCHED]) or "long"


def _program_in(text: str) -> str | None:
    """The class of what a program would read in a text; None where there is nothing of it."""
    found = _CODE.search(text) if _SUSPECT.search(text) is not None else None
    return found.lastgroup if found is not None else None


_OTHERS: Final[Mapping[type, str]] = {
    bool: "boolean",
    float: "number",
    type(None): "null",
    list: "list",
    dict: "object",
}
CLASSES: Final = frozenset({
    *_DIGIT_FORMS[1:], "digits", "empty", "text", "long", "other", *_OTHERS.values(), *_CODE.groupindex,
    *[name for compiled in _FORMS for name in compiled[0].groupindex],
})  # fmt: skip
"""Every class that there is."""

_Places: TypeAlias = tuple[tuple[str, str], ...]
"""Names, and what stands for each in an event: `body.name`."""


class Forms:
    """The places of one operation whose forms are told."""

    __slots__ = ("_bodies", "_lone", "_parameters", "of")

    def __init__(self, operation: CompiledOperation) -> None:
        reader = operation.parameters
        places = reader.open if reader is not None else ()
        self._parameters = tuple([(place, name, f"{place}.{label(name)}=") for place, name in places])
        found = {id(each): _open(each) for each in operation.request_schemas if each.kind == "json"}
        self._bodies: Mapping[int, _Places] = {key: names for key, names in found.items() if names}
        self._lone = self._lone_in(operation)
        self.of: Callable[[Facts], tuple[str, ...]] = self.of_all if self._lone is None else self._of_one
        """The forms of what one request brings, each with its place, at most `MOST`."""

    def __bool__(self) -> bool:
        return bool(self._parameters or self._bodies)

    def _lone_in(self, operation: CompiledOperation) -> tuple[BodySchema, str, str] | None:
        """The one property whose form is told, where there is nothing else: whose, its name, and what stands for it."""
        bodies = [each for each in operation.request_schemas if id(each) in self._bodies]
        if self._parameters or len(bodies) != 1 or len(self._bodies[id(bodies[0])]) != 1:
            return None
        return bodies[0], *self._bodies[id(bodies[0])][0]

    def _of_one(self, facts: Facts) -> tuple[str, ...]:
        """As `of_all`, where there is one property alone."""
        schema, name, shown = self._lone  # type: ignore[misc]  # it is there
        document = facts.document
        if (
            facts.expected.body_schema is not schema
            or type(document) is not JsonDocument
            or type(document.value) is not dict
        ):
            return ()
        try:
            value = document.value[name]
        except KeyError:
            return ()
        return (shown + (_form_of_text(value) if type(value) is str else form_of(value)),)

    def of_all(self, facts: Facts) -> tuple[str, ...]:
        """As `of`, whatever there is to tell."""
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
