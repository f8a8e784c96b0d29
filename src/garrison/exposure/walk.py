"""The walk: which subjects a value names, in document order, and what of theirs it holds.

A typed value belongs to the subjects that the innermost object around it names; where that names none, to those within
that object; else to those of the next object around. What no object claims is the whole answer's.
"""

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

from garrison.exposure.fields import Field, Node, Who
from garrison.identity.grants import as_name

MAX_DEPTH: Final = 200
"""Levels of a value that are looked at."""

_COMPOSED: Final = (dict, list)

Key: TypeAlias = tuple[Who, str]
"""A subject: its kind and name."""


class TooDeepError(Exception):
    """A value nests deeper than is looked at."""


def alone(field: Field, node: Node, value: dict[str, Any]) -> tuple[Who, str, int] | None:
    """The one subject that an object names where it can name but one (`node.only`), and the mask of its types: what a
    walk would find, without one. None where it names nobody there, or not with a text."""
    if node.only is None:
        return None
    get = value.get
    name, who, mask = node.only
    text = get(name)
    if type(text) is not str or not text:
        return None
    mask |= field.mask
    for each, bits in node.typed:
        item = get(each)
        if item or item == 0:
            mask |= bits
    return who, text, mask


class Walk:
    """One walk along one value."""

    __slots__ = ("found", "is_strange", "lent", "order", "unnamed")

    def __init__(self) -> None:
        self.found: dict[Key, int] = {}
        """Every subject, in document order, with the mask of its types."""
        self.order: list[Key] = []
        """Every mention of one."""
        self.unnamed: frozenset[str] = frozenset()
        """Kinds of which an object should have named a subject, told of one, and did not name any."""
        self.lent = 0
        """The mask of what objects hold that name nobody themselves, nor does any around them: those within have it for
        want of a better."""
        self.is_strange = False
        """Whether people may be named where nobody looks: in a list that should be an object, or the reverse."""

    def run(self, field: Field, value: Any, own: list[Key]) -> int:
        """Walk `value`, which `field` describes. Returns the mask of what no object within claims; what the value as a
        whole names is added to `own`."""
        node = field.node
        if node is None or type(value) is not dict or not node.is_object:
            return self._value(field, value, own, 0)
        mask = self._inside(node, value, own, 0)
        if field.mask and value:
            mask |= field.mask
        if mask and node.kinds and not own:
            self._note_unnamed(node, 0)
        return mask

    def finish(self, own: Sequence[Key], mask: int) -> None:
        """Give what no object claims to `own`, the subjects of the whole; where there are none, to all within."""
        found = self.found
        for key in own:
            found.setdefault(key, 0)
        if mask:
            for key in own or self.order:
                found[key] |= mask

    def _value(self, field: Field, value: Any, own: list[Key], depth: int) -> int:
        """The mask of what no object within claims; subjects named by the value itself are added to `own`."""
        mask = field.mask if value or value == 0 else 0
        kind = type(value)
        node = field.node
        if kind is dict:
            start = len(self.order)
            mask |= self._object(node, value, depth + 1) if node is not None else 0
            if field.whos and value and len(self.order) == start:
                self.is_strange = True  # what should be a name
            return mask
        if kind is list:
            if depth > MAX_DEPTH:
                raise TooDeepError
            items = node.items if node is not None else None
            if field.whos:
                mask |= self._names(field.whos, items, value, own, depth + 1)
            elif items is not None:
                mask |= self._list(items, value, own, depth + 1)
            elif value and node is not None and node.names_subjects and not node.is_list:
                self.is_strange = True
            return mask
        if field.whos:
            self._name(field.whos, value, own)
        return mask

    def _names(self, whos: tuple[Who, ...], items: Field | None, value: list[Any], own: list[Key], depth: int) -> int:
        """A list of names."""
        mask = 0
        for item in value:
            start = len(self.order)
            self._name(whos, item, own)
            mask |= self._value(items, item, own, depth) if items is not None else 0
            if item and type(item) in _COMPOSED and len(self.order) == start:
                self.is_strange = True
        return mask

    def _name(self, whos: tuple[Who, ...], value: Any, own: list[Key]) -> None:
        name = value if type(value) is str else as_name(value)
        if name:
            for who in whos:
                key = who, name
                self.found.setdefault(key, 0)
                self.order.append(key)
                own.append(key)

    def _list(self, field: Field, value: list[Any], own: list[Key], depth: int) -> int:
        node = field.plain
        if node is None or node.only is None:
            mask = 0
            for item in value:
                if node is not None and type(item) is dict:
                    mask |= self._object(node, item, depth + 1)
                else:
                    mask |= self._value(field, item, own, depth)
            return mask
        only, typed = node.only, node.typed
        mask = 0
        for item in value:  # nearly every long list is one of such objects
            if type(item) is not dict or not self._named_by(only, typed, item):
                mask |= self._value(field, item, own, depth)
        return mask

    def _object(self, node: Node, value: dict[str, Any], depth: int) -> int:
        if node.only is not None and self._named_by(node.only, node.typed, value):
            return 0
        if not node.is_object:
            self.is_strange = self.is_strange or (bool(value) and node.names_subjects)
            return 0
        own: list[Key] = []
        order = self.order
        start, lent = len(order), self.lent
        mask = self._inside(node, value, own, depth)
        if own or len(order) > start:
            if own:
                self.lent = lent
            elif mask:
                self.lent |= mask
                if node.kinds:
                    self._note_unnamed(node, start)
            if mask:
                found = self.found
                for key in own or order[start:]:
                    found[key] |= mask
            return 0
        if mask and node.kinds:
            self._note_unnamed(node, start)
        return mask

    def _note_unnamed(self, node: Node, start: int) -> None:
        """Note that an object tells of somebody and does not say whom, though the contract says where it does: those
        of the same kind who are named within it, from `start` on, are others."""
        kinds, within = node.kinds, self.order[start:]
        if not within or any(who in kinds for who, _ in within):
            self.unnamed |= kinds

    def _named_by(self, only: tuple[str, Who, int], typed: tuple[tuple[str, int], ...], value: dict[str, Any]) -> bool:
        """Whether the one property that names a subject does so, with a text; its types are then noted as well."""
        name, who, mask = only
        text = value.get(name)
        if type(text) is not str or not text:
            return False
        for each, bits in typed:
            item = value.get(each)
            if item or item == 0:
                mask |= bits
        key = who, text
        self.order.append(key)
        self.found[key] = self.found.get(key, 0) | mask
        return True

    def _inside(self, node: Node, value: dict[str, Any], own: list[Key], depth: int) -> int:
        if depth > MAX_DEPTH:
            raise TooDeepError
        if node.is_ordered:
            return self._in_order(node, value, own, depth)
        mask = 0
        get = value.get
        for name, bits in node.typed:
            item = get(name)
            if item or item == 0:
                mask |= bits
        for name, who, field in node.named:
            item = get(name)
            if who is not None and type(item) is str and item:  # as nearly everywhere
                key = who, item
                self.found.setdefault(key, 0)
                self.order.append(key)
                own.append(key)
            else:
                mask |= self._value(field, item, own, depth)
        for name, inner, field in node.inner:
            item = get(name)
            if inner is not None and type(item) is dict:
                mask |= self._object(inner, item, depth + 1)
            else:
                mask |= self._value(field, item, own, depth)
        return mask

    def _in_order(self, node: Node, value: dict[str, Any], own: list[Key], depth: int) -> int:
        names, more, others = node.names, node.more, node.others
        mask = 0
        for name, item in value.items():
            field = names.get(name)
            if field is None:
                if more is None or name in others:
                    continue
                field = more
            if item is not None:
                mask |= self._value(field, item, own, depth)
        return mask
