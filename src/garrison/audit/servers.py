"""Servers: every URL under which a description says that it is served."""

import ipaddress
import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from garrison.audit.walk import Reading, Users
from garrison.contract.documents import Node

_VARIABLE: Final = re.compile(r"\{([^{}]+)\}")
_LOCAL: Final = frozenset({"localhost", "host.docker.internal", "local"})


class Server(msgspec.Struct, frozen=True, eq=False):
    """One server object."""

    node: Node
    url: str
    """Its variables replaced by their defaults."""
    written: str
    users: Users

    @property
    def scheme(self) -> str:
        """Lower case; empty for a relative URL."""
        return self.url.partition("://")[0].lower() if "://" in self.url else ""

    @property
    def host(self) -> str:
        """Lower case, without port; empty where there is none."""
        try:
            return (urlsplit(self.url).hostname or "").lower()
        except ValueError:
            return ""

    @property
    def is_private(self) -> bool:
        """Whether only one machine or network can reach it."""
        host = self.host
        if host in _LOCAL or host.endswith((".local", ".localhost")):
            return True
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return False
        return not address.is_global

    @property
    def variables(self) -> Iterator[tuple[str, dict[str, Any], bool]]:
        """Name, variable object, and whether it stands in the host, of each variable."""
        declared = self.node.value.get("variables")
        authority = self.written.partition("://")[2].partition("/")[0]
        for name in _VARIABLE.findall(self.written):
            value = declared.get(name) if isinstance(declared, dict) else None
            yield name, value if isinstance(value, dict) else {}, f"{{{name}}}" in authority


def servers(reading: Reading) -> Iterator[Server]:
    """The servers of the description, of its paths and of its operations, each URL once."""
    found: dict[str, Server] = {}
    for each in _every(reading):
        known = found.get(each.written)
        users = each.users | (known.users if known is not None else 0)
        found[each.written] = msgspec.structs.replace(known or each, users=Users(users))
    return iter(found.values())


def _every(reading: Reading) -> Iterator[Server]:
    yield from _listed(reading.description.root, reading.everywhere)
    for operation in reading.operations:
        item = reading.of_root("paths", operation.path)
        for node in (item, operation.node):
            if node is not None:
                yield from _listed(node, reading.users(operation))


def _listed(node: Node, users: Users) -> Iterator[Server]:
    listed = node.value.get("servers") if isinstance(node.value, dict) else None
    for at, value in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(value, dict) and isinstance(value.get("url"), str):
            place = node.place.child("servers", at)
            yield Server(Node(place, value), _expanded(value), value["url"], users)


def _expanded(server: dict[str, Any]) -> str:
    declared = server.get("variables")

    def default(found: re.Match[str]) -> str:
        variable = declared.get(found[1]) if isinstance(declared, dict) else None
        value = variable.get("default") if isinstance(variable, dict) else None
        return value if isinstance(value, str) else found[0]

    return _VARIABLE.sub(default, server["url"])
