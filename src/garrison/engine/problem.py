"""What a refused client is told: an RFC 9457 problem with the event's id and nothing an attacker could use."""

from collections.abc import Sequence
from http import HTTPStatus

import msgspec

from garrison.core.decision import Reason
from garrison.core.http import Headers, Reply
from garrison.core.ids import EventId

PROBLEM_MEDIA_TYPE = "application/problem+json"


def problem(status: int, event_id: EventId, headers: Headers = ()) -> Reply:
    """A problem reply: `title` is the status' own phrase (RFC 9457, 4.2.1), `instance` names the event."""
    return Reply(
        status,
        (("content-type", PROBLEM_MEDIA_TYPE), ("cache-control", "no-store"), *headers),
        problem_body(status, event_id),
    )


def problem_body(status: int, event_id: EventId) -> bytes:
    """The JSON body of a problem."""
    return msgspec.json.encode(
        {"type": "about:blank", "title": phrase(status), "status": status, "instance": f"urn:uuid:{event_id}"}
    )


def denial(reasons: Sequence[Reason], event_id: EventId, headers: Sequence[tuple[int, str, str]] = ()) -> Reply:
    """The reply to an exchange that `reasons` (not empty, in the order of the plan) deny: the first decides.

    `headers` are status, name and value of fields that a denial with that status carries.
    """
    first = reasons[0]
    own = tuple([(name, value) for status, name, value in headers if status == first.status])
    if first.status == 405:
        own = (("allow", first.detail), *own)
    return problem(first.status, event_id, own)


def phrase(status: int) -> str:
    """The registered phrase of `status`; `Error` where it has none."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"
