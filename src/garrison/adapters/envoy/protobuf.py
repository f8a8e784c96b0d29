"""Protocol buffers written as JSON (proto3 mapping): the few shapes that Envoy's configuration repeats."""

import ipaddress
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

Message: TypeAlias = dict[str, Any]
"""One message as plain data."""

ENVOY = "type.googleapis.com/envoy"


def typed(name: str, fields: Mapping[str, Any] | None = None) -> Message:
    """A `google.protobuf.Any` holding the message `envoy.NAME`."""
    return {"@type": f"{ENVOY}.{name}", **(fields or {})}


def extension(name: str, message: str, fields: Mapping[str, Any] | None = None) -> Message:
    """An extension's name with its typed configuration."""
    return {"name": name, "typed_config": typed(message, fields)}


def duration(seconds: float) -> str:
    """A `google.protobuf.Duration`, to the millisecond that Envoy's timers count in."""
    return f"{max(seconds, 0.001):.3f}s"


def socket_address(host: str, port: int, protocol: str = "TCP") -> Message:
    """An address of a socket."""
    return {"socket_address": {"address": host, "port_value": port, "protocol": protocol}}


def cidr_ranges(networks: Iterable[str]) -> list[Message]:
    """Addresses and networks as `CidrRange` messages."""
    parsed = [ipaddress.ip_network(network) for network in networks]
    return [{"address_prefix": str(one.network_address), "prefix_len": one.prefixlen} for one in parsed]
