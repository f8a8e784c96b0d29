"""The HTTP connection manager: how Envoy reads requests, before our filter, and what leaves after it.

The filter must judge what was received, and what it judged must be what is forwarded. So Envoy normalises no
path here: the engine's canonical form reads the raw target, refuses what is ambiguous and sets what is sent
on. What Envoy itself would obey or add - forwarding headers of strangers, `x-envoy-*` - is taken away on both
sides.
"""

from collections.abc import Mapping, Sequence

import msgspec

from garrison.adapters.envoy.protobuf import Message, cidr_ranges, duration, extension
from garrison.adapters.envoy.replies import local_replies
from garrison.adapters.envoy.upstream import CLUSTER, host_of
from garrison.config.model import Settings

FILTER = "garrison"

HEADERS_TIMEOUT = 10.0
"""Seconds for a request's head to arrive whole: slow heads hold connections (RFC 9110, section 17.17; Envoy's
edge practices say 5 to 10)."""
KEEP_ALIVE = 75.0
"""Seconds a client's connection may stay without a request (nginx's default)."""
MAX_STREAMS = 100
"""HTTP/2 streams at once on a connection (RFC 9113, section 6.5.2, recommends no fewer; Envoy's edge
practices)."""
MAX_HEADERS_KIB = 8192
"""Largest head that Envoy can be told to take."""
MIN_HEADERS_KIB = 96
"""Smallest bound on a head that is set: so that a little more in the settings needs no restart."""
MAX_UINT32 = (1 << 32) - 1
MIN_HEADERS = 1000
"""Smallest bound on the number of header fields: well above `request-limits`, which so answers first."""

FORWARDING = (
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-prefix",
    "x-forwarded-proto",
    "x-forwarded-scheme",
    "x-forwarded-server",
    "x-forwarded-ssl",
    "x-original-forwarded-for",
    "x-real-ip",
    "x-client-ip",
    "x-cluster-client-ip",
    "true-client-ip",
    "cf-connecting-ip",
    "fastly-client-ip",
    "x-azure-clientip",
)
"""Headers by which a proxy names the client (RFC 7239, and those of common proxies). Only listed peers
may."""


def _spellings(name: str) -> list[str]:
    """The name with `-` and `_` between its words, in every way."""
    first, *rest = name.split("-")
    found = [first]
    for word in rest:
        found = [f"{begin}{mark}{word}" for begin in found for mark in "-_"]
    return found


_LOOKALIKES = tuple(spelling for name in FORWARDING for spelling in _spellings(name) if spelling != name)
"""CGI and WSGI read `X_Real_Ip` and `X-Real_Ip` as `X-Real-Ip`: the same header, by other names. Underscores in
other names are let through, because contracts declare such headers (`api_key`)."""

_UPSTREAMS_ENVOY = (
    "x-envoy-attempt-count",
    "x-envoy-decorator-operation",
    "x-envoy-degraded",
    "x-envoy-immediate-health-check-fail",
    "x-envoy-is-timeout-retry",
    "x-envoy-overloaded",
    "x-envoy-ratelimited",
    "x-envoy-upstream-canary",
    "x-envoy-upstream-healthchecked-cluster",
    "x-envoy-upstream-service-time",
)
"""What an Envoy behind us would tell the client of the inside."""


def connection_manager(settings: Settings, *, codec: str, trusted: bool, handler: Message | None) -> Message:
    """The network filter for connections from trusted proxies, or from everybody else."""
    fields: Message = {
        "stat_prefix": "ingress",
        "codec_type": codec,
        "route_config": _routes(settings, codec),
        "http_filters": [*([handler] if handler else []), _router()],
        "local_reply_config": local_replies(),
        "common_http_protocol_options": {
            "idle_timeout": duration(KEEP_ALIVE),
            "max_headers_count": headers_count(settings),
            "headers_with_underscores_action": "ALLOW",
        },
        "http_protocol_options": {"allow_chunked_length": False},
        "http2_protocol_options": {
            "max_concurrent_streams": MAX_STREAMS,
            "initial_stream_window_size": 65536,
            "initial_connection_window_size": 1 << 20,
        },
        "max_request_headers_kb": headers_kib(settings),
        "request_headers_timeout": duration(HEADERS_TIMEOUT),
        "stream_idle_timeout": duration(settings.upstream.idle_timeout),
        "normalize_path": False,
        "merge_slashes": False,
        "path_with_escaped_slashes_action": "KEEP_UNCHANGED",
        "upgrade_configs": [{"upgrade_type": "websocket"}],
        "server_header_transformation": "PASS_THROUGH",
        # A client's own id goes through; an exchange's name is its event's id, and no second one is made up.
        "generate_request_id": False,
        "preserve_external_request_id": True,
        "forward_client_cert_details": "SANITIZE",
        # No address is internal: from such Envoy would obey `x-envoy-*`.
        "internal_address_config": {"unix_sockets": False, "cidr_ranges": []},
        "early_header_mutation_extensions": [_early(trusted=trusted)],
    }
    if trusted:
        fields["use_remote_address"] = False
        fields["original_ip_detection_extensions"] = [_client_behind(settings.listen.trusted_proxies)]
    else:
        fields["use_remote_address"] = True
    if codec == "HTTP3":
        fields["http3_protocol_options"] = {}
    return extension(
        "envoy.filters.network.http_connection_manager",
        "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        fields,
    )


def headers_kib(settings: Settings) -> int:
    """Envoy's bound on a request's head in KiB: twice that of `request-limits`, which so answers first."""
    limits = settings.controls.request_limits
    wanted = -(-2 * (limits.header_bytes + limits.uri_bytes) // 1024)
    return min(max(wanted, MIN_HEADERS_KIB), MAX_HEADERS_KIB)


def headers_count(settings: Settings) -> int:
    """Envoy's bound on the number of header fields: twice that of `request-limits`, which so answers first."""
    wanted = 2 * settings.controls.request_limits.header_count
    return min(max(wanted, MIN_HEADERS), MAX_UINT32)


def handler_filter(module_path: str, handler_config: Mapping[str, object]) -> Message:
    """Our filter: the shared object, and what it hands to Python."""
    config = {
        "@type": "type.googleapis.com/google.protobuf.StringValue",
        "value": msgspec.json.encode(handler_config).decode(),
    }
    return extension(
        "envoy.filters.http.dynamic_modules",
        "extensions.filters.http.dynamic_modules.v3.DynamicModuleFilter",
        {
            "dynamic_module_config": {
                "module": {"local": {"filename": module_path}},
                "load_globally": True,
                "do_not_close": True,
            },
            "filter_name": FILTER,
            "filter_config": config,
        },
    )


def _router() -> Message:
    # Nobody reads Envoy's own counters by status: the record has every exchange.
    fields = {"suppress_envoy_headers": True, "dynamic_stats": False}
    return extension("envoy.filters.http.router", "extensions.filters.http.router.v3.Router", fields)


def _routes(settings: Settings, codec: str) -> Message:
    """One cluster; requests are repeated where the upstream cannot have seen them."""
    upstream, egress = settings.upstream, settings.egress
    first_answer = {"per_try_timeout": duration(upstream.request_timeout)}
    another = extension(
        "envoy.retry_host_predicates.previous_hosts",
        "extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate",
    )
    # A name may have addresses where nobody listens (`localhost` is ::1 too): where no connection came about nothing
    # was sent, and the next try goes to another address.
    elsewhere = {"num_retries": 1, "retry_host_predicate": [another], "host_selection_retry_max_attempts": 3}
    repeated = {**first_answer, **elsewhere, "retry_on": "connect-failure,refused-stream,reset-before-request"}
    once = {**first_answer, **elsewhere, "retry_on": "connect-failure"}
    # A whole-response timeout would cut streams, and whether an answer is a stream is known only when it
    # begins. So `timeout` is off: the time to the first byte is bounded by `per_try_timeout`, which counts
    # from the request's end, and what follows by `idle_timeout`. A third party gets a bound for all of it.
    action: Message = {"cluster": CLUSTER, "timeout": "0s", "idle_timeout": duration(upstream.idle_timeout)}
    if egress.enabled:
        action["timeout"] = duration(egress.answer_timeout)
        action["host_rewrite_literal"] = host_of(upstream)
    safe = {"name": ":method", "string_match": {"safe_regex": {"regex": "GET|HEAD|OPTIONS"}}}
    host: Message = {
        "name": "any",
        "domains": ["*"],
        "routes": [
            {"match": {"prefix": "/", "headers": [safe]}, "route": {**action, "retry_policy": repeated}},
            {"match": {"prefix": "/"}, "route": {**action, "retry_policy": once}},
        ],
    }
    config: Message = {
        "name": "all",
        "virtual_hosts": [host],
        "request_headers_to_remove": ["x-envoy-external-address", "x-envoy-internal"],
        # One address, the one that was judged: an upstream that reads the first of a list is not fooled.
        "request_headers_to_add": [_set("x-forwarded-for", "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%")],
        "response_headers_to_remove": list(_UPSTREAMS_ENVOY),
    }
    if egress.enabled:  # who asked whom is nothing that a third party is told
        config["request_headers_to_remove"] += [*FORWARDING, "via", "x-request-id"]
        del config["request_headers_to_add"]
    if settings.listen.http3 and codec != "HTTP3":
        port = settings.listen.address.rpartition(":")[2]
        config["response_headers_to_add"] = [_set("alt-svc", f'h3=":{port}"; ma=86400')]
    return config


def _set(name: str, value: str) -> Message:
    return {"header": {"key": name, "value": value}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}


def _early(*, trusted: bool) -> Message:
    """What is taken from a request before anything reads it: found in one pass over its fields, where a list of names
    would be one look-up each."""
    names: Sequence[str] = _LOOKALIKES if trusted else (*FORWARDING, *_LOOKALIKES)
    regex = "|".join(["x-envoy-.*", *sorted(names)])  # of letters, `-` and `_` only
    fields = {"mutations": [{"remove_on_match": {"key_matcher": {"safe_regex": {"regex": regex}}}}]}
    return extension(
        "envoy.http.early_header_mutation.header_mutation",
        "extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation",
        fields,
    )


def _client_behind(proxies: Sequence[str]) -> Message:
    """The client is the last address in `X-Forwarded-For` that is no trusted proxy."""
    fields = {"xff_trusted_cidrs": {"cidrs": cidr_ranges(proxies)}, "skip_xff_append": True}
    return extension(
        "envoy.http.original_ip_detection.xff",
        "extensions.http.original_ip_detection.xff.v3.XffConfig",
        fields,
    )
