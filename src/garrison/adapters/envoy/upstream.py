"""The upstream as an Envoy cluster: how it is reached, verified, limited and watched."""

import ssl
from collections.abc import Sequence
from pathlib import Path

from garrison.adapters.envoy.protobuf import Message, duration, socket_address, typed
from garrison.config.address import Upstream, is_ip, parse_upstream
from garrison.config.model import HealthCheckSettings, Settings, UpstreamSettings
from garrison.core.errors import GatewayError

CLUSTER = "upstream"

POOL_IDLE = 4.0
"""Seconds after which an unused upstream connection is closed. Below the 5 s of common servers (uvicorn,
Node.js), so that a request is never written into a connection that the upstream is just closing."""

CA_BUNDLES: Sequence[str] = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu, Alpine, Arch
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  # Fedora, RHEL 7 and later
    "/etc/pki/tls/certs/ca-bundle.crt",  # older RHEL
    "/etc/ssl/ca-bundle.pem",  # openSUSE
    "/etc/ssl/cert.pem",  # BSDs, macOS
)


def upstream_cluster(settings: Settings) -> Message:
    """The cluster that every request goes to."""
    upstream = settings.upstream
    place = parse_upstream(upstream.url)
    cluster: Message = {
        "name": CLUSTER,
        "type": "STATIC" if place.is_address else _discovery(settings),
        "connect_timeout": duration(upstream.connect_timeout),
        "lb_policy": "ROUND_ROBIN",
        "load_assignment": {
            "cluster_name": CLUSTER,
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": socket_address(place.host, place.port)}}]}],
        },
        "circuit_breakers": {"thresholds": [_thresholds(upstream)]},
        "typed_extension_protocol_options": {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": _protocol(upstream)
        },
    }
    if not place.is_address:
        cluster["dns_lookup_family"] = "ALL"  # both families: where one does not answer the next try goes to the other
    if place.scheme == "https":
        cluster["transport_socket"] = _tls(upstream, place)
    if upstream.health_check is not None:
        cluster["health_checks"] = [_health_check(upstream.health_check, upstream, place)]
        # Envoy's panic mode would send requests to an upstream known to be down.
        cluster["common_lb_config"] = {"healthy_panic_threshold": {"value": 0}}
    return cluster


def _discovery(settings: Settings) -> str:
    """How the addresses of a name are used. Those of an API of one's own are instances, among which load is spread; a
    large service's change with each answer and lead to the same, so that the first that can be reached will do."""
    return "LOGICAL_DNS" if settings.egress.enabled else "STRICT_DNS"


def _thresholds(upstream: UpstreamSettings) -> Message:
    return {
        "max_connections": upstream.max_connections,
        "max_pending_requests": upstream.max_pending_requests,
        "max_requests": upstream.max_requests,
        "max_retries": 3,  # at once, for the whole gateway: retries must not multiply load (Envoy's default)
    }


def _protocol(upstream: UpstreamSettings) -> Message:
    http1: Message = {"http_protocol_options": {}}
    http2: Message = {"http2_protocol_options": {"max_concurrent_streams": 100}}
    return typed(
        "extensions.upstreams.http.v3.HttpProtocolOptions",
        {
            "common_http_protocol_options": {"idle_timeout": duration(POOL_IDLE)},
            "explicit_http_config": http2 if upstream.http2 else http1,
        },
    )


def _tls(upstream: UpstreamSettings, place: Upstream) -> Message:
    name = upstream.tls.server_name or place.host
    common: Message = {
        "tls_params": {"tls_minimum_protocol_version": "TLSv1_2", "tls_maximum_protocol_version": "TLSv1_3"},
        "alpn_protocols": ["h2"] if upstream.http2 else ["http/1.1"],
    }
    if not upstream.tls.unsafe_skip_verification:
        common["validation_context"] = {
            "trusted_ca": {"filename": upstream.tls.ca or system_authorities()},
            "match_typed_subject_alt_names": [
                {"san_type": "IP_ADDRESS" if is_ip(name) else "DNS", "matcher": {"exact": name}}
            ],
        }
    if upstream.tls.certificate:
        common["tls_certificates"] = [
            {
                "certificate_chain": {"filename": upstream.tls.certificate},
                "private_key": {"filename": upstream.tls.key},
            }
        ]
    context: Message = {"common_tls_context": common}
    if not is_ip(name):  # an address is no server name (RFC 6066, section 3)
        context["sni"] = name
    return {
        "name": "envoy.transport_sockets.tls",
        "typed_config": typed("extensions.transport_sockets.tls.v3.UpstreamTlsContext", context),
    }


def _health_check(check: HealthCheckSettings, upstream: UpstreamSettings, place: Upstream) -> Message:
    return {
        "timeout": duration(min(check.interval, upstream.connect_timeout)),
        "interval": duration(check.interval),
        "unhealthy_threshold": 3,
        "healthy_threshold": 1,
        "http_health_check": {
            "path": check.path,
            "host": f"[{place.host}]" if ":" in place.host else place.host,
            **({"codec_client_type": "HTTP2"} if upstream.http2 else {}),
        },
    }


def host_of(upstream: UpstreamSettings) -> str:
    """The upstream's `Host` (RFC 9110, 7.2): its name, and its port where that is not its scheme's own."""
    place = parse_upstream(upstream.url)
    name = f"[{place.host}]" if ":" in place.host else place.host
    return name if place.port == (443 if place.scheme == "https" else 80) else f"{name}:{place.port}"


def system_authorities() -> str:
    """The file with the certificate authorities that this machine trusts.

    Raises GatewayError where there is none: then nothing could be verified.
    """
    paths = ssl.get_default_verify_paths()
    for candidate in (paths.cafile, paths.openssl_cafile, *CA_BUNDLES):
        if candidate and Path(candidate).is_file():
            return candidate
    raise GatewayError(
        "this machine has no bundle of certificate authorities to verify the upstream with:"
        " install `ca-certificates`, or name one as `upstream.tls.ca`"
    )
