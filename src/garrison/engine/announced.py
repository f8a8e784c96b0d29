"""Announced: what the head of a message says of the body that follows, and what the contract says of that."""

from typing import Final

import msgspec

from garrison.contract.body import BodySchema
from garrison.contract.media import Kind
from garrison.contract.responses import ResponseSchema
from garrison.engine.media_type import MediaType


class Expected(msgspec.Struct, frozen=True, gc=False):
    """What a request's head says of its body."""

    media_type: MediaType | None = None
    """None where it has none."""
    body_schema: BodySchema | None = None
    """What the contract says of a body in this media type."""
    kind: Kind | None = None
    """How the body is to be read; None where none is announced."""
    is_plain_json: bool = False
    """Whether it is to be read as JSON in UTF-8, and the head leaves no doubt of that."""


class Announced(msgspec.Struct, frozen=True, eq=False, gc=False):
    """What a response's head says of its body."""

    media_type: MediaType | None = None
    schema: ResponseSchema | None = None
    """What the contract says of a response with this status."""
    body_schema: BodySchema | None = None
    """What the contract says of a body in this media type."""
    kind: Kind = "opaque"
    """How the body is to be read, should there be one."""
    coding: str = ""
    """Its `Content-Encoding`, lower case; empty where it has none."""
    is_held_to_headers: bool = False
    """Whether the contract demands anything of header fields that stand in it, or of any that do not."""


NOTHING_EXPECTED: Final = Expected()
"""Of a request without a body."""
NOTHING_ANNOUNCED: Final = Announced()
"""Before there is a response."""
