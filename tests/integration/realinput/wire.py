"""Values onto the wire: the `style` and `explode` table of OpenAPI 3.1.1, 4.8.12.4, and bodies by media type."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

Pair = tuple[str, str]
BOUNDARY = "garrison-real-input"


class Call(NamedTuple):
    """One request as it is sent."""

    method: str
    target: str
    headers: tuple[Pair, ...] = ()
    body: bytes | None = None
    media_type: str = ""


def text(value: Any) -> str:
    """A single value as text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def style_of(parameter: Mapping[str, Any]) -> tuple[str, bool]:
    """The parameter's style and explode, defaults filled in."""
    default = "simple" if parameter["in"] in ("path", "header") else "form"
    style = parameter.get("style", default)
    return style, parameter.get("explode", style in ("form", "deepObject"))


def in_path(parameter: Mapping[str, Any], value: Any) -> str:
    """The text that stands for `{name}` in the path."""
    style, explode = style_of(parameter)
    name = parameter["name"]
    start, between = {"simple": ("", ","), "label": (".", "."), "matrix": (";", ";")}[style]
    if isinstance(value, list) and style == "matrix" and explode:
        return "".join(f";{name}={_encoded(item)}" for item in value)
    if isinstance(value, dict) and explode:
        return start + between.join(f"{_encoded(key)}={_encoded(item)}" for key, item in value.items())
    items = [_encoded(item) for item in _flat(value)]
    joined = (between if explode and style == "label" else ",").join(items)
    return f";{name}={joined}" if style == "matrix" else start + joined


def in_header(parameter: Mapping[str, Any], value: Any) -> str:
    """A header's value."""
    if "content" in parameter:
        return json.dumps(value)
    if isinstance(value, dict) and style_of(parameter)[1]:
        return ",".join(f"{key}={text(item)}" for key, item in value.items())
    return ",".join(text(item) for item in _flat(value))


def in_query(parameter: Mapping[str, Any], value: Any) -> list[Pair]:
    """Names and values, not yet encoded. Cookies are written alike."""
    name = parameter["name"]
    if "content" in parameter:
        return [(name, json.dumps(value))]
    style, explode = style_of(parameter)
    if style == "deepObject" and isinstance(value, dict):
        return list(_deep(name, value))
    if explode and isinstance(value, list):
        return [(name, text(item)) for item in value]
    if explode and isinstance(value, dict) and style == "form":
        return [(key, text(item)) for key, item in value.items()]
    between = {"spaceDelimited": " ", "pipeDelimited": "|"}.get(style, ",")
    return [(name, between.join(text(item) for item in _flat(value)))]


def query(pairs: list[Pair]) -> str:
    """A query string."""
    return "&".join(f"{quote(name, safe='[]')}={quote(value, safe='')}" for name, value in pairs)


def body(media_type: str, value: Any, encoding: Mapping[str, Any]) -> tuple[bytes, str]:
    """A body's bytes and its `Content-Type`."""
    bare = media_type.partition(";")[0].strip().lower()
    if bare.endswith(("/json", "+json")):
        return json.dumps(value).encode(), media_type
    if bare == "application/x-www-form-urlencoded" and isinstance(value, dict):
        pairs = [pair for name, item in value.items() for pair in _field(name, item, encoding.get(name, {}))]
        return query(pairs).encode(), media_type
    if bare == "multipart/form-data" and isinstance(value, dict):
        return _multipart(value), f"{bare}; boundary={BOUNDARY}"
    return text(value).encode(), media_type if "*" not in media_type else "application/octet-stream"


def _encoded(value: Any) -> str:
    return quote(text(value), safe="")


def _flat(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [each for pair in value.items() for each in pair]
    return value if isinstance(value, list) else [value]


def _deep(name: str, value: Mapping[str, Any]) -> Iterator[Pair]:
    for key, item in value.items():
        if isinstance(item, dict):
            yield from _deep(f"{name}[{key}]", item)
        elif isinstance(item, list):
            yield from ((f"{name}[{key}][]", text(each)) for each in item)
        else:
            yield f"{name}[{key}]", text(item)


def _field(name: str, value: Any, rules: Mapping[str, Any]) -> list[Pair]:
    styled = {"name": name, "in": "query", **{key: rules[key] for key in ("style", "explode") if key in rules}}
    if isinstance(value, dict) and len(styled) == 2:
        return [(name, json.dumps(value))]  # the default of an object is JSON (4.8.15.1.1)
    return in_query(styled, value)


def _multipart(value: Mapping[str, Any]) -> bytes:
    lines = []
    for name, item in value.items():
        for each in item if isinstance(item, list) else [item]:
            is_object = isinstance(each, dict | list)
            kind = "Content-Type: application/json\r\n" if is_object else ""
            content = json.dumps(each) if is_object else text(each)
            disposition = f'Content-Disposition: form-data; name="{name}"\r\n'
            lines.append(f"--{BOUNDARY}\r\n{disposition}{kind}\r\n{content}\r\n")
    return ("".join(lines) + f"--{BOUNDARY}--\r\n").encode()
