"""Styles: how arrays and objects are written into URLs, headers, cookies and forms (OpenAPI 3.2, 4.12).

| style | in | array (explode no / yes) | object (no / yes) |
|---|---|---|---|
| matrix | path | `;c=a,b` / `;c=a;c=b` | `;c=x,1,y,2` / `;x=1;y=2` |
| label | path | `.a,b` / `.a.b` | `.x,1,y,2` / `.x=1.y=2` |
| simple | path, header | `a,b` / `a,b` | `x,1,y,2` / `x=1,y=2` |
| form, cookie | query, cookie, form | `c=a,b` / `c=a&c=b` | `c=x,1,y,2` / `x=1&y=2` |
| spaceDelimited | query, form | `c=a b` | `c=x 1 y 2` |
| pipeDelimited | query, form | `c=a|b` | `c=x|1|y|2` |
| deepObject | query, form | `c[]=a&c[]=b` | `c[x]=1&c[y]=2` |

The standard leaves arrays in deepObject open; what is read here is what PHP, Rails and Stripe write.
"""

import re
from collections.abc import Mapping
from typing import Any

from garrison.contract.texts import Decode, Schema, decoder

DELIMITERS: Mapping[str, str] = {"spaceDelimited": " ", "pipeDelimited": "|"}
"""What separates items; a comma in every other style."""

STYLES: Mapping[str, tuple[str, ...]] = {
    "path": ("simple", "label", "matrix"),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
    "cookie": ("form", "cookie"),
}
"""The styles of each location; the first one is the default."""

_BRACKETS = re.compile(r"\[([^\[\]]*)\]")
_MAX_BRACKETS = 20
"""Levels of brackets in a deepObject name."""


def single(schema: Schema, style: str, explode: bool, name: str) -> Decode:
    """What reads a value that is written as one text."""
    types = schema.types()
    plain = decoder(schema)
    prefix = {"label": ".", "matrix": ";"}.get(style, "")
    is_collection = bool(types & {"array", "object"}) and not schema.is_anything
    if not is_collection:
        return _after_prefix(f";{name}=" if style == "matrix" else prefix, plain) if prefix else plain
    read = _object(schema, style, explode, name) if "array" not in types else _array(schema, style, explode, name)
    scalars = types - {"array", "object", "null"}
    return _either(read, plain, DELIMITERS.get(style, ",")) if scalars and not prefix else read


def _after_prefix(prefix: str, plain: Decode) -> Decode:
    return lambda text: plain(text[len(prefix) :]) if text.startswith(prefix) else text


def _either(read: Decode, plain: Decode, delimiter: str) -> Decode:
    """An array or a single value: the delimiter decides."""
    return lambda text: read(text) if delimiter in text else plain(text)


def _array(schema: Schema, style: str, explode: bool, name: str) -> Decode:
    item = decoder(schema.items())
    start, delimiter = _array_syntax(style, explode, name)
    strips = style == "simple"

    def decode(text: str) -> Any:
        if start:
            if not text.startswith(start):
                return text
            text = text[len(start) :]
        if not text:
            return []
        # Around the commas of a header there may be blanks (RFC 9110, section 5.6.1).
        return [item(each.strip(" \t") if strips else each) for each in text.split(delimiter)]

    return decode


def _array_syntax(style: str, explode: bool, name: str) -> tuple[str, str]:
    """What an array starts with, and what separates its items."""
    if style == "label":
        return ".", "." if explode else ","
    if style == "matrix":
        return f";{name}=", f";{name}=" if explode else ","
    return "", DELIMITERS.get(style, ",")


def _object(schema: Schema, style: str, explode: bool, name: str) -> Decode:
    """Properties as `x,1,y,2`, or as `x=1,y=2` where exploded."""
    build = builder(schema)
    start, delimiter = _array_syntax(style, explode, name)
    if style == "matrix" and explode:
        start = delimiter = ";"
    strips = style == "simple"

    def decode(text: str) -> Any:
        if start and not text.startswith(start):
            return text
        text = text[len(start) :]
        pieces = text.split(delimiter) if text else []
        if strips:
            pieces = [piece.strip(" \t") for piece in pieces]
        if not explode:
            return text if len(pieces) % 2 else build(list(zip(pieces[::2], pieces[1::2], strict=True)))
        if not all("=" in piece for piece in pieces):
            return text
        return build([(key, value) for key, _, value in (piece.partition("=") for piece in pieces)])

    return decode


def builder(schema: Schema) -> "Any":
    """What makes an object of names and texts, each read as its property's schema says."""
    decoders = {name: decoder(inner) for name, inner in schema.properties().items()}
    more = schema.additional()
    other = decoder(more) if more is not None else str

    def build(pairs: list[tuple[str, str]]) -> dict[str, Any]:
        return {name: decoders.get(name, other)(text) for name, text in pairs}

    return build


class DeepField:
    """A field whose names say where in it their texts belong: `c[x][y]=1`."""

    __slots__ = ("_names", "_schema")

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        properties = schema.properties()
        is_closed = bool(properties) and schema.additional() is None and "array" not in schema.types()
        self._names = frozenset(properties) if is_closed else None

    def allows(self, rest: str) -> bool:
        """Whether a name that goes on with `rest` (`x][y]`) belongs to a property that is declared."""
        return self._names is None or rest.partition("]")[0] in self._names

    def read(self, pairs: list[tuple[str, str]]) -> Any:
        """The value; each pair's name begins behind the field's own (`[x][y]`).

        A name that cannot be read, or that stands beside another which gives the same place a value, makes
        the whole a text, which no object schema takes.
        """
        tree: dict[str, Any] = {}
        for name, text in pairs:
            keys = _BRACKETS.findall(name)
            if "".join(f"[{key}]" for key in keys) != name or not 0 < len(keys) <= _MAX_BRACKETS:
                return name
            if not _insert(tree, keys, text):
                return name
        return _typed(tree, self._schema)


def _insert(tree: dict[str, Any], keys: list[str], text: str) -> bool:
    for key in keys[:-1]:
        inner = tree.setdefault(key, {})
        if not isinstance(inner, dict):
            return False
        tree = inner
    last = keys[-1]
    if last == "":
        last = str(len(tree))
    if last in tree:
        return False
    tree[last] = text
    return True


def _typed(tree: Any, schema: Schema) -> Any:
    types = schema.types()
    if isinstance(tree, str):
        return decoder(schema)(tree)
    is_list = "array" in types and all(key.isascii() and key.isdigit() for key in tree)
    if is_list and not schema.is_anything:
        order = sorted(tree, key=lambda key: (len(key), key))
        return [_typed(tree[key], schema.items()) for key in order]
    properties = schema.properties()
    more = schema.additional() or schema.at(True)
    return {key: _typed(value, properties.get(key, more)) for key, value in tree.items()}
