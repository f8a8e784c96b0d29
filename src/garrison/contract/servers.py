"""Servers: under which hosts and path prefixes operations are served (OpenAPI 3.2, section 4.6)."""

import itertools
import posixpath
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from garrison.contract.documents import Node, is_url, join
from garrison.contract.place import Place, Problems, excerpt

_VARIABLE = re.compile(r"\{([^{}]+)\}")

MAX_EXPANSIONS = 100
"""URLs that one server's variables may stand for."""

Served = tuple[str, str]
"""Host (lower case, without port; empty for any) and path prefix (empty, or `/v1`)."""


def served(node: Node | None, base: str, problems: Problems) -> tuple[Served, ...]:
    """Where the list of servers at `node` says that operations are served.

    `base` is the description's own URL or path, which relative URLs are seen from. Where no server can be
    used the operations are served at the root of any host.
    """
    found: dict[Served, None] = {}
    servers = node.value if node is not None else None
    for index, server in enumerate(servers if isinstance(servers, list) else ()):
        place = node.place.child(index) if node is not None else Place(base)
        for url in _urls(server, place, problems):
            found.setdefault(_split(url, base, place, problems))
    return tuple(found) or (("", ""),)


def _urls(server: Any, place: Place, problems: Problems) -> Iterator[str]:
    """The server's URL with every combination of its variables' values."""
    url = server.get("url") if isinstance(server, dict) else None
    if not isinstance(url, str):
        problems.add(place, "a server must have a `url`")
        return
    declared = server.get("variables")
    names = list(dict.fromkeys(_VARIABLE.findall(url)))
    choices = []
    for name in names:
        variable = declared.get(name) if isinstance(declared, dict) else None
        values = _values(variable)
        if not values:
            problems.add(place, f"the server variable {excerpt(name)} has no default")
            return
        choices.append(values)
    for count, combination in enumerate(itertools.product(*choices)):
        if count == MAX_EXPANSIONS:
            problems.add(place, f"the server's variables stand for more than {MAX_EXPANSIONS} URLs")
            return
        expanded = url
        for name, chosen in zip(names, combination, strict=True):
            expanded = expanded.replace("{" + name + "}", chosen)
        yield expanded


def _values(variable: Any) -> list[str]:
    """Default first, then the other values that are allowed."""
    if not isinstance(variable, dict):
        return []
    options = variable.get("enum")
    every = [variable.get("default"), *(options if isinstance(options, list) else ())]
    return list(dict.fromkeys(str(value) for value in every if isinstance(value, (str, int, float))))


def _split(url: str, base: str, place: Place, problems: Problems) -> Served:
    url = url or "/"  # frameworks write an empty one for the default, not for the description's own address
    absolute = url if "://" in url or url.startswith("//") else join(base, url) if is_url(base) else url
    try:
        parts = urlsplit(absolute)
        host = (parts.hostname or "").lower()
    except ValueError:
        problems.add(place, f"the server's URL {excerpt(url)} is not a URL")
        return "", ""
    path = posixpath.normpath("/" + parts.path).rstrip("/").replace("//", "/")
    # A relative URL is seen from the description, which a gateway does not serve: only its path counts.
    host = host if "://" in url or url.startswith("//") else ""
    return host, path
