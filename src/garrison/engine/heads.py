"""What heads say, read into an exchange's facts: parameters, media types, and what the contract says of them."""

from typing import Final

import msgspec

from garrison.contract.body import BodySchema
from garrison.contract.catalogue import CompiledOperation, Miss
from garrison.contract.media import Kind
from garrison.contract.responses import ResponseSchema
from garrison.contract.targets import Addressed
from garrison.core.canonical import read_cookies
from garrison.core.http import ResponseHead, header
from garrison.engine.bodies import request_kind, response_kind
from garrison.engine.facts import Facts
from garrison.engine.media_type import MAX_MEDIA_TYPE, MediaType, parse_media_type


def read_parameters(facts: Facts, addressed: Addressed) -> None:
    """The operation's parameters, where it declares any."""
    reading, match = addressed.reading, addressed.match
    if reading is None:
        if type(match) is Miss or match.operation.parameters is None:
            return
        headers = facts.canonical.headers
        cookies = read_cookies(headers["cookie"]) if "cookie" in headers else ()
        reading = match.operation.parameters.read(match.arguments, facts.canonical.query, headers, cookies)
    facts.reading = reading
    facts.values = reading.values


def read_media_type(facts: Facts) -> None:
    """How the request's body is to be read."""
    content_type = facts.canonical.headers.get("content-type")
    if content_type is not None:
        media_type = facts.media_type = parse_media_type(content_type)
        if facts.operation is not None:
            facts.body_schema = facts.operation.request_body(media_type.essence)
    facts.body_kind = request_kind(facts)


class Announced(msgspec.Struct, frozen=True, gc=False):
    """What a response's head says of its body."""

    media_type: MediaType | None
    schema: ResponseSchema | None
    """What the contract says of a response with this status."""
    body_schema: BodySchema | None
    """What the contract says of a body in this media type."""
    kind: Kind
    """How the body is to be read, should there be one."""


class AnswerMemory:
    """Remembers what the answers of one operation announce: it gives few statuses in few media types.

    A pure memory, bounded; when it is full it begins anew.
    """

    MAX_ENTRIES: Final = 64

    __slots__ = ("_known", "_operation")

    def __init__(self, operation: CompiledOperation | None) -> None:
        self._operation = operation
        self._known: dict[tuple[int, str | None], Announced] = {}

    def read(self, head: ResponseHead) -> Announced:
        """What `head` announces."""
        content_type = header(head.headers, "content-type")
        key = (head.status, content_type)
        known = self._known.get(key)
        if known is None:
            known = self._read(head.status, content_type)
            if content_type is None or len(content_type) <= MAX_MEDIA_TYPE:
                if len(self._known) >= self.MAX_ENTRIES:
                    self._known.clear()
                self._known[key] = known
        return known

    def _read(self, status: int, content_type: str | None) -> Announced:
        operation = self._operation
        media_type = parse_media_type(content_type) if content_type is not None else None
        schema = operation.response(status) if operation is not None else None
        body = schema.body(media_type.essence) if schema is not None and media_type is not None else None
        return Announced(media_type, schema, body, response_kind(operation, status, media_type, schema, body))
