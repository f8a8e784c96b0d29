"""Documents: the files of a description, read once each, and references between them (RFC 3986, RFC 6901)."""

import posixpath
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias
from urllib.parse import unquote, urljoin, urlsplit

import msgspec

from garrison.contract.parse import MAX_LINE_BYTES, lines_of, parse
from garrison.contract.place import Place, Problems, Token, Tokens, excerpt
from garrison.core.errors import DescriptionError, Problem
from garrison.core.printable import without_password

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
        self._bases: dict[str, dict[Tokens, str]] = {}
        """What references in a document are relative to, by the place from which on that holds."""
        self._resources: dict[str, Node] = {}
        """Documents and schemas by their own URI (`$self` of OpenAPI 3.2, `$id` of JSON Schema)."""
        self._failed: set[str] = set()
        self._resolved: dict[tuple[str, str, str], Node | None] = {}
        self._anchors: dict[str, dict[str, Node]] = {}

    def open(self, file: str) -> Any:
        """The tree of `file`. Raises DescriptionError where it cannot be read or parsed."""
        if file not in self._roots:
            try:
                data = self._read(file)
            except (OSError, ValueError) as error:  # ValueError: a name that no file can have
                reason = (getattr(error, "strerror", None) or "").lower() or str(error) or type(error).__name__
                problem = Problem(file=file, path="$", message=f"cannot be read: {reason}")
                raise DescriptionError([problem]) from error
            self._data[file] = data
            self._enter(file, parse(data, file, self.problems))
        return self._roots[file]

    def replace(self, file: str, root: Any) -> None:
        """Put `root` in the place of the tree of `file`: an overlay has been applied."""
        self._resolved.clear()
        self._anchors.pop(file, None)
        self._enter(file, root)

    def _enter(self, file: str, root: Any) -> None:
        self._roots[file] = root
        name = root.get("$self") if isinstance(root, dict) else None
        base = join(file, name) if isinstance(name, str) and name else file
        self._bases[file] = {(): base}
        self._resources[base] = Node(Place(file), root)
        if b"$id" in self._data.get(file, b"$id"):
            for tokens, value in _resources(root):
                uri = _without_fragment(join(self._base(Place(file, tokens[:-1])), value["$id"]))[0]
                self._bases[file][tokens] = uri
                self._resources.setdefault(uri, Node(Place(file, tokens), value))

    def _base(self, place: Place) -> str:
        """The URI that references at `place` are relative to: by `$self`, the nearest `$id`, or its file."""
        bases = self._bases[place.file]
        tokens = place.tokens if len(bases) > 1 else ()
        while tokens not in bases:
            tokens = tokens[:-1]
        return bases[tokens]

    def resolve(self, place: Place, reference: str) -> Node | None:
        """What `reference`, written at `place`, refers to. None, and a problem, where that is nothing."""
        key = (place.file, self._base(place), reference)
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

    def with_lines(self, problems: Iterable[Problem], *, most: int = MAX_LINE_BYTES) -> tuple[Problem, ...]:
        """`problems` as they may be shown, with their lines where those are cheap to know: in files of up to `most`
        bytes."""
        problems = tuple(problems)
        lines: dict[tuple[str, str], int] = {}
        for file in dict.fromkeys(problem.file for problem in problems if not problem.line):
            ways = {each.path: parse_json_path(each.path) for each in problems if each.file == file}
            found = lines_of(self._data.get(file, b""), set(ways.values()), most=most)
            lines.update(((file, path), found[way]) for path, way in ways.items() if way in found)
        return tuple(
            msgspec.structs.replace(
                each, file=without_password(each.file), line=each.line or lines.get((each.file, each.path), 0)
            )
            for each in problems
        )

    def _look_up(self, place: Place, reference: str) -> Node | None:
        address, fragment = _without_fragment(reference)
        fragment = unquote(fragment)
        base = self._base(place)
        resource = self._resource(place, join(base, address) if address else base)
        if resource is None:
            return None
        if fragment and not fragment.startswith("/"):
            return self._anchor(resource.place.file, fragment)
        found = _descend(resource, fragment)
        if found is None and not address:
            # Inside a schema with an `$id` the standard means that schema; many authors mean the file.
            found = _descend(Node(Place(place.file), self._roots[place.file]), fragment)
        return found

    def _resource(self, place: Place, uri: str) -> Node | None:
        """The document or schema that `uri` means, opened where it has to be."""
        if uri in self._resources:
            return self._resources[uri]
        if is_url(place.file) and not is_url(uri):
            # What comes from the network must not make us read files of this machine.
            self.problems.add(place, f"a remote description may not refer to the local file {excerpt(uri)}")
            return None
        if uri not in self._roots and len(self._roots) >= MAX_DOCUMENTS:
            self.problems.add(place, f"the description has more than {MAX_DOCUMENTS} files")
            return None
        if uri in self._failed:
            return None
        try:
            return Node(Place(uri), self.open(uri))
        except DescriptionError as error:
            self._failed.add(uri)
            for problem in error.problems:
                self.problems.add(Place(problem.file), problem.message, problem.hint, line=problem.line)
            return None

    def _anchor(self, file: str, name: str) -> Node | None:
        if file not in self._anchors:
            self._anchors[file] = dict(_anchors(file, self._roots[file]))
        return self._anchors[file].get(name)


def is_url(file: str) -> bool:
    """Whether `file` is fetched over HTTP and not read from this machine."""
    return file[:8].lower().startswith(("http://", "https://"))


def join(base: str, address: str) -> str:
    """`address` as seen from `base` (RFC 3986, section 5): either may be a path or a URL.

    What is no URL at all (`http://[`) is left as it is: reading it says so.
    """
    if is_url(address):
        return address
    try:
        if address[:5].lower() == "file:":
            return unquote(urlsplit(address).path)
        if is_url(base):
            return urljoin(base, address)
    except ValueError:
        return address
    path = unquote(address)
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), path))


def _without_fragment(reference: str) -> tuple[str, str]:
    """A reference's address and fragment; unlike the library's function this takes what is no URL too."""
    address, _, fragment = reference.partition("#")
    return address, fragment


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


def _descend(resource: Node, pointer: str) -> Node | None:
    """The value at a JSON pointer inside `resource`."""
    tokens: list[Token] = []
    value = resource.value
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
    return Node(resource.place.child(*tokens), value)


def _resources(root: Any) -> Iterator[tuple[Tokens, dict[str, Any]]]:
    """Every schema below `root` with an `$id`, from the outside in."""
    return ((tokens, value) for tokens, value in _objects(root) if isinstance(value.get("$id"), str))


def _anchors(file: str, root: Any) -> Iterator[tuple[str, Node]]:
    """Every `$anchor` and `$dynamicAnchor` of a document."""
    for tokens, value in _objects(root):
        for keyword in ("$anchor", "$dynamicAnchor"):
            name = value.get(keyword)
            if isinstance(name, str):
                yield name, Node(Place(file, tokens), value)


def _objects(root: Any) -> Iterator[tuple[Tokens, dict[str, Any]]]:
    """Every object of a document and the way to it, from the outside in."""
    level: list[tuple[Tokens, Any]] = [((), root)]
    while level:
        deeper: list[tuple[Tokens, Any]] = []
        for tokens, value in level:
            if isinstance(value, dict):
                yield tokens, value
                deeper.extend(((*tokens, key), item) for key, item in value.items())
            elif isinstance(value, list):
                deeper.extend(((*tokens, index), item) for index, item in enumerate(value))
        level = deeper
