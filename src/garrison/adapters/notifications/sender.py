"""What every way of telling is, and the words that people read."""

import os
import socket
import ssl
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Protocol

from garrison.core.errors import GarrisonError, cause_of
from garrison.core.notice import Notice, NoticeKind
from garrison.core.printable import printable

TIMEOUT: Final = 15.0
"""Seconds that one try may take where the way lets it be bounded."""
_LISTED: Final = 5
"""Of each kind of party that people read; of more how many."""


class DeliveryError(GarrisonError):
    """It could not be delivered; the text says why, and holds no credential."""


class Sender(Protocol):
    """One way of telling one destination."""

    @property
    def batch(self) -> int:
        """How many notices may be told at once."""

    def send(self, notices: Sequence[Notice]) -> None:
        """Deliver them, on this thread. Raises DeliveryError where it is not known that they arrived."""


class Finding(Protocol):
    """Makes an OCSF record of a notice."""

    def __call__(self, notice: Notice) -> Mapping[str, Any]:
        """The record."""


def heading(notice: Notice) -> str:
    """One line for people."""
    if notice.kind is NoticeKind.TEST:
        return "Garrison: a test message"
    title = printable(notice.title, " ")
    if notice.kind is NoticeKind.ASSESSED:
        return f"Garrison [{notice.severity}] {title}"
    return f"Garrison [{notice.severity}] {title}: incident {notice.incident} {notice.kind} ({notice.state})"


def words(notice: Notice) -> str:
    """All of it for people: plain lines."""
    if notice.kind is NoticeKind.TEST:
        return "This destination is told of incidents. Nothing has happened."
    if notice.kind is NoticeKind.ASSESSED:
        rest = notice.detections - len(notice.changes)
        left_out = (f"and {rest} more",) if rest > 0 else ()
        return "\n".join([*notice.changes, *left_out, "", "garrison findings changes"])
    named = notice.named
    lines = [
        f"severity    {notice.severity}, confidence {notice.confidence}",
        f"when        {moment(notice.since)} to {moment(notice.last)}",
        f"detections  {notice.detections} ({', '.join(notice.rules)})",
    ]
    for word, values in (
        ("principals", named.principals),
        ("clients", named.clients),
        ("tokens", named.tokens),
        ("peers", named.peers),
        ("operations", named.operations),
    ):
        if values:
            more = f" and {len(values) - _LISTED} more" if len(values) > _LISTED else ""
            lines.append(f"{word:<11} {', '.join(values[:_LISTED])}{more}")
    for each in notice.measures[-_LISTED:]:
        until = f" until {moment(each.until)}" if each.until is not None else ""
        lines.append(f"measure     {each.action} {each.target}{until}{' (simulated)' if each.simulated else ''}")
    lines += ["", f"garrison incidents show {notice.incident}"]
    return "\n".join(lines)


def moment(seconds: float) -> str:
    """ISO 8601, UTC, seconds."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def secret(*, given: str = "", file: str = "", env: str = "") -> str:
    """A secret as the settings say where it is: the first line. Raises DeliveryError, which does not hold it."""
    if file:
        try:
            given = Path(file).read_text(encoding="utf-8").partition("\n")[0].strip()
        except (OSError, UnicodeDecodeError) as error:
            why = cause_of(error) if isinstance(error, OSError) else "it is no text"
            raise DeliveryError(f"`{file}` cannot be read: {why}") from error
    elif env:
        given = os.environ.get(env, "").strip()
    if not given:
        raise DeliveryError(f"`{file or env}` is empty" if file or env else "is missing")
    return given


def why(error: Exception) -> str:
    """What went wrong, in an operator's words and without addresses, which may hold credentials."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate does not hold: {cause.verify_message}"
        if isinstance(cause, socket.gaierror):
            return "its name is not known"
        if isinstance(cause, OSError) and cause.errno and not isinstance(cause, ssl.SSLError):
            return (os.strerror(cause.errno) if cause.errno > 0 else "it cannot be reached").lower()
        if isinstance(cause, TimeoutError):
            return "no answer in time"
        cause = cause.__cause__ or cause.__context__
    return f"it cannot be reached ({type(error).__name__})"
