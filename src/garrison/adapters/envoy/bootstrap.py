"""Settings become Envoy's bootstrap configuration (API v3), as plain data that is written as JSON."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from garrison.adapters.envoy.manager import connection_manager, handler_filter
from garrison.adapters.envoy.protobuf import Message, cidr_ranges, extension, socket_address, typed
from garrison.adapters.envoy.upstream import upstream_cluster
from garrison.config.address import Listen, parse_listen
from garrison.config.model import ListenTlsSettings, Settings

ADMIN_SOCKET = "admin.sock"
"""Envoy's admin interface, in the run directory: a Unix socket, which no network reaches."""

TCP_LISTENER = "tcp"
BUFFER_BYTES = 1 << 20
"""Bytes Envoy buffers for one connection before it stops reading (Envoy's default; its edge practices say 32
KiB, under which larger inspected bodies would crawl)."""

REGEX_INSTRUCTIONS = 2000
"""Size, in RE2's instructions, up to which Envoy takes a regular expression (its default is 100). All are our own
(`manager.py`), and run in linear time."""

CIPHERS: Sequence[str] = (
    "[ECDHE-ECDSA-AES128-GCM-SHA256|ECDHE-ECDSA-CHACHA20-POLY1305]",
    "[ECDHE-RSA-AES128-GCM-SHA256|ECDHE-RSA-CHACHA20-POLY1305]",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
)
"""For TLS 1.2: forward secrecy and authenticated encryption only (RFC 9325, section 4.2). TLS 1.3 has its
own."""


def bootstrap(
    settings: Settings,
    *,
    run_dir: Path,
    module_path: Path | None = None,
    handler_config: Mapping[str, object] | None = None,
) -> Message:
    """Envoy's whole configuration.

    `module_path` is the filter's shared object and `handler_config` what it hands to Python; without them
    Envoy stands bare in front of the upstream, which only measurements want.
    """
    handler = handler_filter(str(module_path), handler_config or {}) if module_path else None
    return {
        "admin": {
            "address": {"pipe": {"path": str(run_dir / ADMIN_SOCKET), "mode": 0o600}},
            "ignore_global_conn_limit": True,
        },
        "static_resources": {
            "listeners": _listeners(settings, handler),
            "clusters": [upstream_cluster(settings)],
        },
        "layered_runtime": {
            "layers": [
                {"name": "static", "static_layer": {"re2.max_program_size.error_level": REGEX_INSTRUCTIONS}},
            ]
        },
        "overload_manager": {
            "resource_monitors": [
                extension(
                    "envoy.resource_monitors.global_downstream_max_connections",
                    "extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig",
                    {"max_active_downstream_connections": settings.listen.max_connections},
                )
            ]
        },
    }


def _listeners(settings: Settings, handler: Message | None) -> list[Message]:
    place = parse_listen(settings.listen.address)
    listeners: list[Message] = [
        {
            "name": TCP_LISTENER,
            "address": _address(place, "TCP"),
            "filter_chains": _chains(settings, "AUTO", handler),
            "per_connection_buffer_limit_bytes": BUFFER_BYTES,
        }
    ]
    if settings.listen.http3:
        listeners.append(
            {
                "name": "udp",
                "address": _address(place, "UDP"),
                "udp_listener_config": {"quic_options": {}, "downstream_socket_config": {"prefer_gro": True}},
                "filter_chains": _chains(settings, "HTTP3", handler),
                "per_connection_buffer_limit_bytes": BUFFER_BYTES,
            }
        )
    return listeners


def _address(place: Listen, protocol: str) -> Message:
    address = socket_address(place.host, place.port, protocol)
    if place.host == "::":
        address["socket_address"]["ipv4_compat"] = True  # "all addresses" means those of both families
    return address


def _chains(settings: Settings, codec: str, handler: Message | None) -> list[Message]:
    """One filter chain for everybody, and one in front of it for trusted proxies where some are listed."""
    socket = _transport(settings.listen.tls, codec)
    proxies = settings.listen.trusted_proxies
    chains: list[Message] = []
    if proxies:
        manager = connection_manager(settings, codec=codec, trusted=True, handler=handler)
        match = {"source_prefix_ranges": cidr_ranges(proxies)}
        chains.append({"name": "proxies", "filter_chain_match": match, "filters": [manager], **socket})
    manager = connection_manager(settings, codec=codec, trusted=False, handler=handler)
    return [*chains, {"name": "clients", "filters": [manager], **socket}]


def _transport(tls: ListenTlsSettings | None, codec: str) -> Message:
    if tls is None:
        return {}
    context = _tls_context(tls, ["h3"] if codec == "HTTP3" else ["h2", "http/1.1"])
    if codec == "HTTP3":
        quic = typed(
            "extensions.transport_sockets.quic.v3.QuicDownstreamTransport",
            {"downstream_tls_context": context},
        )
        return {"transport_socket": {"name": "envoy.transport_sockets.quic", "typed_config": quic}}
    own = typed("extensions.transport_sockets.tls.v3.DownstreamTlsContext", context)
    return {"transport_socket": {"name": "envoy.transport_sockets.tls", "typed_config": own}}


def _tls_context(tls: ListenTlsSettings, protocols: Sequence[str]) -> Message:
    common: Message = {
        "tls_params": {
            "tls_minimum_protocol_version": "TLSv1_2",
            "tls_maximum_protocol_version": "TLSv1_3",
            "cipher_suites": list(CIPHERS),
        },
        "alpn_protocols": list(protocols),
        "tls_certificates": [
            {"certificate_chain": {"filename": tls.certificate}, "private_key": {"filename": tls.key}}
        ],
    }
    if tls.client_ca:
        common["validation_context"] = {"trusted_ca": {"filename": tls.client_ca}}
    return {"common_tls_context": common, "require_client_certificate": tls.require_client_certificate}
