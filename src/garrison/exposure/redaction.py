"""Redaction: where a request's body holds what must not go out, and what stands there instead.

In a text what was found is exchanged for its type, `(email)`; what cannot be cut out of its value goes with it.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

import msgspec

from garrison.core.decision import GONE, Edit
from garrison.core.document import FormDocument, MultipartDocument, Part
from garrison.exposure.fields import Field, mask_of, types_of
from garrison.exposure.outbound import ANY_NAME, NOTHING, within
from garrison.exposure.texts import redacted, spots

Way: TypeAlias = tuple[str | int, ...]


class Hit(NamedTuple):
    """Something that must not go out."""

    way: Way
    type: str
    is_forbidden: bool
    """Whether it must not go out at all."""
    edit: Edit | None
    """What changes that; None where nothing could."""


class Sought(msgspec.Struct, frozen=True):
    """What must not go out."""

    undeclared: frozenset[str]
    """Types that texts must not hold where nothing declares them."""
    never: frozenset[str]
    """Types that must not go out at all."""

    @property
    def forbidden(self) -> int:
        """`never` as a mask."""
        return sum(mask_of(name) for name in self.never)

    def in_text(self, declared: int) -> frozenset[str]:
        """What is looked for in a text that is declared to hold some types."""
        return _wanted(self, declared)

    def forbidden_in(self, declared: int) -> Iterator[Hit]:
        """Everything that must not go out of what a value is declared to be; it goes as a whole."""
        for name in types_of(declared & self.forbidden):
            yield Hit((), name, is_forbidden=True, edit=None)


@lru_cache(maxsize=4096)
def _wanted(sought: Sought, declared: int) -> frozenset[str]:
    return (sought.undeclared - frozenset(types_of(declared))) | sought.never


def in_value(field: Field, value: Any, sought: Sought) -> Iterator[Hit]:
    """What a JSON value, which `field` describes, holds."""
    forbidden = sought.forbidden
    rest: list[tuple[Way, Field, Any, int]] = [((), field, value, 0)]
    while rest:
        way, field, value, around = rest.pop()
        declared = around | field.mask
        if field.mask & forbidden and value not in _EMPTY:
            yield Hit(way, types_of(field.mask & forbidden)[0], is_forbidden=True, edit=_out(way))
        elif isinstance(value, dict):
            yield from _in_names(field, value, way, sought)
            rest += [((*way, name), within(field, name), item, declared) for name, item in value.items()]
        elif isinstance(value, list):
            rest += [((*way, at), _item(field), item, declared) for at, item in enumerate(value)]
        elif isinstance(value, str | int) and not isinstance(value, bool):
            yield from _in_leaf(way, value, _declared(field, declared), sought)


def in_form(field: Field, document: FormDocument, sought: Sought) -> Iterator[Hit]:
    """What a form's fields hold."""
    forbidden = sought.forbidden
    for name, text in document.fields:
        own = within(field, name.partition("[")[0])
        if own.mask & forbidden and text:
            kind = types_of(own.mask & forbidden)[0]
            yield Hit((name,), kind, is_forbidden=True, edit=Edit((name, text), GONE))
            continue
        for hit in in_text(text, _declared(own, own.mask), sought):
            edit = msgspec.structs.replace(hit.edit, way=(name, text)) if hit.edit is not None else None
            yield hit._replace(way=(name,), edit=edit)


def in_parts(field: Field, document: MultipartDocument, sought: Sought) -> Iterator[Hit]:
    """What the parts of a multipart body hold that are text. They cannot be changed."""
    for part in document.parts:
        own = within(field, part.name)
        if own.mask & sought.forbidden and part.content:
            yield Hit((part.name,), types_of(own.mask & sought.forbidden)[0], is_forbidden=True, edit=None)
        elif _is_text(part):
            for hit in in_text(part.content.decode("utf-8", "replace"), _declared(own, own.mask), sought):
                yield hit._replace(way=(part.name,), edit=None)


def in_text(text: str, declared: int, sought: Sought) -> Iterator[Hit]:
    """What a text holds, each type once, and the same edit for all: the whole text without them."""
    found = spots(text, sought.in_text(declared))
    if not found:
        return
    edit = Edit((), redacted(text, found))
    for name in dict.fromkeys(spot.type for spot in found):
        yield Hit((), name, is_forbidden=name in sought.never, edit=edit)


_SHORTEST_NUMBER = 10**11
"""What has fewer than twelve digits is no card's number, and of mere digits nothing else is told."""
_EMPTY: tuple[Any, ...] = (None, "", [], {})


def _item(field: Field) -> Field:
    """What is known of a list's item: what stands at the list stands for each."""
    own = within(field, 0)
    return own if own is not NOTHING or not field.whos else Field(field.whos, 0)


def _declared(field: Field, mask: int) -> int:
    """What may stand in a value: one that names somebody may do so by any identifier, and not by a secret."""
    return mask | (ANY_NAME if field.whos else 0)


def _in_leaf(way: Way, value: str | int, declared: int, sought: Sought) -> Iterator[Hit]:
    if isinstance(value, int):
        if abs(value) < _SHORTEST_NUMBER:
            return
        for hit in in_text(str(value), declared, sought):
            yield hit._replace(way=way, edit=_out(way))
        return
    for hit in in_text(value, declared, sought):
        yield hit._replace(way=way, edit=Edit(way, hit.edit.value) if hit.edit is not None else None)


def _in_names(field: Field, value: dict[str, Any], way: Way, sought: Sought) -> Iterator[Hit]:
    """Names of properties that are data themselves."""
    names = field.node.names if field.node is not None else {}
    for name in value:
        if name not in names:
            for hit in in_text(name, 0, sought):
                yield hit._replace(way=way, edit=_out((*way, name)))


def _out(way: Way) -> Edit | None:
    return Edit(way, GONE) if way else None


def _is_text(part: Part) -> bool:
    return part.content_type.partition(";")[0].strip().lower() in _TEXTS or part.content_type.startswith("text/")


_TEXTS = frozenset({"application/json", "application/x-www-form-urlencoded", "application/xml"})
