"""Needs: what of an API of somebody else is used, as whoever uses it says, or as a contract of just that says.

needs:
  - operation: GET /customers/{id}
    sends: [id]
    reads: [id, name, address/city]
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from garrison.contract.described import DescribedOperation, Description
from garrison.contract.parse import parse
from garrison.contract.place import Place, Problems
from garrison.core.errors import ConfigError, DescriptionError
from garrison.vet.personal_fields import Fields, PersonalField

_KEYS: Final = ("operation", "sends", "reads")
_PLACE: Final = re.compile(r"^(?:path|query|header|cookie)\.")


class Need(msgspec.Struct, frozen=True):
    """One operation that is used, and what of it."""

    operation: str
    """Its id, or method and path."""
    sends: tuple[str, ...] | None = None
    """Fields and parameters that are sent; None where nothing is said of them."""
    reads: tuple[str, ...] | None = None
    """Fields of answers that are used; None where nothing is said of them."""

    def is_of(self, operation: DescribedOperation) -> bool:
        """Whether it is about this operation."""
        names = (operation.id, f"{operation.method} {operation.path}", f"{operation.method} {operation.template}")
        return self.operation in names


def covers(names: Iterable[str], field: PersonalField) -> bool:
    """Whether one of `names` means the field: by its way, a part of that, or what stands around it."""
    way = f"/{_PLACE.sub('', field.way)}/"
    return any(f"/{name.strip('/')}/" in way or name == field.way for name in names)


def read_needs(data: bytes, file: str) -> tuple[Need, ...] | None:
    """The needs that a file (YAML or JSON) lists; None where it is a contract. Raises ConfigError with all that is
    wrong."""
    problems = Problems()
    try:
        tree = parse(data, file, problems)
    except DescriptionError as error:
        raise ConfigError(error.problems) from error
    if isinstance(tree, dict) and "openapi" in tree:
        return None
    entries = tree.get("needs") if isinstance(tree, dict) else None
    if not isinstance(entries, list) or set(tree) != {"needs"}:
        problems.add(Place(file), "must hold a list `needs` and nothing else, or be an OpenAPI description")
        entries = []
    found = [need for at, entry in enumerate(entries) for need in _need(entry, Place(file, ("needs", at)), problems)]
    if problems.all():
        raise ConfigError(problems.all())
    return tuple(found)


def needs_of(description: Description, fields: Fields) -> tuple[Need, ...]:
    """What a contract of just what is used says: its operations, and every field that it describes."""
    return tuple(
        Need(
            f"{each.method} {each.path}",
            _innermost(fields.asked(each)),
            _innermost(fields.given(each)) or None,
        )
        for each in description.operations
    )


def _innermost(fields: Iterable[PersonalField]) -> tuple[str, ...]:
    """Ways to what holds no other field: an object that is named means everything in it."""
    ways = tuple(dict.fromkeys(field.way for field in fields))
    above = {way.rpartition("/")[0] for way in ways}
    return tuple(way for way in ways if way not in above)


def _need(entry: Any, place: Place, problems: Problems) -> Iterator[Need]:
    if not isinstance(entry, dict) or not isinstance(entry.get("operation"), str):
        problems.add(place, "must have `operation`: the id of one, or its method and path")
        return
    strange = [str(key) for key in entry if key not in _KEYS]
    for key in strange:
        problems.add(place.child(key), "is not known", "there are `operation`, `sends` and `reads`")
    lists = {key: entry[key] for key in ("sends", "reads") if key in entry}
    wrong = [key for key, value in lists.items() if not _is_texts(value)]
    for key in wrong:
        problems.add(place.child(key), "must be a list of names")
    if not strange and not wrong:
        yield Need(entry["operation"], **{key: tuple(value) for key, value in lists.items()})


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) and each.strip("/") for each in value)
