"""What a control may look at: everything known about one exchange so far.

The exchange fills it in as messages arrive; controls only read it. It is the one mutable value here, because an
exchange has one for its whole life and every field is written once.
"""

from collections.abc import Callable, Mapping
from typing import Any

from garrison.contract.body import BodySchema
from garrison.contract.catalogue import CompiledOperation, Match, Miss
from garrison.contract.media import Kind
from garrison.contract.parameters import Reading
from garrison.contract.responses import ResponseSchema
from garrison.core.canonical import CanonicalRequest
from garrison.core.decision import Reason
from garrison.core.document import Document
from garrison.core.exposure import Attribution, Disclosure
from garrison.core.http import RequestHead, ResponseHead
from garrison.core.ids import EventId
from garrison.core.principal import ANONYMOUS, Principal
from garrison.core.question import Answer, Question
from garrison.engine.decode import Undecodable
from garrison.engine.media_type import MediaType
from garrison.engine.state import State

_NO_ANSWERS: Mapping[Question, Answer] = {}


class Facts:
    """One exchange as far as it has come. None stands for: not yet, or not there."""

    __slots__ = (
        "answers",
        "attribution",
        "body",
        "body_kind",
        "body_schema",
        "body_size",
        "canonical",
        "credentials",
        "document",
        "event_id",
        "exposed",
        "has_body",
        "has_left",
        "is_narrowed",
        "limited",
        "match",
        "media_type",
        "noted",
        "now",
        "on_close",
        "operation",
        "principal",
        "reading",
        "reasons",
        "received",
        "refusal_headers",
        "request",
        "response",
        "response_body",
        "response_body_schema",
        "response_document",
        "response_headers",
        "response_media_type",
        "response_schema",
        "state",
        "uninspected",
    )

    def __init__(  # noqa: PLR0915 - one line for each field
        self,
        request: RequestHead,
        canonical: CanonicalRequest,
        match: Match | Miss,
        state: State,
        event_id: EventId,
        now: float,
    ) -> None:
        self.request = request
        self.canonical = canonical
        self.match = match
        self.state = state
        """What the gateway remembers beyond this exchange."""
        self.event_id = event_id
        self.now = now
        """When the request's head arrived: seconds since the epoch."""
        self.principal: Principal = ANONYMOUS
        """Who asks: `ANONYMOUS` until the control `authentication` has found out."""
        self.credentials: dict[str, Any] | None = None
        """What was found of each security scheme's credential: one that counts once (a proof) is looked at once."""
        self.answers: Mapping[Question, Answer] = _NO_ANSWERS
        """Answers to what controls asked for this exchange."""
        self.refusal_headers: tuple[tuple[int, str, str], ...] = ()
        """Status, name and value of header fields that a denial with that status carries: `WWW-Authenticate`,
        `Retry-After`. Controls add to it; monitor mode shows it to nobody."""
        self.response_headers: tuple[tuple[str, str], ...] = ()
        """Header fields that the client's response carries, where it is held for its head at all."""
        self.limited: tuple[str, ...] | None = ()
        """What is left of the limits that counted this exchange, as `RateLimit` says it; None once one refused."""
        self.on_close: tuple[Callable[[], None], ...] = ()
        """Called once when the exchange is over, whatever came of it: a concurrency cap gives its place back."""
        self.attribution = Attribution.NOTHING
        """Whether it is known whose data the answer discloses."""
        self.exposed: tuple[Disclosure, ...] = ()
        """Whose data the answer discloses, if it leaves."""
        self.noted: tuple[Reason, ...] = ()
        """What is on record and denies nothing, whatever the mode: what a budget only alerts of."""
        self.reasons: tuple[Reason, ...] = ()
        """What was objected to in force, mended by a rewrite or not; known once `on_close` is called."""
        self.has_left = False
        """Whether the answer was let through to its end; known once `on_close` is called."""
        self.operation: CompiledOperation | None = match.operation if isinstance(match, Match) else None
        """The operation that was matched; None where the contract describes none."""
        self.has_body = request.has_body and canonical.headers.get("content-length") != "0"
        """Whether the request's body is there as far as the head says; one of unknown length may prove empty."""
        self.reading: Reading | None = None
        """The operation's parameters, decoded; None where it declares none."""
        self.media_type: MediaType | None = None
        """The request's media type; None where it has none."""
        self.body_schema: BodySchema | None = None
        """What the contract says of the request's body in its media type."""
        self.body_kind: Kind | None = None
        """How the request's body is read: `opaque` and `stream` pass with head-only inspection."""
        self.received: bytes | None = None
        """The request's body as it came; None where there is none or it passes uninspected."""
        self.body: bytes | None = None
        """The request's body, decompressed; None where there is none or it passes uninspected."""
        self.body_size = 0
        """Bytes of the request's body as received, as far as it was seen."""
        self.document: Document | Undecodable | None = None
        """The request's body, decoded; None where there is none, or an empty one, or it passes uninspected."""
        self.is_narrowed = False
        """Whether the upstream is asked for less codings than the client accepts: only those that can be undone."""
        self.response: ResponseHead | None = None
        self.response_media_type: MediaType | None = None
        self.response_schema: ResponseSchema | None = None
        """What the contract says of a response with this status."""
        self.response_body_schema: BodySchema | None = None
        """What the contract says of the response's body in its media type."""
        self.response_body: bytes | None = None
        """The response's body, decompressed; empty where one of unknown length proved to be empty; None where there
        is none or it passes uninspected."""
        self.response_document: Document | Undecodable | None = None
        """The response's body, decoded; None where there is none, or an empty one, or it passes uninspected."""
        self.uninspected: list[str] = []
        """Parts that pass with head-only inspection, and why."""

    @property
    def has_response_body(self) -> bool:
        """Whether the response has a body, as far as is known: one that was looked at and is empty is none."""
        return self.response is not None and self.response.has_body and self.response_body != b""

    @property
    def values(self) -> Mapping[str, Mapping[str, Any]]:
        """Decoded parameters by location and name."""
        return {} if self.reading is None else self.reading.values
