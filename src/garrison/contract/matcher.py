"""Matching: a request's path segments to the most specific path template (OpenAPI 3.2, section 4.8.1).

Segments are compared from left to right; at each, a literal beats a template with literal text in it
(`{file}.json`), the one with more literal text first, and that beats a whole variable (`{id}`). What leads to
a dead end is taken back. A variable is never empty and never holds a slash.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Generic, TypeAlias, TypeVar

from garrison.contract.template import Part, Template

T = TypeVar("T")

Segments: TypeAlias = tuple[str, ...]


class _Node(Generic[T]):
    """One segment's position in the tree."""

    __slots__ = ("leaf", "literals", "mixed", "variable")

    def __init__(self) -> None:
        self.literals: dict[str, _Node[T]] = {}
        self.mixed: list[tuple[Part, _Node[T]]] = []
        """Templates with literal text, the most specific first."""
        self.variable: _Node[T] | None = None
        self.leaf: dict[str, T] | None = None
        """What is declared here, by method."""


class Matcher(Generic[T]):
    """All templates of one host. `add` is for building; `find` for use from then on."""

    __slots__ = ("_root",)

    def __init__(self) -> None:
        self._root: _Node[T] = _Node()

    def add(self, template: Template, method: str, value: T) -> T | None:
        """Declare `method` at `template`. Where it is taken already: what took it, and nothing changes."""
        node = self._root
        for part in template.parts:
            node = _step(node, part)
        if node.leaf is None:
            node.leaf = {}
        taken = node.leaf.get(method)
        if taken is not None:
            return taken
        node.leaf[method] = value
        return None

    def find(self, method: str, segments: Segments) -> "tuple[T, tuple[str, ...]] | None":
        """What is declared for `method` at the most specific template that declares it, and the values of
        that template's variables; None where there is none."""
        node = self._root
        arguments: tuple[str, ...] = ()
        for segment in segments:  # straight on: most descriptions leave no other way to try
            if node.mixed:
                break
            child = node.literals.get(segment)
            if child is None:
                child = node.variable
                if child is None or not segment:
                    break
                arguments += (segment,)
            node = child
        else:
            if node.leaf is not None and method in node.leaf:
                return node.leaf[method], arguments
        return _search(self._root, method, segments, len(segments))

    def whatever_follows(self, method: str, segments: Segments) -> "tuple[T, Collection[str]] | None":
        """What `find` gives for `segments` and one more that is not empty, whatever it says; and what it must not say,
        for that is declared as well. None where it depends on more than that."""
        node = self._root
        for segment in segments:
            child = node.literals.get(segment)
            if node.mixed or child is None:
                return None
            node = child
        last = node.variable
        if node.mixed or last is None or last.leaf is None or method not in last.leaf:
            return None
        return last.leaf[method], node.literals.keys()

    def methods(self, segments: Segments) -> tuple[str, ...]:
        """The methods declared at any template that matches."""
        return tuple(sorted({method for leaf in _leaves(self._root, segments, 0) for method in leaf}))


def _step(node: _Node[T], part: Part) -> _Node[T]:
    if part.is_literal:
        return node.literals.setdefault(part.literals[0], _Node())
    if part.is_variable:
        if node.variable is None:
            node.variable = _Node()
        return node.variable
    for known, child in node.mixed:
        if known.literals == part.literals:
            return child
    child = _Node[T]()
    node.mixed.append((part, child))
    node.mixed.sort(key=lambda entry: entry[0].order)
    return child


def _search(node: _Node[T], method: str, segments: Segments, count: int) -> "tuple[T, tuple[str, ...]] | None":
    """A depth-first walk without recursion."""
    index = 0
    arguments: tuple[str, ...] = ()
    untried: list[tuple[_Node[T], int, tuple[str, ...]]] = []
    while True:
        if index < count:
            segment = segments[index]
            index += 1
            child = node.literals.get(segment)
            if node.mixed:
                _push(node, segment, index, arguments, untried, child)
                child = None
            elif segment and node.variable is not None:
                if child is None:
                    child = node.variable
                    arguments = (*arguments, segment)
                else:
                    untried.append((node.variable, index, (*arguments, segment)))
            if child is not None:
                node = child
                continue
        elif node.leaf is not None and method in node.leaf:
            return node.leaf[method], arguments
        if not untried:
            return None
        node, index, arguments = untried.pop()


def _push(
    node: _Node[T],
    segment: str,
    index: int,
    arguments: tuple[str, ...],
    untried: list[tuple[_Node[T], int, tuple[str, ...]]],
    literal: _Node[T] | None,
) -> None:
    """Every way on from a node with mixed templates, the most specific on top of the stack."""
    if segment and node.variable is not None:
        untried.append((node.variable, index, (*arguments, segment)))
    for part, child in reversed(node.mixed):
        values = part.match(segment)
        if values is not None:
            untried.append((child, index, arguments + values))
    if literal is not None:
        untried.append((literal, index, arguments))


def _leaves(node: _Node[T], segments: Segments, index: int) -> Iterator[Mapping[str, T]]:
    level = [node]
    for segment in segments[index:]:
        deeper: list[_Node[T]] = []
        for each in level:
            if segment in each.literals:
                deeper.append(each.literals[segment])
            deeper.extend(child for part, child in each.mixed if part.match(segment) is not None)
            if segment and each.variable is not None:
                deeper.append(each.variable)
        level = deeper
    return (each.leaf for each in level if each.leaf is not None)
