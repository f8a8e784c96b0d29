"""What one row of the conformance table is made of."""

import json as _json
from collections.abc import Mapping
from typing import Any, Literal, TypeAlias
from urllib.parse import urlencode

import msgspec

from garrison.core.decision import Disposition

Driver: TypeAlias = Literal["engine", "asgi", "uvicorn", "envoy"]
Headers: TypeAlias = tuple[tuple[str, str], ...]
Stage: TypeAlias = Literal["request", "response"]

AUTHORITY = "api.example"


class Answer(msgspec.Struct, frozen=True):
    """What the upstream says."""

    status: int
    headers: Headers = ()
    body: bytes = b""


class Request(msgspec.Struct, frozen=True):
    """What the client sends; header names and the target go out exactly as written."""

    method: str
    target: str
    headers: Headers = ()
    body: bytes | None = None
    chunked: bool = False
    authority: str = AUTHORITY

    def fields(self) -> Headers:
        """All header fields but `Host`, framing included."""
        if self.body is None:
            return self.headers
        if self.chunked:
            return (*self.headers, ("Transfer-Encoding", "chunked"))
        if any(name.lower() == "content-length" for name, _ in self.headers):
            return self.headers
        return (*self.headers, ("Content-Length", str(len(self.body))))


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One exchange and what becomes of it, under one variant of the policy."""

    name: str
    request: Request
    answer: Answer
    variant: str
    status: int
    """What the client gets."""
    disposition: Disposition
    reasons: frozenset[str] = frozenset()
    observed: frozenset[str] = frozenset()
    denied_at: Stage | None = None
    forwarded: str = ""
    """The target that the upstream gets, where it is not the one sent."""
    passed_on: bytes | None = None
    """The body that the upstream gets, where it is not the one sent."""
    received: bytes | None = None
    """The body that the client gets, where it is neither the upstream's nor a problem of ours."""
    transport: Mapping[Driver, int] = {}
    """Drivers whose server refuses the request before the engine sees it, with the status it answers."""


def request(line: str, *fields: tuple[str, str], body: bytes | None = None, chunked: bool = False) -> Request:
    """`METHOD TARGET`, header fields and body."""
    method, _, target = line.partition(" ")
    return Request(method, target, fields, body, chunked)


def sends(line: str, media_type: str, body: bytes, *fields: tuple[str, str], chunked: bool = False) -> Request:
    """A request with a body of this media type; an empty one sends no `Content-Type`."""
    own = (("Content-Type", media_type),) if media_type else ()
    return request(line, *own, *fields, body=body, chunked=chunked)


def json(line: str, value: Any, *fields: tuple[str, str], chunked: bool = False) -> Request:
    """A request with a JSON body; bytes are sent as they are."""
    body = value if isinstance(value, bytes) else _json.dumps(value).encode()
    return sends(line, "application/json", body, *fields, chunked=chunked)


def form(line: str, value: str | Mapping[str, Any]) -> Request:
    """A request with a URL-encoded form; text is sent as it is."""
    text = value if isinstance(value, str) else urlencode(value, doseq=True)
    return sends(line, "application/x-www-form-urlencoded", text.encode("latin-1"))


def multipart(line: str, *parts: tuple[str, bytes], boundary: str = "limit", declared: str = "limit") -> Request:
    """A request with a multipart body: each part's raw headers, and its content."""
    body = b"".join(f"--{boundary}\r\n{head}\r\n\r\n".encode() + content + b"\r\n" for head, content in parts)
    return sends(line, f"multipart/form-data; boundary={declared}", body + f"--{boundary}--\r\n".encode())


def answers(status: int, value: Any, *fields: tuple[str, str], media_type: str = "application/json") -> Answer:
    """An upstream's answer; bytes are sent as they are, anything else as JSON."""
    body = value if isinstance(value, bytes) else _json.dumps(value).encode()
    return Answer(status, (("Content-Type", media_type), *fields), body)


UNANSWERED = Answer(599, (("X-Reached", "upstream"),))
"""What the upstream of a refused request would say; seeing it means that the request was let through."""


def allow(
    name: str,
    sent: Request | str,
    answer: Answer,
    *observed: str,
    variant: str = "enforce",
    forwarded: str = "",
    transport: Mapping[Driver, int] | None = None,
) -> Case:
    """The exchange passes as it is; `observed` are the objections of controls that only monitor."""
    return Case(
        name=name,
        request=request(sent) if isinstance(sent, str) else sent,
        answer=answer,
        variant=variant,
        status=answer.status,
        disposition=Disposition.LOGGED if observed else Disposition.ALLOWED,
        observed=frozenset(observed),
        forwarded=forwarded,
        transport=transport or {},
    )


def deny(
    name: str,
    sent: Request | str,
    status: int,
    *reasons: str,
    variant: str = "enforce",
    transport: Mapping[Driver, int] | None = None,
) -> Case:
    """The request is refused: the upstream never sees it."""
    return Case(
        name=name,
        request=request(sent) if isinstance(sent, str) else sent,
        answer=UNANSWERED,
        variant=variant,
        status=status,
        disposition=Disposition.BLOCKED,
        reasons=frozenset(reasons),
        denied_at="request",
        transport=transport or {},
    )


def withhold(
    name: str,
    sent: Request | str,
    answer: Answer,
    *reasons: str,
    variant: str = "refuse",
    status: int = 502,
    observed: tuple[str, ...] = (),
) -> Case:
    """The response is refused; the upstream was asked."""
    return Case(
        name=name,
        request=request(sent) if isinstance(sent, str) else sent,
        answer=answer,
        variant=variant,
        status=status,
        disposition=Disposition.BLOCKED,
        reasons=frozenset(reasons),
        observed=frozenset(observed),
        denied_at="response",
    )


def rewrite(
    name: str,
    sent: Request | str,
    answer: Answer,
    reason: str,
    received: bytes | None = None,
    *,
    variant: str = "enforce",
    observed: tuple[str, ...] = (),
) -> Case:
    """The response leaves changed: with the body `received`, or as a problem with its own status."""
    return Case(
        name=name,
        request=request(sent) if isinstance(sent, str) else sent,
        answer=answer,
        variant=variant,
        status=answer.status,
        disposition=Disposition.REWRITTEN,
        reasons=frozenset({reason}),
        observed=frozenset(observed),
        received=received,
    )


def amend(
    name: str,
    sent: Request | str,
    answer: Answer,
    *reasons: str,
    passed_on: bytes | None = None,
    forwarded: str = "",
    variant: str = "third-party",
) -> Case:
    """The request goes on changed: with the body `passed_on`, to the target `forwarded`."""
    return Case(
        name=name,
        request=request(sent) if isinstance(sent, str) else sent,
        answer=answer,
        variant=variant,
        status=answer.status,
        disposition=Disposition.REWRITTEN,
        reasons=frozenset(reasons),
        passed_on=passed_on,
        forwarded=forwarded,
        received=answer.body,
    )
