"""Documents: the files of a description, read once each, and references between them (RFC 3986, RFC 6901)."""

import posixpath
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import msgspec

from garrison.contract.parse import line_of, parse
from garrison.contract.place import Place, Problems, Token, Tokens, excerpt
from garrison.core.errors import DescriptionError, Problem

Read: TypeAlias = Callable[[str], bytes]
"""Reads a file or URL. Raises OSError."""

MAX_DOCUMENTS = 2000
"""Files of one description: the most divided public ones have a few hundred."""

_MAX_HOPS = 100
"""References that may lead to references in a row."""


class Node(msgspec.Struct, frozen=True):
    """A value in a description, and where it stands."""

    place: Place
    value: Any


class Documents:
    """All files that a description consists of."""

    def __init__(self, read: Read, problems: Problems) -> None:
        self._read = read
        self.problems = problems
        self._roots: dict[str, Any] = {}
        self._data: dict[str, bytes] = {}
        self._bases: dict[str, str] = {}
        """Base URI for references out of a document, where `$self` (OpenAPI 3.2) gives one."""
        self._named: dict[str, str] = {}
        """Documents by their own URI (`$self`)."""
        self._failed: set[str] = set()
        self._resolved: dict[tuple[str, str], Node | None] = {}
        self._anchors: dict[str, dict[str, Node]] = {}

    def open(self, file: str) -> Any:
        """The tree of `file`. Raises DescriptionError where it cannot be read or parsed."""
        if file not in self._roots:
            try:
                data = self._read(file)
            except OSError as error:
                reason = error.strerror or str(error) or type(error).__name__
                problem = Problem(file=file, path="$", message=f"cannot be read: {reason}")
                raise DescriptionError([problem]) from error
            self._roots[file] = parse(data, file, self.problems)
            self._data[file] = data
        return self._roots[file]

    def replace(self, file: str, root: Any) -> None:
        """Put `root` in the place of the tree of `file`: an overlay has been applied."""
        self._roots[file] = root
        self._resolved.clear()
        name = root.get("$self") if isinstance(root, dict) else None
        if isinstance(name, str) and name:
            self._bases[file] = join(file, name)
            self._named[self._bases[file]] = file

    def resolve(self, place: Place, reference: str) -> Node | None:
        """What `reference`, written at `place`, refers to. None, and a problem, where that is nothing."""
        key = (place.file, reference)
        if key not in self._resolved:
            self._resolved[key] = self._look_up(place, reference)
        found = self._resolved[key]
        if found is None:
            self.problems.add(place, f"the reference {excerpt(reference)} cannot be resolved")
        return found

    def follow(self, node: Node) -> Node | None:
        """`node` itself, or what its `$ref` finally leads to; None, and a problem, where it leads nowhere."""
        for _ in range(_MAX_HOPS):
            value = node.value
            if not isinstance(value, dict) or "$ref" not in value:
                return node
            reference = value["$ref"]
            if not isinstance(reference, str):
                self.problems.add(node.place.child("$ref"), "a reference must be a string")
                return None
            target = self.resolve(node.place, reference)
            if target is None:
                return None
            if target.place == node.place:
                break
            node = target
        self.problems.add(node.place, "the references lead round in a circle")
        return None

    def line(self, problem: Problem) -> Problem:
        """`problem` with its line, where that is cheap to know."""
        data = self._data.get(problem.file)
        if problem.line or data is None:
            return problem
        line = line_of(data, parse_json_path(problem.path))
        return msgspec.structs.replace(problem, line=line)

    def _look_up(self, place: Place, reference: str) -> Node | None:
        address, fragment = urldefrag(reference)
        file = place.file
        if address:
            located = self._locate(place, address)
            if located is None:
                return None
            file = located
        try:
            root = self.open(file)
        except DescriptionError as error:
            if file not in self._failed:
                self._failed.add(file)
                for problem in error.problems:
                    self.problems.add(Place(problem.file), problem.message, problem.hint, line=problem.line)
            return None
        if fragment and not fragment.startswith("/"):
            return self._anchor(file, root, unquote(fragment))
        return _descend(file, root, unquote(fragment))

    def _locate(self, place: Place, address: str) -> str | None:
        """The file that `address` means at `place`."""
        base = self._bases.get(place.file, place.file)
        target = join(base, address)
        if target in self._named:
            return self._named[target]
        if is_url(place.file) and not is_url(target):
            # What comes from the network must not make us read files of this machine.
            self.problems.add(
                place, f"a remote description may not refer to the local file {excerpt(target)}"
            )
            return None
        if target not in self._roots and len(self._roots) >= MAX_DOCUMENTS:
            self.problems.add(place, f"the description has more than {MAX_DOCUMENTS} files")
            return None
        return target

    def _anchor(self, file: str, root: Any, name: str) -> Node | None:
        if file not in self._anchors:
            self._anchors[file] = dict(_anchors(file, root))
        return self._anchors[file].get(name)


def is_url(file: str) -> bool:
    """Whether `file` is fetched over HTTP and not read from this machine."""
    return file[:8].lower().startswith(("http://", "https://"))


def join(base: str, address: str) -> str:
    """`address` as seen from `base` (RFC 3986, section 5): either may be a path or a URL."""
    if is_url(address):
        return address
    if address[:5].lower() == "file:":
        return unquote(urlsplit(address).path)
    if is_url(base):
        return urljoin(base, address)
    path = unquote(address)
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), path))


def parse_json_path(path: str) -> Tokens:
    """The tokens of a JSON path as `json_path` writes it."""
    tokens: list[Token] = []
    rest = path[1:]
    while rest:
        if rest.startswith("['"):
            end = _end_of_quoted(rest)
            tokens.append(rest[2:end].replace("\\'", "'").replace("\\\\", "\\"))
            rest = rest[end + 2 :]
        elif rest.startswith("["):
            number, _, rest = rest[1:].partition("]")
            tokens.append(int(number))
        else:
            stop = min((at for at in (rest.find(".", 1), rest.find("[", 1)) if at > 0), default=len(rest))
            tokens.append(rest[1:stop])
            rest = rest[stop:]
    return tuple(tokens)


def _end_of_quoted(rest: str) -> int:
    at = 2
    while rest[at] != "'":
        at += 2 if rest[at] == "\\" else 1
    return at


def _descend(file: str, root: Any, pointer: str) -> Node | None:
    """The value at a JSON pointer."""
    tokens: list[Token] = []
    value = root
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and name in value:
            value = value[name]
            tokens.append(name)
        elif isinstance(value, list) and name.isascii() and name.isdigit() and int(name[:9]) < len(value):
            value = value[int(name[:9])]
            tokens.append(int(name[:9]))
        else:
            return None
    return Node(Place(file, tuple(tokens)), value)


def _anchors(file: str, root: Any) -> Iterator[tuple[str, Node]]:
    """Every `$anchor` and `$dynamicAnchor` of a document."""
    rest: list[tuple[Tokens, Any]] = [((), root)]
    while rest:
        tokens, value = rest.pop()
        if isinstance(value, dict):
            for keyword in ("$anchor", "$dynamicAnchor"):
                name = value.get(keyword)
                if isinstance(name, str):
                    yield name, Node(Place(file, tokens), value)
            rest.extend(((*tokens, key), item) for key, item in value.items())
        elif isinstance(value, list):
            rest.extend(((*tokens, index), item) for index, item in enumerate(value))
