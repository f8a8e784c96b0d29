"""What a control may look at: everything known about one exchange so far.

The exchange fills it in as messages arrive; controls only read it. It is the one mutable value here, because an
exchange has one for its whole life and every field is written once.
"""

from collections.abc import Mapping
from typing import Any

from garrison.contract.body import BodySchema
from garrison.contract.catalogue import CompiledOperation, Match, Miss
from garrison.contract.parameters import Reading
from garrison.contract.responses import ResponseSchema
from garrison.core.canonical import CanonicalRequest
from garrison.core.document import Document
from garrison.core.http import RequestHead, ResponseHead
from garrison.engine.decode import MediaType, Undecodable


class Facts:
    """One exchange as far as it has come. None stands for: not yet, or not there."""

    __slots__ = (
        "body",
        "body_size",
        "canonical",
        "document",
        "match",
        "media_type",
        "reading",
        "request",
        "response",
        "response_body",
        "response_document",
        "response_media_type",
        "uninspected",
    )

    def __init__(self, request: RequestHead, canonical: CanonicalRequest, match: Match | Miss) -> None:
        self.request = request
        self.canonical = canonical
        self.match = match
        self.reading: Reading | None = None
        """The operation's parameters, decoded; None where it declares none."""
        self.media_type: MediaType | None = None
        """The request's media type; None where it has none."""
        self.body: bytes | None = None
        """The request's body, decompressed; None where there is none or it passes uninspected."""
        self.body_size = 0
        """Bytes of the request's body as received, as far as it was seen."""
        self.document: Document | Undecodable | None = None
        self.response: ResponseHead | None = None
        self.response_media_type: MediaType | None = None
        self.response_body: bytes | None = None
        """The response's body, decompressed; None where there is none or it passes uninspected."""
        self.response_document: Document | Undecodable | None = None
        self.uninspected: list[str] = []
        """Parts that pass with head-only inspection, and why."""

    @property
    def operation(self) -> CompiledOperation | None:
        """The operation that was matched; None where the contract describes none."""
        return self.match.operation if isinstance(self.match, Match) else None

    @property
    def values(self) -> Mapping[str, Mapping[str, Any]]:
        """Decoded parameters by location and name."""
        return {} if self.reading is None else self.reading.values

    @property
    def body_schema(self) -> BodySchema | None:
        """What the contract says of the request's body in its media type."""
        if self.operation is None or self.media_type is None:
            return None
        return self.operation.request_body(self.media_type.essence)

    @property
    def response_schema(self) -> ResponseSchema | None:
        """What the contract says of a response with this status."""
        if self.operation is None or self.response is None:
            return None
        return self.operation.response(self.response.status)

    @property
    def response_body_schema(self) -> BodySchema | None:
        """What the contract says of the response's body in its media type."""
        schema, media_type = self.response_schema, self.response_media_type
        return schema.body(media_type.essence) if schema is not None and media_type is not None else None
