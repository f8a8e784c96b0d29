"""What ASGI says and what the engine is fed, translated in both directions. No exchange is touched here."""

from collections.abc import MutableMapping
from typing import Any, TypeAlias
from urllib.parse import quote, unquote

from garrison.core.decision import Mutation
from garrison.core.http import Headers, Peer, Reply, RequestHead, TlsFacts

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]

# Extensions with which an application could answer around what is judged here.
_BYPASSES = frozenset({"http.response.pathsend", "http.response.zerocopysend"})
_PATH_SAFE = "/!$&'()*+,;=:@-._~"  # RFC 3986, 3.3


def request_head(scope: Scope, *, has_body: bool) -> RequestHead:
    """The request that a connection's scope describes."""
    headers = headers_of(scope["headers"])
    path, query = _path(scope), scope.get("query_string") or b""
    address, port = scope.get("client") or ("", 0)
    secure = scope.get("scheme") in {"https", "wss"}
    # only the first `Host` is the authority: a second one stays a field, for the engine to see
    place = next((index for index, (name, _) in enumerate(headers) if name == "host"), len(headers))
    return RequestHead(
        method=scope.get("method", "GET"),
        target=(path + b"?" + query if query else path).decode("latin-1"),
        authority=headers[place][1] if place < len(headers) else "",
        headers=headers[:place] + headers[place + 1 :],
        peer=Peer(address, port or 0, TlsFacts("") if secure else None),
        scheme=scope.get("scheme", "http"),
        protocol=f"HTTP/{scope.get('http_version', '1.1')}",
        has_body=has_body,
    )


def _path(scope: Scope) -> bytes:
    """The path as it was sent; where the application would route by another one, that one."""
    path: str = scope["path"]
    raw: bytes | None = scope.get("raw_path")
    if raw is not None and unquote(raw.decode("latin-1")) == path:
        return raw
    # No raw path from this server, or something in front has changed the path that the application routes by.
    return quote(path, safe=_PATH_SAFE).encode()


def inner_scope(scope: Scope, mutation: Mutation | None) -> Scope:
    """The scope for the application; the very same object where nothing in it changes."""
    extensions = scope.get("extensions") or {}
    if not _BYPASSES.isdisjoint(extensions):
        scope = {**scope, "extensions": {key: value for key, value in extensions.items() if key not in _BYPASSES}}
    if mutation is None:
        return scope
    if mutation.set_headers or mutation.drop_headers or mutation.body is not None:
        scope = {**scope, "headers": raw_headers(_replaced(_sized(headers_of(scope["headers"]), mutation), mutation))}
    if mutation.target is None:
        return scope
    path, _, query = mutation.target.partition("?")
    return {**scope, "raw_path": path.encode(), "path": unquote(path), "query_string": query.encode("latin-1")}


def changed(message: Message, mutation: Mutation | None) -> Message:
    """`message`, the head of a response, with `mutation` applied."""
    if mutation is None:
        return message
    headers = _sized(headers_of(message.get("headers", ())), mutation)
    return {**message, "headers": raw_headers(_replaced(headers, mutation))}


def _sized(headers: Headers, mutation: Mutation) -> Headers:
    """`headers` with the length of a changed body."""
    if mutation.body is None:
        return headers
    kept = tuple(pair for pair in headers if pair[0] not in {"content-length", "transfer-encoding"})
    return (*kept, ("content-length", str(len(mutation.body))))


def _replaced(headers: Headers, mutation: Mutation) -> Headers:
    gone = {*mutation.drop_headers, *(name for name, _ in mutation.set_headers)}
    return (*(pair for pair in headers if pair[0] not in gone), *mutation.set_headers)


def headers_of(headers: Any) -> Headers:
    """ASGI's headers as ours: text, names in lower case."""
    return tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in headers)


def raw_headers(headers: Headers) -> list[tuple[bytes, bytes]]:
    """Our headers as ASGI's."""
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]


def messages(reply: Reply, method: str) -> tuple[Message, Message]:
    """A response of our own, as the two messages of ASGI."""
    head = {
        "type": "http.response.start",
        "status": reply.status,
        "headers": raw_headers((*reply.headers, ("content-length", str(len(reply.body))))),
    }
    return head, {"type": "http.response.body", "body": b"" if method == "HEAD" else reply.body}
