"""The event: the immutable record of one exchange. No raw body, no secret, no raw personal value."""

import msgspec

from garrison.core.decision import Disposition, Mode, Reason
from garrison.core.exposure import Attribution, Disclosure
from garrison.core.ids import ControlId, EventId, OperationId


class Event(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, tag_field="v", tag=1):
    """One exchange, after the fact. `v` in its encoded form is the version of this struct: fields may be added
    to a version, never change their meaning."""

    id: EventId
    time: float
    """When the request's head arrived: seconds since the epoch, UTC."""
    method: str
    operation: OperationId | None
    """None where the contract describes no such operation."""
    template: str
    """The operation's path template, which holds no identifiers; empty where unknown."""
    peer: str
    """Network address."""
    allowed: bool
    """The decision: whether nothing that is enforced objected."""
    mode: Mode
    disposition: Disposition
    status: int
    """Status the client received; 0 where none was sent."""
    principal: str = ""
    """Who asked; empty where nobody proved who they are."""
    reasons: tuple[Reason, ...] = ()
    """Enforced objections: those that denied it, or that were mended by changing the response."""
    observed: tuple[Reason, ...] = ()
    """Objections of controls in monitor mode: what would have been denied."""
    errors: tuple[ControlId, ...] = ()
    uninspected: tuple[str, ...] = ()
    """Parts that passed with head-only inspection: `request-body: opaque media type`."""
    request_bytes: int = 0
    """Size of the request's body as far as it was seen."""
    response_bytes: int = 0
    """Size of the response's body as far as it was seen."""
    duration: float = 0.0
    """Seconds from the request's head to the end of the exchange."""
    engine: float = 0.0
    """Seconds of those in which the exchange was being judged."""
    upstream: float = 0.0
    """Seconds of those from the request's forwarding to the response's head; 0 where nothing was forwarded."""
    policy: str = ""
    """Which policy judged it (`Policy.digest`)."""
    client: str = ""
    """The OAuth client that asked for the principal; empty where none is known."""
    token: str = ""
    """The name of its token or key (`Principal.token`); never a secret."""
    attribution: Attribution = Attribution.NOTHING
    """Whether it is known whose data the answer disclosed."""
    exposed: tuple[Disclosure, ...] = ()
    """Whose data it disclosed: nobody's where it did not leave."""
    key: int = 0
    """Number of the key under which `exposed` and `sent` name their subjects."""
    asked: tuple[str, ...] = ()
    """Digests of whom or what the request named, as far as the answer did not disclose it: of data subjects as in
    `exposed`, else one of everything that chooses what is answered. Only in operations that tell of people."""
    missed: bool = False
    """Whether nothing was found of what the request named: 404 or 410, or an answer about nobody."""
    unissued: int = 0
    """How many of the subjects that the request names were never shown to whoever asks, nor are the principal."""
    near: bool = False
    """Whether the id that the request names is next to one for which somebody asked just before: a walk."""
    forms: tuple[str, ...] = ()
    """The forms of what stands in parameters and fields whose form the contract leaves open: `path.user=email`."""
    agent: str = ""
    """The product that `User-Agent` names first, lower case; empty where it names none."""
    claimed: str = ""
    """Digest of the account that a refused credential was for, where it names one."""

    sent: tuple[Disclosure, ...] = ()
    """Whose data the request brought to a third party whose API this is; nobody's where it was not forwarded."""
    recipient: str = ""
    """Who that is: `third-party:api.example.com`; empty where nothing was sent."""

    @property
    def ended(self) -> float:
        """When the exchange was over: seconds since the epoch. What looks at many events takes them in this order."""
        return self.time + self.duration
