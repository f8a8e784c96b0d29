"""Damage: small changes of something valid, of its bytes or of its structure, as strategies.

What is only random is refused at the first step; what is nearly valid reaches the last one.
"""

import copy
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from hypothesis import strategies as st

_CUTS = st.tuples(st.integers(0, 65535), st.integers(0, 12))
"""Where, modulo the length; and how many bytes go."""


def damaged(valid: st.SearchStrategy[bytes], pieces: Sequence[bytes], *, most: int = 5) -> st.SearchStrategy[bytes]:
    """Bytes with up to `most` places cut out, each replaced by one of `pieces` or by any bytes."""
    patches = st.tuples(_CUTS, st.sampled_from(pieces) | st.binary(max_size=6))
    return st.builds(_patched, valid, st.just([]) | st.lists(patches, max_size=1) | st.lists(patches, max_size=most))


def _patched(valid: bytes, patches: list[tuple[tuple[int, int], bytes]]) -> bytes:
    for (place, length), piece in patches:
        at = place % (len(valid) + 1)
        valid = valid[:at] + piece + valid[at + length :]
    return valid


_WAY = st.lists(st.integers(0, 255), max_size=12)
"""A way down a tree: at each level the entry of that index, modulo their number."""


class _Edit(msgspec.Struct, frozen=True):
    """One change of a tree."""

    kind: str
    way: list[int]
    other: list[int]
    """The way to another value of the tree, for those that need one."""
    name: str
    value: Any


def reshaped(
    trees: Sequence[Any], names: Sequence[str], values: st.SearchStrategy[Any], *, most: int = 4
) -> st.SearchStrategy[Any]:
    """One of `trees` (of what JSON has), changed in up to `most` places; `names` are keys that mean something."""
    edit = st.builds(_Edit, st.sampled_from(sorted(_EDITS)), _WAY, _WAY, st.sampled_from(names), values)
    encoded = [msgspec.json.encode(tree) for tree in trees]
    return st.builds(_reshaped, st.sampled_from(encoded), st.lists(edit, max_size=1) | st.lists(edit, max_size=most))


def _reshaped(encoded: bytes, edits: list[_Edit]) -> Any:
    root = {"": msgspec.json.decode(encoded)}
    for edit in edits:
        holder, key, _ = _at(root, [0, *edit.way])
        _, _, pointer = _at(root, [0, *edit.other])
        _EDITS[edit.kind](holder, key, edit, _Other(root, pointer))
    return root.get("")


class _Other(msgspec.Struct, frozen=True):
    """Another value of the tree that is changed."""

    root: Any
    steps: tuple[Any, ...]

    def copy(self) -> Any:
        """The value, its parts not shared."""
        value = self.root
        for step in self.steps:
            value = value[step]
        return msgspec.json.decode(msgspec.json.encode(value))

    @property
    def pointer(self) -> str:
        """The value's JSON pointer as a URI fragment."""
        return "#" + "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in self.steps[1:])


def _at(root: Any, way: list[int]) -> tuple[Any, Any, tuple[Any, ...]]:
    """What holds the value at the end of `way`, the value's key there, and all keys to it."""
    holder: Any = root
    value: Any = root
    key: Any = ""
    steps: tuple[Any, ...] = ()
    for index in way:
        if not isinstance(value, dict | list) or not value:
            break
        holder = value
        key = list(holder)[index % len(holder)] if isinstance(holder, dict) else index % len(holder)
        steps = (*steps, key)
        value = holder[key]
    return holder, key, steps


def _replace(holder: Any, key: Any, edit: _Edit, other: _Other) -> None:
    del other
    holder[key] = copy.deepcopy(edit.value)


def _delete(holder: Any, key: Any, edit: _Edit, other: _Other) -> None:
    del edit, other
    if key == "":
        holder[key] = None  # the tree itself
    else:
        del holder[key]


def _insert(holder: Any, key: Any, edit: _Edit, other: _Other) -> None:
    del other
    if isinstance(holder[key], dict):
        holder[key][edit.name] = copy.deepcopy(edit.value)
    elif isinstance(holder[key], list):
        holder[key].append(copy.deepcopy(edit.value))


def _rename(holder: Any, key: Any, edit: _Edit, other: _Other) -> None:
    del other
    if isinstance(holder, dict) and key:
        holder[edit.name] = holder.pop(key)


def _graft(holder: Any, key: Any, edit: _Edit, other: _Other) -> None:
    del edit
    holder[key] = other.copy()


def _refer(holder: Any, key: Any, edit: _Edit, other: _Other) -> None:
    del edit
    holder[key] = {"$ref": other.pointer}


_EDITS: dict[str, Callable[[Any, Any, _Edit, _Other], None]] = {
    "replace": _replace,
    "delete": _delete,
    "insert": _insert,
    "rename": _rename,
    "graft": _graft,
    "refer": _refer,
}
