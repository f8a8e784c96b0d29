"""The canonical form of a request: the one reading of it that is judged and forwarded.

Servers disagree about percent-encoding, dots, slashes, repeated fields and framing; attackers live in the gap
between two readings. So a request is read once, here; where another server could read it differently that is
noted as an `Ambiguity`, and the control `canonical-form` refuses it. Pure functions of the request's head.

Limits of this file: it knows no contract (whether `;` is a declared matrix parameter is not its business) and
refuses nothing itself.
"""

import re
from collections.abc import Hashable, Iterable, Mapping
from typing import Any, Literal, TypeAlias
from urllib.parse import quote, unquote_to_bytes

import msgspec

from garrison.core.http import Headers, RequestHead

Kind: TypeAlias = Literal[
    "ambiguous-header-name",
    "conflicting-framing",
    "control-character",
    "dot-segment",
    "double-encoding",
    "empty-segment",
    "encoded-separator",
    "invalid-authority",
    "invalid-encoding",
    "invalid-header",
    "invalid-target",
    "method-override",
    "path-override",
    "path-parameter",
    "repeated-header",
    "separator-lookalike",
]
"""What makes a request readable in two ways. Each is a reason id of the control `canonical-form`."""


class Ambiguity(msgspec.Struct, frozen=True):
    """One place where two servers could read two different requests."""

    kind: Kind
    location: str
    """`path`, `query.NAME`, `header.NAME` or `authority`; names are cut to 40 safe characters."""


class Fields(msgspec.Struct, frozen=True, gc=False):
    """What a head says beside its target: the same for every request that a client sends in the same way."""

    host: str
    headers: Mapping[str, str]
    header_bytes: int
    ambiguities: tuple[Ambiguity, ...]
    agent: str = ""
    """The product that `User-Agent` names first, lower case; empty where it names none."""
    derived: dict[Hashable, Any] = {}
    """What others make of the headers alone, each under its own key: kept for as long as the fields are."""
    lasting: dict[Hashable, Any] = {}
    """What others make of headers that are not among those that vary (`field_memory.py`): shared by all heads that
    differ in nothing else."""


class Target(msgspec.Struct, frozen=True, gc=False):
    """What a request target says, path and query; see `CanonicalRequest`."""

    path: str
    segments: tuple[str, ...]
    query: tuple[tuple[str, str], ...]
    target: str
    ambiguities: tuple[Ambiguity, ...]


class CanonicalRequest(msgspec.Struct, frozen=True, gc=False):
    """One request head, read once."""

    host: str
    """Lower case, without port; brackets of an IPv6 host kept."""
    path: str
    """Canonical path: unreserved characters decoded, everything else encoded in one way (RFC 3986, 6.2.2)."""
    segments: tuple[str, ...]
    """Decoded path segments; a trailing slash gives a last empty one."""
    query: tuple[tuple[str, str], ...]
    """Decoded names and values in order, `+` read as a space (WHATWG URL, 5.1)."""
    target: str
    """What is forwarded: canonical path and the query as received."""
    headers: Mapping[str, str]
    """Values by lower-case name; repeated list fields joined with commas (RFC 9110, 5.3)."""
    header_bytes: int
    """Size of all names and values as received."""
    ambiguities: tuple[Ambiguity, ...] = ()
    """Each once, and at most `MAX_OF_A_KIND` of a kind."""
    agent: str = ""  # this and what follows as in `Fields`
    derived: dict[Hashable, Any] = {}
    lasting: dict[Hashable, Any] = {}


MAX_OF_A_KIND = 8
"""Ambiguities of one kind that are noted: enough to say what is wrong, and a hostile head of 60 KiB must not make
an event of megabytes."""

LONGEST_PRODUCT = 40
"""Characters of a product's name that are told."""

# RFC 3986, 3.3: pchar, without `;` (Tomcat and its kin cut path parameters off) and without `%`. `|`, `[` and
# `]` are what browsers leave unencoded in a path (WHATWG URL, path percent-encode set); forwarded encoded.
_PLAIN_TARGET = re.compile(r"(?:/(?![./])[A-Za-z0-9._~!$&'()*+,=:@-]*+)+")
PLAIN_SEGMENT = re.compile(r"(?!\.)[A-Za-z0-9._~!$&'()*+,=:@-]+")
"""A segment that can be read in one way, and is not empty: after a plain path, a slash and it make a plain target."""
_PATH_CHARACTERS = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@%/|\[\]\\-]*")
# Without `;`: one that was encoded is data, and bare it would be cut off as a path parameter.
_SEGMENT_SAFE = "!$&'()*+,=:@-._~"
# RFC 3986, 3.4: query characters, and those that browsers leave as they are. `"<>#`, spaces, backslashes,
# control characters and bytes over 127 must be encoded.
_PLAIN_QUERY = re.compile(r"[A-Za-z0-9._~!$'()*,;:@/?|\[\]{}^`=&-]*")
_QUERY_CHARACTERS = re.compile(r"[A-Za-z0-9._~!$'()*+,;:@/?|\[\]{}^`=&%-]*")
_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
# `%uXXXX` is an encoding that only some servers know (it was never standardised: WHATWG URL, 1.3).
_PERCENT = re.compile(r"%(?:[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4})")
# A second decoding of a query value is only harmless where the first had to encode: reserved characters, space
# and UTF-8 of a URL inside a URL. What needs no encoding, or breaks out of a context, hides something.
_EVASIVE_PERCENT = re.compile(
    r"%(?:[01][0-9A-Fa-f]|2[257DdEe]|3[0-9CcEe]|4[1-9A-Fa-f]|5[0-9AaCcFf]|6[0-9A-Fa-f]|7[0-9A-Fa-f]|u[0-9A-Fa-f]{4})"
    r"|\.\.%2[Ff]|%2[Ff]\.\."
)
# C0 and C1 controls, and DEL; a tab may stand in a header value (RFC 9110, 5.5).
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_HEADER_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
# A query's value may be text of several lines: a GraphQL query, a search for code. A carriage return is refused all
# the same, for it is what ends a header line.
_VALUE_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_HEADER_NAMES = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]*")  # RFC 9110, 5.6.2: tokens, lower case, one after another
_PRODUCT = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 10.1.5, without its version
_AUTHORITY = re.compile(r"(?:[A-Za-z0-9._-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
# A backslash, and the characters that servers with best-fit mappings turn into `/`, `\` or `.`.
_SEPARATOR_LOOKALIKES = re.compile("[\\\\\uff0f\uff3c\uff0e\u2215\u2044\u29f8\u2216\u29f5]")
_SEPARATORS = re.compile("[/;\\\\\uff0f\uff3c\u2215\u2044\u29f8\u2216\u29f5]")
_DOTS = frozenset({".", "..", "\uff0e", "\uff0e\uff0e"})
_LABEL = re.compile(r"[^A-Za-z0-9_.\[\]/+-]")
_MAX_STEPS = 12  # names in a location: deeper down it helps nobody

# Fields of which a second one changes the meaning of the message or is read differently by different servers.
_SINGLE_VALUED = frozenset({
    "authorization", "content-encoding", "content-length", "content-type", "dpop", "expect", "host", "origin",
    "proxy-authorization", "range", "transfer-encoding", "upgrade", "x-api-key",
})  # fmt: skip
# Those of them whose own grammar has no such comma, so that a second value can be told when it was joined to the
# first (Envoy does so with these). Credentials may be a list of `name=value` (RFC 9110, 11.4), as in Digest.
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_SECOND_VALUE = {
    "authorization": re.compile(r",(?![ \t]*[!#$%&'*+.^_`|~0-9A-Za-z-]+[ \t]*=)"),
    "content-type": re.compile(","),
    "expect": re.compile(","),
    "origin": re.compile(","),
}
_METHOD_OVERRIDES = ("x-http-method-override", "x-http-method", "x-method-override")
_PATH_OVERRIDES = ("x-original-url", "x-rewrite-url", "x-original-uri", "x-override-url")
# WSGI and CGI servers read `_` in a field name as `-` (RFC 3875, 4.1.18), so these would arrive as the real ones.
_SHADOWABLE = _SINGLE_VALUED | {
    "cookie", "forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip",
    "x-forwarded-client-cert", *_METHOD_OVERRIDES, *_PATH_OVERRIDES,
}  # fmt: skip


def canonicalise(head: RequestHead) -> CanonicalRequest:
    """Read `head` once. Never raises; what is ambiguous is noted and read in the most conservative way."""
    return joined(read_fields(head), read_target(head.target))


def joined(fields: Fields, target: Target) -> CanonicalRequest:
    """The request whose head says `fields` and whose target says `target`."""
    return CanonicalRequest(
        fields.host,
        target.path,
        target.segments,
        target.query,
        target.target,
        fields.headers,
        fields.header_bytes,
        together(target.ambiguities, fields.ambiguities),
        fields.agent,
        fields.derived,
        fields.lasting,
    )


def together(found: tuple[Ambiguity, ...], more: tuple[Ambiguity, ...]) -> tuple[Ambiguity, ...]:
    """The ambiguities of a target and of fields."""
    return _bounded((*found, *more)) if found and more else found or more


def read_target(raw: str) -> Target:
    """Everything that a request target says. Never raises."""
    if _PLAIN_TARGET.fullmatch(raw):
        return Target(raw, tuple(raw[1:].split("/")), (), raw, ())
    found: list[Ambiguity] = []
    raw_path, question, raw_query = raw.partition("?")
    if _PLAIN_TARGET.fullmatch(raw_path):
        path, segments = raw_path, tuple(raw_path[1:].split("/"))
    else:
        path, segments = _read_path(raw_path, found)
    query = read_pairs(raw_query, found, "query") if raw_query else ()
    whole = path + question + raw_query if question else path
    return Target(path, segments, query, whole, _bounded(found) if found else ())


def read_fields(head: RequestHead) -> Fields:
    """Everything of `head` but its target. Never raises."""
    found: list[Ambiguity] = []
    headers = _read_headers(head.headers, found)
    _check_framing(head, headers, found)
    _check_joined(headers, found)
    _check_authority(head, headers, found)
    size = sum([len(name) + len(value) for name, value in head.headers])
    agent = first_product(headers.get("user-agent", ""))
    return Fields(host_of(head.authority), headers, size, _bounded(found) if found else (), agent)


def first_product(user_agent: str) -> str:
    """The product that a `User-Agent` names first, lower case, cut at 40 characters; empty where it names none."""
    found = _PRODUCT.match(user_agent[:256].strip())
    return found[0][:LONGEST_PRODUCT].lower() if found else ""


def read_pairs(raw: str, found: list[Ambiguity], place: str) -> tuple[tuple[str, str], ...]:
    """Decode `application/x-www-form-urlencoded` text (WHATWG URL, 5.1), noting what is ambiguous in `found`."""
    if _PLAIN_QUERY.fullmatch(raw):
        return tuple([_split_pair(pair) for pair in raw.split("&") if pair])
    if not _QUERY_CHARACTERS.fullmatch(raw):
        found.append(Ambiguity("invalid-target" if place == "query" else "invalid-encoding", place))
    pairs = []
    for pair in raw.split("&"):
        if pair:
            name, value = _split_pair(pair)
            name = _decode(name.replace("+", " "), found, place)
            pairs.append((name, _decode(value.replace("+", " "), found, f"{place}.{label(name)}")))
    return tuple(pairs)


def label(name: str) -> str:
    """`name` made fit for a reason's location: it is the client's text, so cut and cleaned."""
    return _LABEL.sub("?", name[:40])


def label_pointer(pointer: str) -> str:
    """A pointer into a body (`items/0/name`) as a reason's location, each name of it cut and cleaned."""
    return "/".join(["body", *map(label, pointer.split("/")[:_MAX_STEPS])])


def read_cookies(header: str) -> tuple[tuple[str, str], ...]:
    """Names and values of a `Cookie` header (RFC 6265, 4.2.1), in order, without blanks and quotes around them."""
    pairs = (pair.partition("=") for pair in header.split(";"))  # servers read `name =value`, which nobody sends
    return tuple([(name.strip(), value.strip().strip('"')) for name, separator, value in pairs if separator])


def _bounded(found: Iterable[Ambiguity]) -> tuple[Ambiguity, ...]:
    kept: dict[Ambiguity, None] = {}
    counts: dict[Kind, int] = {}
    for ambiguity in found:
        count = counts.get(ambiguity.kind, 0)
        if ambiguity not in kept and count < MAX_OF_A_KIND:
            kept[ambiguity] = None
            counts[ambiguity.kind] = count + 1
    return tuple(kept)


def _split_pair(pair: str) -> tuple[str, str]:
    name, _, value = pair.partition("=")
    return name, value


def _read_path(raw: str, found: list[Ambiguity]) -> tuple[str, tuple[str, ...]]:
    if not raw.startswith("/"):
        # absolute-form, authority-form and `*` (RFC 9112, 3.2) are for proxies; adapters hand on origin-form
        found.append(Ambiguity("invalid-target", "path"))
    if not _PATH_CHARACTERS.fullmatch(raw):
        found.append(Ambiguity("control-character" if _CONTROL.search(raw) else "invalid-target", "path"))
    if ";" in raw:
        found.append(Ambiguity("path-parameter", "path"))
    segments = tuple(_read_segment(segment, found) for segment in raw.lstrip("/").split("/"))
    if raw.startswith("//") or "" in segments[:-1]:
        found.append(Ambiguity("empty-segment", "path"))
    return "/" + "/".join(quote(segment, safe=_SEGMENT_SAFE) for segment in segments), segments


def _read_segment(raw: str, found: list[Ambiguity]) -> str:
    text = _decode(raw, found, "path") if "%" in raw or not raw.isascii() else raw
    if "/" in text:
        found.append(Ambiguity("encoded-separator", "path"))
    if _SEPARATOR_LOOKALIKES.search(text) or (";" in text and ";" not in raw):
        found.append(Ambiguity("separator-lookalike", "path"))
    # `..;` is how a path parameter hides a dot segment from a server that does not know them, and where encoded
    # slashes are allowed, each of them may begin one
    if any(piece.strip() in _DOTS for piece in _SEPARATORS.split(text)):
        found.append(Ambiguity("dot-segment", "path"))
    return text


def _decode(raw: str, found: list[Ambiguity], location: str) -> str:
    """Percent-decode once; note what is malformed, hidden or encoded twice."""
    if "%" not in raw and raw.isascii():
        return raw
    data = unquote_to_bytes(raw.encode("latin-1", "replace"))
    try:
        text = data.decode()
    except UnicodeDecodeError:  # overlong forms and lone surrogates included (RFC 3629, 3)
        found.append(Ambiguity("invalid-encoding", location))
        return data.decode("latin-1")
    if _BAD_PERCENT.search(raw):
        found.append(Ambiguity("invalid-encoding", location))
        return text
    is_value = "." in location
    if (_VALUE_CONTROL if is_value else _CONTROL).search(text):
        found.append(Ambiguity("control-character", location))
    twice = _PERCENT if location == "path" else _EVASIVE_PERCENT
    if twice.search(text):
        found.append(Ambiguity("double-encoding", location))
    return text


def _read_headers(headers: Headers, found: list[Ambiguity]) -> dict[str, str]:
    values = dict(headers)
    if len(values) != len(headers):
        values = _join_repeated(headers, found)
    names = "".join(values)
    if not _HEADER_NAMES.fullmatch(names) or "" in values:
        found.append(Ambiguity("invalid-header", "header"))
    if _HEADER_CONTROL.search("".join(values.values())):
        where = (name for name, value in values.items() if _HEADER_CONTROL.search(value))
        found.extend(Ambiguity("control-character", f"header.{label(name)}") for name in where)
    if "_" in names or not _SUSPECT_HEADERS.isdisjoint(values):
        found.extend(_suspicious(values))
    return values


_SUSPECT_HEADERS = frozenset(_METHOD_OVERRIDES + _PATH_OVERRIDES)


def _suspicious(names: Iterable[str]) -> Iterable[Ambiguity]:
    for name in names:
        if name in _METHOD_OVERRIDES:
            yield Ambiguity("method-override", f"header.{name}")
        elif name in _PATH_OVERRIDES:
            yield Ambiguity("path-override", f"header.{name}")
        elif "_" in name and name.replace("_", "-") in _SHADOWABLE:
            yield Ambiguity("ambiguous-header-name", f"header.{label(name)}")


def _join_repeated(headers: Headers, found: list[Ambiguity]) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, value in headers:
        if name not in values:
            values[name] = value
            continue
        if name in _SINGLE_VALUED:
            found.append(Ambiguity("repeated-header", f"header.{name}"))
        # RFC 9113, 8.2.3: cookie crumbs are joined with a semicolon
        values[name] += ("; " if name == "cookie" else ", ") + value
    return values


def _check_joined(headers: Mapping[str, str], found: list[Ambiguity]) -> None:
    """RFC 9110, 5.3: whoever is in front may have joined two fields into one, which then reads as one value."""
    for name, second in _SECOND_VALUE.items():
        value = headers.get(name)
        if value is not None and "," in value and second.search(_QUOTED.sub("", value)):
            found.append(Ambiguity("repeated-header", f"header.{name}"))


def is_length(text: str) -> bool:
    """Whether a `Content-Length` is a number of bytes that any server can read."""
    return text.isascii() and text.isdigit() and len(text) < 19


def _check_framing(head: RequestHead, headers: Mapping[str, str], found: list[Ambiguity]) -> None:
    """RFC 9112, 6: one message, one length. Two of them are how requests are smuggled."""
    length = headers.get("content-length")
    coding = headers.get("transfer-encoding")
    if length is not None and not is_length(length):
        found.append(Ambiguity("conflicting-framing", "header.content-length"))
    # 6.1: a message of HTTP/1.0 with a coding has faulty framing; later versions frame for themselves
    if coding is not None and (length is not None or coding != "chunked" or head.protocol != "HTTP/1.1"):
        found.append(Ambiguity("conflicting-framing", "header.transfer-encoding"))


def _check_authority(head: RequestHead, headers: Mapping[str, str], found: list[Ambiguity]) -> None:
    """RFC 9113, 8.3.1: a `Host` field beside the authority must not name another one."""
    if headers.get("host", head.authority) != head.authority:
        found.append(Ambiguity("invalid-authority", "header.host"))
    if not _AUTHORITY.fullmatch(head.authority):
        found.append(Ambiguity("invalid-authority", "authority"))


def host_of(authority: str) -> str:
    """The host of `authority`, lower case and without port; all of it where it is none."""
    if authority.endswith("]") or not _AUTHORITY.fullmatch(authority):
        return authority.lower()
    host, separator, _ = authority.rpartition(":")
    return (host if separator else authority).lower()
