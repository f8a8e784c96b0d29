"""Every answer that Envoy gives by itself, as an RFC 9457 problem that discloses nothing of the inside.

Envoy passes the filter's own answers through the same place, so those are told apart: their response code
detail begins with `garrison`. What remains is Envoy's, and gets its status's title, whatever text Envoy had.
"""

from collections.abc import Mapping

from garrison.adapters.envoy.protobuf import Message, extension

PROBLEM = "application/problem+json"

_ENVOYS_OWN = "!response.code_details.contains('garrison')"
"""A filter's detail may get a prefix from Envoy, hence `contains`. Details are Envoy's or ours, never a
peer's."""

_UPSTREAM_FAILED = ("UF", "UC", "UR", "UPE", "LR", "DF")
"""Response flags that mean that the upstream did not answer properly: connection failure, termination, reset
by it, its protocol error, a reset towards it, its name not resolved. Envoy says 503 to most; RFC 9110
(15.6.3) says 502."""

_TITLES: Mapping[int, str] = {
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    411: "Length Required",
    413: "Content Too Large",
    414: "URI Too Long",
    415: "Unsupported Media Type",
    417: "Expectation Failed",
    421: "Misdirected Request",
    425: "Too Early",
    426: "Upgrade Required",
    429: "Too Many Requests",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    501: "Not Implemented",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
    505: "HTTP Version Not Supported",
}
"""The statuses that Envoy's own code answers with, by the names of RFC 9110, section 15 (425: RFC 8470; 429,
431: RFC 6585)."""


def local_replies() -> Message:
    """The connection manager's `local_reply_config`."""
    failed = {"response_flag_filter": {"flags": list(_UPSTREAM_FAILED)}}
    timed_out = {"response_flag_filter": {"flags": ["UT"]}}
    return {
        "mappers": [
            _mapper(504, timed_out),
            _mapper(502, failed),
            *(_mapper(status, _status_is(status)) for status in sorted(_TITLES)),
        ]
    }


def _mapper(status: int, condition: Message) -> Message:
    own = {
        "extension_filter": extension(
            "envoy.access_loggers.extension_filters.cel",
            "extensions.access_loggers.filters.cel.v3.ExpressionFilter",
            {"expression": _ENVOYS_OWN},
        )
    }
    return {
        "filter": {"and_filter": {"filters": [condition, own]}},
        "status_code": status,
        "body_format_override": {
            "json_format": {"status": status, "title": _TITLES[status], "type": "about:blank"},
            "content_type": PROBLEM,
        },
    }


def _status_is(status: int) -> Message:
    # The key names a runtime override; none is ever loaded.
    return {
        "status_code_filter": {
            "comparison": {
                "op": "EQ",
                "value": {"default_value": status, "runtime_key": f"garrison.{status}"},
            }
        }
    }
