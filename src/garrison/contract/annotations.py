"""Annotations: what `x-garrison-...` says beside a schema or a parameter, and what each must be.

| annotation | value | where |
|---|---|---|
| `x-garrison-owner` | a claim, or `{claim, table}` | schemas, parameters |
| `x-garrison-object` | a kind of objects | schemas, parameters |
| `x-garrison-read-scope` | a scope, or several of which one is enough | schemas of answers |
| `x-garrison-write-scope` | the same | schemas of request bodies, parameters |
| `x-garrison-subject` | a kind of data subjects, or `{kind, claim}` | schemas, parameters |
| `x-garrison-type` | a semantic type | schemas |

An annotation that is misspelt, or stands where it means nothing, would protect nothing: what it stands in is unusable.
"""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import msgspec

from garrison.contract.place import excerpt
from garrison.core.semantics import TYPE_IDS

PREFIX = "x-garrison-"
"""What our own annotations begin with: validators pass over them."""

OWNER, OBJECT, READ, WRITE = "owner", "object", "read-scope", "write-scope"
SUBJECT, TYPE = "subject", "type"
_IN_SCHEMAS = (OWNER, OBJECT, READ, WRITE, SUBJECT, TYPE)


class Owner(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose an object is: the principal's whose claim agrees with the value."""

    claim: str = "sub"
    """The claim that must have the value, or hold it where it is a list; dots lead into objects."""
    table: str = ""
    """A table of the settings that says which values a claim's value stands for; empty: they are the same."""


class Subject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A value that names a data subject."""

    kind: str
    """What it is: `customer`, `vehicle`."""
    claim: str = ""
    """The claim of a principal that names the subject which it is itself; empty: what the settings say of the kind."""


Annotation: TypeAlias = Owner | Subject | str | tuple[str, ...]
"""An owner, a data subject, a kind of objects or a semantic type, or scopes of which one is enough."""


def annotation(name: str, value: Any) -> Annotation:
    """What `value` says as the annotation `name`, its prefix left out. Raises ValueError."""
    if name == OWNER:
        return _owner(value)
    if name == OBJECT:
        if not _is_text(value):
            raise ValueError("must be the name of a kind of objects")
        return str(value)
    if name == SUBJECT:
        return _subject(value)
    if name == TYPE:
        if value not in TYPE_IDS:
            raise ValueError("must be one of " + ", ".join(f"`{each}`" for each in sorted(TYPE_IDS)))
        return str(value)
    if name in (READ, WRITE):
        scopes = [value] if isinstance(value, str) else value
        if not isinstance(scopes, list) or not scopes or not all(map(_is_text, scopes)):
            raise ValueError("must be a scope, or a list of scopes")
        return tuple(scopes)
    known = ", ".join(f"`{PREFIX}{each}`" for each in _IN_SCHEMAS)
    raise ValueError(f"is not known here: there are {known}")


def annotations(value: Mapping[Any, Any]) -> dict[str, Any]:
    """The annotations beside other keywords, as they are written."""
    return {key: item for key, item in value.items() if isinstance(key, str) and key.startswith(PREFIX)}


def faults(value: Mapping[Any, Any]) -> Iterator[tuple[str, str]]:
    """Key and what is wrong with it, of each annotation of a schema or parameter."""
    for key, item in annotations(value).items():
        try:
            annotation(key.removeprefix(PREFIX), item)
        except ValueError as error:
            yield key, f"{error}, not {excerpt(item)}" if str(error).startswith("must") else str(error)


def _owner(value: Any) -> Owner:
    if _is_text(value):
        return Owner(value)
    try:
        owner = msgspec.convert(value, Owner)
    except msgspec.ValidationError:
        owner = Owner("")
    if not owner.claim:
        raise ValueError("must be the name of a claim, or an object with `claim` and `table`")
    return owner


def _subject(value: Any) -> Subject:
    if _is_text(value):
        return Subject(value)
    try:
        subject = msgspec.convert(value, Subject)
    except msgspec.ValidationError:
        subject = Subject("")
    if not subject.kind.strip():
        raise ValueError("must be the name of a kind of data subjects, or an object with `kind` and `claim`")
    return subject


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())
