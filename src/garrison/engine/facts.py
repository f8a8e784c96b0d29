"""What a control may look at: everything known about one exchange so far.

The exchange fills it in as messages arrive; controls only read it. It is the one mutable value here, because an
exchange has one for its whole life and every field is written once.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from garrison.contract.body import BodySchema
from garrison.contract.catalogue import CompiledOperation, Match, Miss
from garrison.contract.media import Kind
from garrison.contract.parameters import Reading
from garrison.contract.responses import ResponseSchema
from garrison.core.canonical import CanonicalRequest
from garrison.core.decision import Reason
from garrison.core.document import Document
from garrison.core.exposure import Disclosure
from garrison.core.http import RequestHead, ResponseHead
from garrison.core.ids import EventId
from garrison.core.principal import ANONYMOUS, Principal
from garrison.core.question import Answer, Question
from garrison.core.quick import quick_to_set
from garrison.engine.announced import NOTHING_ANNOUNCED, NOTHING_EXPECTED, Announced, Expected
from garrison.engine.circuit import Ticket
from garrison.engine.decode import Undecodable
from garrison.engine.exposed import NOTHING_EXPOSED, Exposed
from garrison.engine.looks import Place
from garrison.engine.media_type import MediaType
from garrison.engine.parties import party_of
from garrison.engine.state import State

NOTHING_READ: Mapping[Any, Any] = MappingProxyType({})


@quick_to_set
class Facts(msgspec.Struct, eq=False):
    """One exchange as far as it has come. None stands for: not yet, or not there.

    A struct, because its many fields then begin with their defaults at a third of what `__init__` would take.
    """

    request: RequestHead
    canonical: CanonicalRequest
    match: Match | Miss
    state: State
    """What the gateway remembers beyond this exchange."""
    event_id: EventId
    now: float
    """When the request's head arrived: seconds since the epoch."""
    operation: CompiledOperation | None
    """The operation that was matched; None where the contract describes none."""
    has_body: bool
    """Whether the request's body is there as far as the head says; one of unknown length may prove empty."""
    expected: Expected = NOTHING_EXPECTED
    """What the head says of it."""
    reading: Reading | None = None
    """The operation's parameters, decoded; None where it declares none."""
    values: Mapping[str, Mapping[str, Any]] = NOTHING_READ
    """Decoded parameters by location and name: those of `reading`."""
    principal: Principal = ANONYMOUS
    """Who asks: `ANONYMOUS` until the control `authentication` has found out."""
    credentials: dict[str, Any] | None = None
    """What was found of each security scheme's credential: one that counts once (a proof) is looked at once."""
    answers: Mapping[Question, Answer] = NOTHING_READ
    """Answers to what controls asked for this exchange."""
    refusal_headers: tuple[tuple[int, str, str], ...] = ()
    """Status, name and value of header fields that a denial with that status carries: `WWW-Authenticate`,
    `Retry-After`. Controls add to it; monitor mode shows it to nobody."""
    request_headers: tuple[tuple[str, str], ...] = ()
    """Header fields that the forwarded request carries instead of the client's, whatever the mode: a credential."""
    response_headers: tuple[tuple[str, str], ...] = ()
    """Header fields that the client's response carries, where it is held for its head at all."""
    dropped_headers: tuple[str, ...] = ()
    """Names of those that it does not carry, likewise."""
    limited: tuple[str, ...] | None = ()
    """What is left of the limits that counted this exchange, as `RateLimit` says it; None once one refused."""
    on_close: tuple[Callable[[], None], ...] = ()
    """Called once when the exchange is over, whatever came of it: a concurrency cap gives its place back."""
    exposed: Exposed = NOTHING_EXPOSED
    """Whose data the answer discloses, if it leaves."""
    key: int = 0
    """Number of the key under which the request's subjects are named, in `asked`, `claimed` and `sent`."""
    taken: tuple[Place, ...] = ()
    """What the answer took of budgets: given back at the end if it did not leave."""
    asked: tuple[str, ...] = ()
    """Whom or what the request names that the answer did not disclose; this and what follows as in `Event`."""
    missed: bool = False
    unissued: int = 0
    near: bool = False
    forms: tuple[str, ...] = ()
    claimed: str = ""
    unless_spared: Reason | None = None
    """An objection that is taken back where it turns out that the measure spares whoever asks."""
    noted: tuple[Reason, ...] = ()
    """What is on record and denies nothing, whatever the mode: what a budget only alerts of."""
    reasons: tuple[Reason, ...] = ()
    """What was objected to in force, mended by a rewrite or not; known once `on_close` is called."""
    observed: tuple[Reason, ...] = ()
    """What was objected to and only recorded; known likewise."""
    is_aborted: bool = False
    """Whether client or upstream broke off; known likewise."""
    has_left: bool = False
    """Whether the answer was let through to its end; known once the exchange is over."""
    received: bytes | None = None
    """The request's body as it came; None where there is none or it passes uninspected."""
    body: bytes | None = None
    """The request's body, decompressed; None where there is none or it passes uninspected."""
    document: Document | Undecodable | None = None
    """The request's body, decoded; None where there is none, or an empty one, or it passes uninspected."""
    accepted: Document | None = None
    """That very `document`, once it was found to keep `body_schema`: who asks again need not look at it."""
    is_narrowed: bool = False
    """Whether the upstream is asked for less codings than the client accepts: only those that can be undone."""
    is_forwarded: bool = False
    """Whether the request went on to the upstream, or would have and was answered on the way; known to `Checks.end`."""
    ticket: Ticket | None = None
    """With which the circuit to a third party let the exchange through."""
    left: Document | None = None
    """The request's body as it was forwarded, where it was changed."""
    own_status: int = 0
    """What the data plane answered by itself, because the upstream was down, slow or broken; 0 where it did not."""
    ended: float = 0.0
    """When the exchange was over; known to `Checks.end`."""
    sent: tuple[Disclosure, ...] = ()
    """Whose data the request brought to the upstream, where that is somebody else's; set at the end."""
    recipient: str = ""
    """Who that is."""
    response: ResponseHead | None = None
    announced: Announced = NOTHING_ANNOUNCED
    """What the response's head says of its body."""
    response_body: bytes | None = None
    """The response's body, decompressed; empty where one of unknown length proved to be empty; None where there
    is none or it passes uninspected."""
    response_document: Document | Undecodable | None = None
    """The response's body, decoded; None where there is none, or an empty one, or it passes uninspected."""
    response_beginning: Document | None = None
    """What left of a response's body that broke off, decoded as far as it goes; `response_document` is then none."""
    uninspected: tuple[str, ...] = ()
    """Parts that pass with head-only inspection, and why."""

    # Short ways to what heads say of bodies. To ask for a property takes as long as ten steps: what is asked of every
    # exchange goes by `expected` and `announced` itself.

    @property
    def media_type(self) -> MediaType | None:
        """The request's media type; None where it has none, or no body."""
        return self.expected.media_type

    @property
    def body_schema(self) -> BodySchema | None:
        """What the contract says of the request's body in its media type."""
        return self.expected.body_schema

    @property
    def body_kind(self) -> Kind | None:
        """How the request's body is read: `opaque` and `stream` pass with head-only inspection."""
        return self.expected.kind

    @property
    def response_media_type(self) -> MediaType | None:
        """The response's media type; None where it has none."""
        return self.announced.media_type

    @property
    def response_schema(self) -> ResponseSchema | None:
        """What the contract says of a response with this status."""
        return self.announced.schema

    @property
    def response_body_schema(self) -> BodySchema | None:
        """What the contract says of the response's body in its media type."""
        return self.announced.body_schema

    @property
    def party(self) -> str:
        """To whom anything is shown: the principal; where nobody proved who they are, their peer."""
        return party_of("" if self.principal is ANONYMOUS else self.principal.id, self.request.peer.address)

    @property
    def named_under(self) -> int:
        """Number of the key under which anybody is named already; 0 where nobody is. One event has one."""
        return self.exposed.key or self.key

    @property
    def has_response_body(self) -> bool:
        """Whether the response has a body, as far as is known: one that was looked at and is empty is none."""
        return self.response is not None and self.response.has_body and self.response_body != b""
