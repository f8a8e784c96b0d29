"""Decisions: allow or deny for one exchange, with every reason.

A control answers with one of five values: None (no objection), a `Grant`, a `Reason` (an objection), an `Amendment`
(objections that can be mended in the request), or a `Rewrite` (one that can be mended in the response). What the
answers amount to is said once, in `engine/combine.py`. Before the request is forwarded it may also say that it must ask
first (`core/question.py`).
"""

from enum import StrEnum
from typing import Any, Final, TypeAlias

import msgspec

from garrison.core.document import FormDocument, JsonDocument
from garrison.core.http import Headers
from garrison.core.ids import ControlId, ReasonId


class Mode(StrEnum):
    """Whether an objection denies."""

    ENFORCE = "enforce"
    MONITOR = "monitor"
    OFF = "off"


class FailMode(StrEnum):
    """What a control's own error means: an objection (closed) or nothing (open)."""

    CLOSED = "closed"
    OPEN = "open"


class Phase(StrEnum):
    """The steps of an exchange at which controls are asked, in this order."""

    HEAD = "head"
    """The request's head is known."""
    BODY = "body"
    """The request's body is known and decoded, or known to be absent."""
    RESPONSE_HEAD = "response-head"
    """The response's status and headers are known."""
    RESPONSE_BODY = "response-body"
    """The response's body is known and decoded, or known to be absent or uninspected."""


class Disposition(StrEnum):
    """What was done with an exchange (OCSF `disposition_id`, in our words)."""

    ALLOWED = "allowed"
    BLOCKED = "blocked"
    LOGGED = "logged"
    """An objection in monitor mode: the client noticed nothing."""
    REWRITTEN = "rewritten"
    """The request went on changed, or the response left so: fields stripped, an error answer replaced."""
    ERROR = "error"
    """A control or the engine itself failed, whatever the fail mode made of it."""
    ABORTED = "aborted"
    """The client or the upstream broke off before a decision on the response."""


class Reason(msgspec.Struct, frozen=True):
    """Why an exchange is objected to. Never holds a secret or a raw personal value."""

    id: ReasonId
    control: ControlId
    status: int
    """HTTP status of the denial."""
    location: str = ""
    """Where in the message: `query.limit`, `body/items/0/name`, `header.content-type`."""
    detail: str = ""
    """What was expected there, for the operator; the client never sees it."""


class Grant(msgspec.Struct, frozen=True):
    """A granter's yes."""

    control: ControlId


class Rewrite(msgspec.Struct, frozen=True):
    """An objection to a response that can be mended by changing it."""

    reason: Reason
    body: bytes | None = None
    """The body to send instead; None stands for a problem (RFC 9457) with the response's own status."""
    drop_headers: tuple[str, ...] = ()
    """Names (lower case) of headers to remove."""
    cut: tuple[tuple[str | int, ...], ...] = ()
    """Ways (names and indexes from the root) to items of lists that are taken out of `body`, where they still stand,
    so that what several rewrites leave can be compared place by place."""


class _Gone:
    """What stands for nothing."""


GONE: Final = _Gone()
"""As the new value of an `Edit`: what stood there is taken out."""


class Edit(msgspec.Struct, frozen=True):
    """One change of one value within a request's body."""

    way: tuple[str | int, ...]
    """Names and indexes from the root; of a form's field its name and its text."""
    value: Any
    """What stands there instead; `GONE` for nothing."""


class Amendment(msgspec.Struct, frozen=True):
    """Objections to a request that are mended by changing what is forwarded of it."""

    reasons: tuple[Reason, ...]
    headers: Headers = ()
    """Header fields to set."""
    drop_headers: tuple[str, ...] = ()
    """Names (lower case) of headers to remove."""
    query: tuple[tuple[int, str | None], ...] = ()
    """New texts of parameters by their place in `CanonicalRequest.query`; None takes one out."""
    left: JsonDocument | FormDocument | None = None
    """What the body holds once something was taken out of it; None where nothing was."""
    edits: tuple[Edit, ...] = ()
    """What is changed in the body besides."""


Outcome: TypeAlias = Grant | Reason | Amendment | Rewrite | tuple[Reason, ...] | None
"""What a control says. A tuple is several objections at once."""


class Decision(msgspec.Struct, frozen=True):
    """The outcome of one exchange so far."""

    allowed: bool
    reasons: tuple[Reason, ...] = ()
    """Enforced objections, in the order of the plan. Not empty where `allowed` is false."""
    observed: tuple[Reason, ...] = ()
    """Objections of controls in monitor mode: what would have been denied."""
    errors: tuple[ControlId, ...] = ()
    """Controls that failed; a closed one also has its `control-error` among the reasons."""
    rewrites: tuple[Rewrite, ...] = ()
    """Enforced changes to the response; each one's reason is not among `reasons`."""
    amendments: tuple[Amendment, ...] = ()
    """Enforced changes to the request; their reasons are not among `reasons`."""


class Mutation(msgspec.Struct, frozen=True):
    """A change to a message before it is forwarded. None and empty mean: as it is."""

    target: str | None = None
    """Request target in canonical form."""
    set_headers: Headers = ()
    drop_headers: tuple[str, ...] = ()
    body: bytes | None = None
