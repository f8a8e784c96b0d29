"""The texts of a request that are inspected, each with its place.

What the contract pins down is left out where the control says so (`Open`); without one, everything is inspected that a
client can say freely: path, names and values of the query, fields of the head but those with a grammar of their own, keys
and texts of the body.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from garrison.core.canonical import label
from garrison.core.document import (
    Document,
    FormDocument,
    JsonDocument,
    MultipartDocument,
    TextDocument,
)

Places = list[tuple[str, str]]
"""Texts, each behind its place: `query.q`, `body/items/0/name`, `header.referer`."""

_GRAMMATICAL: Final = frozenset(
    "accept accept-charset accept-encoding accept-language authorization cache-control connection content-encoding content-length content-type"
    " date dnt dpop expect host if-match if-modified-since if-none-match if-range if-unmodified-since keep-alive max-forwards origin pragma"
    " priority proxy-authorization range te trailer transfer-encoding upgrade upgrade-insecure-requests via traceparent tracestate baggage"
    " sec-ch-ua sec-ch-ua-mobile sec-ch-ua-platform sec-fetch-site sec-fetch-mode sec-fetch-dest sec-fetch-user signature signature-input"
    " content-digest x-forwarded-proto x-forwarded-port x-envoy-expected-rq-timeout-ms".split()
)
"""Fields that other controls read, each by its own grammar."""

_PLAIN: Final = re.compile(r"[\w .,@:+-]{0,7}")
_MAX_DEPTH: Final = 64
_MAX_NAMED: Final = 12


def head_texts(headers: Mapping[str, str]) -> Places:
    """What the fields of the head say."""
    found: Places = []
    for name, value in headers.items():
        if name in _GRAMMATICAL or name.startswith("sec-"):
            continue
        if name == "cookie":
            for pair in value.split(";"):
                key, _, text = pair.partition("=")
                found.append((f"cookie.{label(key.strip())}", text.strip().strip('"')))
                if len(key) > 40:
                    found.append(("cookie", key))
        else:
            found.append((f"header.{name}", value))
    return found


def query_texts(query: tuple[tuple[str, str], ...]) -> Places:
    """Names and values of a query or a form."""
    found: Places = []
    for name, value in query:
        if value:
            found.append((name, value))
        if not name.isidentifier():
            found.append((name, name))
    return found


def body_texts(document: Document | None) -> Places:
    """Keys and texts of a body."""
    match document:
        case JsonDocument(value):
            return _json(value)
        case FormDocument(fields):
            return [(f"body/{label(name)}", text) for name, text in query_texts(fields)]
        case MultipartDocument(parts):
            found: Places = []
            for part in parts:
                place = f"body/{label(part.name)}"
                if part.name and not part.name.isidentifier():
                    found.append((place, part.name))
                if part.filename:
                    found.append((f"{place}.filename", part.filename))
                try:
                    found.append((place, part.content.decode()))
                except UnicodeDecodeError:
                    continue  # a file of bytes: what is in it is opaque
            return found
        case TextDocument(text):
            return [("body", text)]
        case _:
            return []


def raw_texts(body: bytes, kind: str) -> Places:
    """What a body says that cannot be read in exactly one way: as a forgiving server may read it."""
    text = body.decode("utf-8", "replace")
    if kind == "form":
        return [(f"body/{label(name)}", value.replace("+", " ")) for name, _, value in _pairs(text)]
    if kind == "multipart":
        return [("body", part) for part in _PART.split(text)[1:_MAX_PARTS]]
    return [("body", found[0]) for found in _STRINGS.finditer(text)] if kind == "json" else [("body", text)]


def _pairs(text: str) -> list[tuple[str, str, str]]:
    return [pair.partition("=") for pair in text.split("&")[:_MAX_PARTS]]


_MAX_PARTS: Final = 1000
_PART: Final = re.compile(r"\r?\n\r?\n")
_STRINGS: Final = re.compile(r'(?<=")(?:[^"\\]|\\.)+')


def _json(root: Any) -> Places:
    found: Places = []
    stack: list[tuple[str, Any, int]] = [("body", root, 0)]
    while stack:
        place, node, depth = stack.pop()
        if type(node) is str:
            if not _PLAIN.fullmatch(node):
                found.append((place, node))
        elif type(node) is dict:
            for key, value in node.items():
                below = f"{place}/{label(key)}" if depth < _MAX_NAMED else place
                if not key.isidentifier() or key.startswith("__") or key == "constructor":
                    found.append((below, key))
                if type(value) in (str, dict, list):
                    stack.append((below, value, depth + 1))
        elif type(node) is list:
            for index, value in enumerate(node):
                if type(value) in (str, dict, list):
                    stack.append((f"{place}/{index}" if depth < _MAX_NAMED else place, value, depth + 1))
    return found
