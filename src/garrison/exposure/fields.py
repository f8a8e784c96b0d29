"""What to look for in a value: the compiled form of what annotations, settings and names say. Immutable once done."""

from functools import lru_cache
from typing import Any, Final

from garrison.core.semantics import TYPE_IDS

_ORDER: Final = tuple(sorted(TYPE_IDS))
_BITS: Final = {name: 1 << index for index, name in enumerate(_ORDER)}


class Who(str):
    """A kind of data subjects; equal to its name."""

    __slots__ = ("claim", "kind")
    claim: str
    """The annotation's own `Subject.claim`; empty where it has none."""
    kind: str

    @classmethod
    def of(cls, kind: str, claim: str = "") -> "Who":
        """The kind, with the claim that names a principal's own."""
        who = cls(kind)
        who.kind, who.claim = kind, claim
        return who


class Field:
    """One part of a value."""

    __slots__ = ("mask", "node", "whos")

    def __init__(self, whos: tuple[Who, ...] = (), mask: int = 0, node: "Node | None" = None) -> None:
        self.whos = whos
        """Kinds of the subjects that it names."""
        self.mask = mask
        """Its semantic types (`mask_of`)."""
        self.node = node
        """What is in it; None where nothing is that matters."""

    @property
    def plain(self) -> "Node | None":
        """What is in it, where nothing is said of itself."""
        return None if self.whos or self.mask else self.node


class Node:
    """What is in a value."""

    __slots__ = (
        "inner", "is_list", "is_object", "is_ordered", "items", "kinds", "leads", "more", "named", "names",
        "names_subjects", "only", "others", "typed",
    )  # fmt: skip

    def __init__(self) -> None:
        self.names: dict[str, Field] = {}
        """Properties of an object at which something stands or within which something does."""
        self.more: Field | None = None
        """Any other property."""
        self.others: frozenset[str] = frozenset()
        """Properties that are none of `more`."""
        self.items: Field | None = None
        """Items of a list."""
        self.is_object = True
        """Whether it may be an object."""
        self.is_list = True
        """Whether it may be a list."""
        self.kinds: frozenset[str] = frozenset()
        """Kinds of the subjects that such an object must name, because the contract says where."""
        self.leads = False
        """Whether anything can be found within."""
        self.names_subjects = False
        """Whether a subject can."""
        # What follows is `names` once more, in the form that is walked fastest.
        self.typed: tuple[tuple[str, int], ...] = ()
        self.named: tuple[tuple[str, Who | None, Field], ...] = ()
        self.inner: tuple[tuple[str, Node | None, Field], ...] = ()
        self.is_ordered = False
        """Whether the value's own order must be kept: subjects may stand at several of its properties."""
        self.only: tuple[str, Who, int] | None = None
        """The one property that names a subject, of one kind, where nothing but `typed` stands beside it; and its own
        mask."""

    def seal(self) -> None:
        """Make the fast form of `names`."""
        leaves = {name: field for name, field in self.names.items() if field.node is None}
        self.typed = tuple((name, field.mask) for name, field in leaves.items() if not field.whos)
        self.named = tuple((name, _alone(field), field) for name, field in leaves.items() if field.whos)
        self.inner = tuple((name, field.plain, field) for name, field in self.names.items() if field.node is not None)
        within = [field for _, _, field in self.inner if field.whos or (field.node and field.node.names_subjects)]
        self.is_ordered = self.more is not None or len(self.named) + len(within) > 1
        if len(self.named) == 1 and not (self.inner or self.is_ordered):
            name, _, field = self.named[0]
            self.only = (name, field.whos[0], field.mask) if len(field.whos) == 1 else None


def _alone(field: Field) -> Who | None:
    """The one kind of subjects that a field names, where it says nothing else."""
    return field.whos[0] if len(field.whos) == 1 and not field.mask else None


def lists_nobody(field: Field, value: Any) -> bool:
    """Whether a value that would name subjects in lists, and nowhere else, has empty lists there."""
    node = field.node
    if node is None or field.whos:
        return False
    if type(value) is list:
        return not value and node.items is not None and _names(node.items)
    if type(value) is not dict or node.named or node.more is not None:
        return False
    there = [(each, value[name]) for name, each in node.names.items() if value.get(name) is not None and _names(each)]
    return bool(there) and all(lists_nobody(each, item) for each, item in there)


def _names(field: Field) -> bool:
    return bool(field.whos) or (field.node is not None and field.node.names_subjects)


@lru_cache(maxsize=4096)
def kinds_in(field: Field) -> frozenset[str]:
    """The kinds of the subjects that are named in what `field` describes."""
    kinds, rest, seen = set[str](), [field], set[int]()
    while rest:
        one = rest.pop()
        kinds.update(one.whos)
        node = one.node
        if node is not None and id(node) not in seen:
            seen.add(id(node))
            rest += [*node.names.values(), *(each for each in (node.items, node.more) if each is not None)]
    return frozenset(kinds)


def listing(field: Field) -> Field:
    """A list, each of whose items is as `field` says."""
    node = Node()
    node.items = field
    node.names_subjects = bool(field.whos) or (field.node is not None and field.node.names_subjects)
    return Field(node=node)


def mask_of(name: str) -> int:
    """The semantic type `name` as a bit; 0 for none."""
    return _BITS.get(name, 0)


@lru_cache(maxsize=4096)
def types_of(mask: int) -> tuple[str, ...]:
    """The types of a mask, sorted."""
    return tuple(name for name in _ORDER if mask & _BITS[name])
