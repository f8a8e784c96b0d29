"""What heads say: parameters, media types, and what the contract says of them; remembered by operation."""

from collections.abc import Mapping
from typing import Final, TypeAlias

from msgspec.structs import replace

from garrison.contract.body import BodySchema
from garrison.contract.catalogue import CompiledOperation, Match
from garrison.contract.parameters import Reading
from garrison.contract.responses import ResponseSchema
from garrison.core.canonical import CanonicalRequest, read_cookies
from garrison.core.http import ResponseHead
from garrison.core.remember import remember
from garrison.engine.announced import Announced, Expected
from garrison.engine.bodies import request_kind, response_kind
from garrison.engine.decode import UTF8
from garrison.engine.media_type import MAX_MEDIA_TYPE, parse_media_type
from garrison.engine.stage import PlannedCheck


def read_parameters(match: Match, canonical: CanonicalRequest) -> Reading | None:
    """The parameters of the operation that was matched; None where it declares none."""
    parameters = match.operation.parameters
    if parameters is None:
        return None
    headers = canonical.headers
    cookies = read_cookies(headers["cookie"]) if "cookie" in headers else ()
    return parameters.read(match.arguments, canonical.query, headers, cookies)


_FRAMED: Final = frozenset({"content-length", "transfer-encoding"})
"""Fields that announce a body."""


class BodyMemory:
    """Remembers what is expected of the bodies that one operation is sent.

    A pure memory, bounded; when it is full it begins anew.
    """

    MAX_ENTRIES: Final = 64

    __slots__ = ("_known", "_operation", "_upgrades")

    def __init__(self, operation: CompiledOperation | None) -> None:
        self._operation = operation
        self._upgrades = operation is not None and operation.upgrades
        self._known: dict[str | None, Expected] = {}

    def read(self, headers: Mapping[str, str]) -> Expected:
        """What a request with these header fields says of its body."""
        content_type = headers.get("content-type")
        expected = self._known.get(content_type) or self.expected(content_type)
        # A tunnel only where one is declared: elsewhere the header is ignored. A body that is announced beside it is a
        # body all the same (RFC 9110, 7.8): else whoever asks for a tunnel could ask not to be inspected.
        if self._upgrades and "upgrade" in headers and _FRAMED.isdisjoint(headers):
            return replace(expected, kind="stream")
        return expected

    def expected(self, content_type: str | None) -> Expected:
        """What a request with this `Content-Type` says of its body."""
        known = self._known.get(content_type)
        if known is None:
            known = _expected(self._operation, content_type)
            if len(content_type or "") <= MAX_MEDIA_TYPE:
                remember(self._known, content_type, known, self.MAX_ENTRIES)
        return known


def _expected(operation: CompiledOperation | None, content_type: str | None) -> Expected:
    media_type = parse_media_type(content_type) if content_type is not None else None
    schema: BodySchema | None = None
    if operation is not None and media_type is not None:
        schema = operation.request_body(media_type.essence)
    kind = request_kind(operation, media_type, schema)
    is_plain = media_type is not None and not media_type.is_ambiguous and media_type.charset in UTF8
    return Expected(media_type, schema, kind, kind == "json" and is_plain)


class Remembered(Announced, frozen=True, eq=False, gc=False):
    """What heads announce that are alike, and who looks at them: found out once (`asking.py`), and then noted here."""

    heeding: tuple[PlannedCheck, ...] | None = None
    """Who may object to such heads; None where that is not known yet, or where it is not always the same."""
    wanting: tuple[PlannedCheck, ...] | None = None
    """Who looks at such bodies; None likewise."""


_OF_BODIES: Final = frozenset({"content-type", "content-encoding"})
"""Fields that say how a body is to be read."""
_Key: TypeAlias = tuple[int, bool, str | None, str | None, bool]
"""Status, whether there is a body, `Content-Type`, `Content-Encoding`, and whether any declared field is there."""


class AnswerMemory:
    """Remembers what the answers of one operation announce: it gives few statuses in few media types.

    A pure memory, bounded; when it is full it begins anew.
    """

    MAX_ENTRIES: Final = 64

    __slots__ = ("_known", "_noted", "_operation")

    def __init__(self, operation: CompiledOperation | None) -> None:
        self._operation = operation
        declared = operation.response_headers if operation is not None else frozenset[str]()
        self._noted = declared | _OF_BODIES
        """Names of the fields that make a difference."""
        self._known: dict[_Key, Remembered] = {}

    def read(self, head: ResponseHead) -> Remembered:
        """What `head` announces."""
        content_type = coding = None
        has_declared, noted = False, self._noted
        for name, value in head.headers:
            if name in noted:
                if name == "content-type":
                    content_type = value if content_type is None else content_type  # the first of each counts
                elif name == "content-encoding":
                    coding = value if coding is None else coding
                else:
                    has_declared = True
        key = (head.status, head.has_body, content_type, coding, has_declared)
        known = self._known.get(key)
        if known is None:
            known = _announced(self._operation, key)
            if len(content_type or "") <= MAX_MEDIA_TYPE and len(coding or "") <= MAX_MEDIA_TYPE:
                remember(self._known, key, known, self.MAX_ENTRIES)
        return known


def _announced(operation: CompiledOperation | None, key: _Key) -> Remembered:
    status, _, content_type, coding, has_declared = key
    media_type = parse_media_type(content_type) if content_type is not None else None
    schema = operation.response(status) if operation is not None else None
    body = schema.body(media_type.essence) if schema is not None and media_type is not None else None
    kind = response_kind(operation, status, media_type, schema, body)
    is_held = schema is not None and _holds(schema, has_declared)
    return Remembered(media_type, schema, body, kind, (coding or "").strip().lower(), is_held)


def _holds(schema: ResponseSchema, has_declared: bool) -> bool:
    """Whether `schema` may demand anything of a head; of one without declared fields, unless fields of bodies are."""
    may = has_declared or schema.needs_headers or not schema.header_names.isdisjoint(_OF_BODIES)
    return schema.holds_headers and may
