"""The texts of a request that are inspected, each with its place.

What the contract pins down is left out where the control says so (`Open`); without one, everything is inspected that a
client can say freely: path, names and values of the query, fields of the head but those with a grammar of their own,
keys and texts of the body.
"""

import functools
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

import msgspec

from garrison.contract.pinned import NOTHING_PINNED, Pins
from garrison.core.canonical import label
from garrison.core.document import (
    Document,
    FormDocument,
    JsonDocument,
    MultipartDocument,
    Part,
    TextDocument,
)

Places: TypeAlias = list[tuple[str, str]]
"""Texts, each behind its place: `query.q`, `body/items/0/name`, `header.referer`."""

GRAMMATICAL: Final = frozenset({
    "accept", "accept-charset", "accept-encoding", "accept-language", "authorization", "baggage", "cache-control",
    "connection", "content-digest", "content-encoding", "content-length", "content-type", "date", "dnt", "dpop",
    "expect", "host", "if-match", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since",
    "keep-alive", "max-forwards", "origin", "pragma", "priority", "proxy-authorization", "range", "sec-ch-ua",
    "sec-ch-ua-mobile", "sec-ch-ua-platform", "sec-fetch-dest", "sec-fetch-mode", "sec-fetch-site", "sec-fetch-user",
    "signature", "signature-input", "te", "traceparent", "tracestate", "trailer", "transfer-encoding", "upgrade",
    "upgrade-insecure-requests", "via", "x-envoy-expected-rq-timeout-ms", "x-forwarded-port", "x-forwarded-proto",
})  # fmt: skip
"""Fields that other controls read, each by its own grammar."""

_FOREIGN: Final = re.compile(r"[{<`|\\']")
"""What those grammars have no use for, or hardly any: a field with it is read like any other."""

_FILE_NAMES: Final = frozenset({"x-file-name", "x-filename", "x_filename", "x.filename", "slug"})
"""Fields that name an uploaded file."""

ADDRESSES: Final = re.compile(r"[0-9a-fA-F.:, ]{0,200}|[0-9a-fA-F]{1,32}(?:-[0-9a-fA-F]{1,32}){1,8}")
"""What proxies say of where a request came from, and its name: no word of any language is made of it."""
_PLAIN_LENGTH: Final = 7
_PLAIN: Final = re.compile(rf"[\w .,@:+-]{{0,{_PLAIN_LENGTH}}}|-?\d{{1,20}}")
_is_plain: Final = _PLAIN.fullmatch
_NAME: Final = re.compile(r"[\w.~-]{0,40}|\d{1,40}")
_MAX_NAMED: Final = 12


def target_texts(
    path: str, segments: Sequence[str], arguments: Mapping[str, Any] | None, kept: frozenset[tuple[str, str]]
) -> Places:
    """What the path says: the values of its variables where it is described, else all of it and its segments."""
    if arguments is not None:
        if not arguments:
            return []
        return [
            (f"path.{name}", text)
            for name, value in arguments.items()
            if ("path", name) not in kept
            for text in ([value] if type(value) is str else json_said(value, NOTHING_PINNED))
        ]
    found = [("path", "/" + "/".join(segments) if "%" in path else path)]
    return found + [("path", segment) for segment in segments if not _NAME.fullmatch(segment)]


def head_texts(headers: Mapping[str, str], kept: frozenset[str] = frozenset()) -> Places:
    """What the fields of the head say; `kept` are those that are pinned down."""
    found: Places = []
    for name, value in headers.items():
        if name in kept or not is_free(name, value):
            continue
        if name == "referer" and "?" in value:
            found += [(f"header.{name}", each.partition("=")[2]) for each in value.partition("?")[2].split("&")]
        if name == "cookie":
            for pair in value.split(";"):
                key, _, text = pair.partition("=")
                found.append((f"cookie.{label(key.strip())}", text.strip().strip('"')))
                if not _NAME.fullmatch(key.strip()):  # who logs the field or splits it elsewhere reads all of it
                    found.append(("cookie", pair.strip()))
        else:
            found += _file_texts(f"header.{name}", value) if name in _FILE_NAMES else [(f"header.{name}", value)]
    return found


def is_free(name: str, value: str) -> bool:
    """Whether a field of the head says what has no place in a grammar of its own."""
    if name in GRAMMATICAL or name.startswith("sec-"):
        return _FOREIGN.search(value) is not None or "../" in value or "()" in value
    return not ADDRESSES.fullmatch(value)


def query_texts(query: tuple[tuple[str, str], ...], kept: frozenset[str] = frozenset()) -> Places:
    """Names and values of a query or a form; `kept` are those that are pinned down."""
    found: Places = []
    for name, value in query:
        if name in kept:
            continue
        if value:
            found.append((label(name), value))
        if not value or not name.isidentifier() or name.startswith("__"):
            found.append((label(name), name))
    return found


def query_said(query: tuple[tuple[str, str], ...], kept: frozenset[str]) -> list[str]:
    """The same without places."""
    found: list[str] = []
    for name, value in query:
        if name not in kept:
            if value:
                found.append(value)
            if not value or not name.isidentifier() or name[:2] == "__":
                found.append(name)
    return found


def body_texts(document: Document | None, pins: Pins = NOTHING_PINNED, *, plain: bool = False) -> Places:
    """Keys and texts of a body, those left out that are pinned down; of JSON, unless `plain`, also those that are too
    plain to say anything."""
    if type(document) is JsonDocument:
        return _json(document.value, pins, plain=plain)
    kept = frozenset([name for name, each in pins.properties.items() if each.whole])
    match document:
        case FormDocument(fields):
            return [(f"body/{name}", text) for name, text in query_texts(fields, kept)] + _posing(fields)
        case MultipartDocument(parts):
            return _part_texts(parts, kept)
        case TextDocument(text):
            return [] if pins.whole else _plain_texts(text)
        case _:
            return []


def _part_texts(parts: Sequence[Part], kept: frozenset[str]) -> Places:
    found: Places = []
    for part in parts:
        if part.name in kept and not part.filename:
            continue
        place = f"body/{label(part.name)}"
        if part.name and not part.name.isidentifier():
            found.append((place, part.name))
        if part.filename:
            found += _file_texts(f"{place}.filename", part.filename)
        try:
            found.append((place, part.content.decode()))
        except UnicodeDecodeError:  # what is in a file of bytes is opaque, and not what a field says
            if not part.filename:
                found.append((place, part.content.decode("utf-8", "replace")))
    return found


def _plain_texts(text: str) -> Places:
    """What a text says, and what those read in it who take it for XML or JSON whatever it is called."""
    return [("body", text), *_marked_up(text), *_strings(text)]


def _posing(fields: Sequence[tuple[str, str]]) -> Places:
    """The strings of JSON that is called a form: the names and values it falls into are pieces of it."""
    if not fields or fields[0][0].lstrip()[:1] not in _OPENING:
        return []
    return _strings("&".join(f"{name}={value}" for name, value in fields))


_OPENING: Final = ("{", "[")


def _strings(text: str) -> Places:
    """Those of what begins like JSON."""
    if not text.lstrip().startswith(_OPENING):
        return []
    found = [match[0] for match in _STRINGS.finditer(text)]
    return [("body", each) for each in found if not _is_plain(each)][:_MAX_PARTS]


def json_said(root: Any, pins: Pins) -> list[str]:
    """The texts of JSON without their places, and now and then one more: what is too plain is told by its length."""
    found: list[str] = []
    stack: list[_Held] = []
    if type(root) is dict:
        _object_said(root, pins, found, stack)
    elif type(root) is list:
        _list_said(root, pins, found, stack)
    elif type(root) is str and _says(root, pins, plain=False):
        found.append(root)
    while stack:
        node, known = stack.pop()
        if type(node) is dict:
            _object_said(node, known, found, stack)
        else:
            _list_said(node, known, found, stack)
    return found


def _object_said(node: dict[str, Any], known: Pins, found: list[str], stack: list["_Held"]) -> None:
    pinned, silent = known.properties, known.silent
    for key, value in node.items():
        if key in silent:
            continue
        kind = type(value)
        if kind is str:
            if (len(value) > _PLAIN_LENGTH and not value.isdigit()) or not _is_plain(value):
                found.append(value)
        elif kind is dict or kind is list:
            stack.append((value, pinned.get(key, NOTHING_PINNED)))
        if (len(key) > _LONG_NAME or _is_odd(key)) and key not in pinned:
            found.append(_named_with(key, value))


def _list_said(node: list[Any], known: Pins, found: list[str], stack: list["_Held"]) -> None:
    each = known.items or NOTHING_PINNED
    if not each.whole:
        found += [value for value in node if type(value) is str and not _is_plain(value)]
    if not _TEXTS.issuperset(map(type, node)):
        stack += [(value, each) for value in node if type(value) is dict or type(value) is list]


_LONG_NAME: Final = 64
"""Characters of a key up to which it is remembered; a longer one is a text like any other."""


@functools.lru_cache(maxsize=1024)
def _is_odd(key: str) -> bool:
    """Whether a key that the contract does not declare is a text like any other."""
    return not key.isidentifier() or key[:2] == "__" or key == "constructor"


def _named_with(key: str, value: Any) -> str:
    """`key`, and the one below it where both together name what all objects of a runtime share."""
    return "constructor.prototype" if key == "constructor" and type(value) is dict and "prototype" in value else key


_Held: TypeAlias = tuple[Any, Pins]
"""A value that is still to be looked at, and what of it is pinned down."""
_TEXTS: Final = frozenset({str})


def _file_texts(place: str, name: str) -> Places:
    """The name of an uploaded file, bare and as such: what runs where it is uploaded is told by that."""
    return [(place, name), (place, f'filename="{name}"')]


def raw_texts(body: bytes, kind: str) -> Places:
    """What a body says that cannot be read in exactly one way: as a forgiving server may read it."""
    text = body.decode("utf-8", "replace")
    if kind == "form":
        pairs = [(name.replace("+", " "), value.replace("+", " ")) for name, _, value in _pairs(text)]
        return [place for name, value in pairs for place in _named(name, value)]
    if kind == "multipart":
        named = [place for match in _PART_NAME.finditer(text) for place in _file_texts("body", match[1])]
        return [("body", part) for part in _PART.split(text, _MAX_PARTS)[1:]] + named[:_MAX_PARTS]
    if kind != "json":
        return [("body", text)]
    outside = _STRINGS.sub("", text)
    rest = [] if _STRUCTURE.fullmatch(_WORDS.sub("", outside)) else [("body", outside)]
    return [("body", _unescaped(found[0])) for found in _STRINGS.finditer(text)] + rest


def _unescaped(inside: str) -> str:
    """A string of JSON for what it says, which may be more than may be said in a body."""
    if "\\" not in inside:
        return inside
    try:
        return _STRING.decode(f'"{inside}"')
    except msgspec.MsgspecError:
        return inside


_STRING: Final = msgspec.json.Decoder(str)


def _named(name: str, value: str) -> Places:
    """A pair of a form: its value, and its name where that says more than a name does."""
    place = f"body/{label(name)}"
    return ([(place, value)] if value else []) + ([] if _NAME.fullmatch(name) else [(place, name)])


def _pairs(text: str) -> list[tuple[str, str, str]]:
    return [pair.partition("=") for pair in text.split("&", _MAX_PARTS)]


_MAX_PARTS: Final = 1000
"""Parts that are told apart; what stands behind them is one text."""
_PART: Final = re.compile(r"\r?\n\r?\n")
_PART_NAME: Final = re.compile(r"filename\*?\s*=\s*[\"']?([^\"'\r\n;]+)", re.IGNORECASE)
_STRUCTURE: Final = re.compile(r"[\s{}\[\],:\"\d.+-]*+")
"""What stands between the strings of JSON, but for words."""
_WORDS: Final = re.compile("true|false|null", re.IGNORECASE)
_STRINGS: Final = re.compile(r'(?<=")(?:[^"\\]++|\\.)+')


def _marked_up(text: str) -> Places:
    """Values inside an XML document: what its elements and attributes hold."""
    if not text.lstrip().startswith("<"):
        return []
    found = [("body", (match[1] or match[2] or match[3]).strip()) for match in _MARKED_UP.finditer(text)]
    return [place for place in found if not _PLAIN.fullmatch(place[1])][:_MAX_PARTS]


_MARKED_UP: Final = re.compile(r">([^<>]+)(?=<)|=\s*\"([^\"]+)\"|=\s*'([^']+)'")


_Step: TypeAlias = tuple[str, Any, int, Pins]
"""A value that is still to be looked at: its place, itself, its depth, and what of it is pinned down."""


def _json(root: Any, pins: Pins, *, plain: bool) -> Places:
    found: Places = []
    stack: list[_Step] = [("body", root, 0, pins)]
    while stack:
        place, node, depth, known = stack.pop()
        if type(node) is dict:
            _object((place, node, depth, known), found, stack, plain=plain)
        elif type(node) is list:
            _list((place, node, depth, known.items or NOTHING_PINNED), stack, plain=plain)
        elif type(node) is str and (depth or _says(node, known, plain=plain)):  # those of lists were asked about
            found.append((place, node))
    return found


def _list(step: _Step, stack: list[_Step], *, plain: bool) -> None:
    place, node, depth, each = step
    is_free = not each.whole
    for index, value in enumerate(node):
        kind = type(value)
        if (is_free and (plain or not _is_plain(value))) if kind is str else (kind is dict or kind is list):
            stack.append((f"{place}/{index}" if depth < _MAX_NAMED else place, value, depth + 1, each))


def _object(step: _Step, found: Places, stack: list[_Step], *, plain: bool) -> None:
    """Keys that the contract does not declare are texts like any other."""
    place, node, depth, known = step
    pins = known.properties.get
    for key, value in node.items():
        each, kind = pins(key, NOTHING_PINNED), type(value)
        is_odd = each is NOTHING_PINNED and (len(key) > _LONG_NAME or _is_odd(key))
        is_text = kind is str and not each.whole and (plain or not _is_plain(value))
        is_held = kind is dict or kind is list
        if is_odd or is_text or is_held:
            below = f"{place}/{_label(key[:_LONG_NAME])}" if depth < _MAX_NAMED else place
            if is_odd:
                found.append((below, _named_with(key, value)))
            if is_text:
                found.append((below, value))
            elif is_held:
                stack.append((below, value, depth + 1, each))


_label: Final = functools.lru_cache(maxsize=1024)(label)
"""Keys are the same in most bodies."""


def _says(text: str, known: Pins, *, plain: bool) -> bool:
    return not known.whole and (plain or not _is_plain(text))
