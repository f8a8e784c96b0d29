"""What is reported of exchanges: a JSON line each, from inside Envoy to the guard, which tells the operator.

The lines go through a pipe that never blocks its writer: traffic does not wait for a terminal. What does not
fit is counted, and the count is told.
"""

import os
import select
import threading
from typing import Final

import msgspec

from garrison.core.decision import Disposition, Reason
from garrison.core.event import Event
from garrison.core.operation import UNDESCRIBED
from garrison.core.printable import printable

MAX_LINE: Final = min(select.PIPE_BUF, 4096)
"""Bytes of a line. Writes to a pipe up to this length are never mixed with others' (POSIX, write)."""
MAX_REASONS: Final = 8
"""Reasons of one exchange that are told; a body can be wrong in a thousand places."""
MAX_TEXT: Final = 160
"""Characters of a location or detail that are told."""


class Report(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line: an event in short, or only a count of lines that did not fit."""

    id: str = ""
    method: str = ""
    template: str = ""
    status: int = 0
    disposition: str = ""
    peer: str = ""
    reasons: tuple[Reason, ...] = ()
    """Enforced objections, also those that were mended by changing the response."""
    observed: tuple[Reason, ...] = ()
    """What would have been denied."""
    more: int = 0
    """Reasons left out of this line."""
    errors: tuple[str, ...] = ()
    left_out: int = 0
    """Events that were not told since the last line."""


def is_told(event: Event) -> bool:
    """Whether the operator is told: something objected or failed."""
    return bool(event.reasons or event.observed or event.errors)


def event_line(event: Event, *, left_out: int = 0) -> bytes:
    """`event` as one JSON line of at most `MAX_LINE` bytes, the line feed included."""
    reasons = tuple(map(_short, event.reasons[:MAX_REASONS]))
    observed = tuple(map(_short, event.observed[:MAX_REASONS]))
    total = len(event.reasons) + len(event.observed)
    while True:
        report = Report(
            id=event.id,
            method=event.method[:MAX_TEXT],
            template=event.template[:MAX_TEXT],
            status=event.status,
            disposition=event.disposition,
            peer=event.peer,
            reasons=reasons,
            observed=observed,
            more=total - len(reasons) - len(observed),
            errors=tuple(event.errors[:MAX_REASONS]),
            left_out=left_out,
        )
        line = msgspec.json.encode(report) + b"\n"
        if len(line) <= MAX_LINE or not (reasons or observed):
            return line
        reasons, observed = (reasons[:-1], observed) if reasons else (reasons, observed[:-1])


def _short(reason: Reason) -> Reason:
    if len(reason.location) <= MAX_TEXT and len(reason.detail) <= MAX_TEXT:
        return reason
    return msgspec.structs.replace(reason, location=reason.location[:MAX_TEXT], detail=reason.detail[:MAX_TEXT])


class EventWriter:
    """Writes events that are told into a pipe; may be called from every worker thread."""

    def __init__(self, descriptor: int) -> None:
        os.set_blocking(descriptor, False)
        self._descriptor = descriptor
        self._left_out = 0
        self._lock = threading.Lock()

    def write(self, event: Event) -> None:
        """Write `event`, or count it where the pipe is full or nobody reads it any more."""
        if not is_told(event):
            return
        with self._lock:
            line = event_line(event, left_out=self._left_out)
            try:
                os.write(self._descriptor, line)
            except OSError:
                self._left_out += 1
            else:
                self._left_out = 0


class Teller:
    """Turns lines into what an operator reads, at most `rate` a second."""

    def __init__(self, rate: int = 20) -> None:
        self._rate = rate
        self._second = -1
        self._told = 0
        self._left_out = 0

    def tell(self, line: bytes, now: float) -> list[str]:
        """The lines to print for `line`, which arrived at `now` (seconds): none, one, or two."""
        try:
            report = msgspec.json.decode(line, type=Report)
        except msgspec.DecodeError:
            return []
        self._left_out += report.left_out
        if int(now) != self._second:
            self._second, self._told = int(now), 0
        if self._told >= self._rate:
            self._left_out += 1
            return []
        self._told += 1
        return [*self.rest(), describe(report)]

    def rest(self) -> list[str]:
        """What was left out so far, as a line of its own."""
        count, self._left_out = self._left_out, 0
        return [f"and {count} more that are not shown"] if count else []


_DONE = {
    Disposition.BLOCKED: "denied",
    Disposition.LOGGED: "would deny",
    Disposition.REWRITTEN: "rewrote",
    Disposition.ERROR: "error at",
    Disposition.ABORTED: "broke off",
    Disposition.ALLOWED: "allowed",
}


def describe(report: Report) -> str:
    """`report` as one readable line without control characters."""
    done = _DONE.get(Disposition(report.disposition), report.disposition) if report.disposition else "event"
    parts = [done, report.method, report.template or UNDESCRIBED, str(report.status)]
    told = report.reasons or report.observed
    if told:
        parts.append(_reason(told[0]))
    elif report.errors:
        parts.append("failed: " + ", ".join(report.errors))
    more = len(report.reasons) + len(report.observed) + report.more - 1
    if told and more > 0:
        parts.append(f"(and {more} more)")
    parts.append(f"[{report.id}]")
    return printable(" ".join(parts))


def _reason(reason: Reason) -> str:
    place = f" {reason.location}" if reason.location else ""
    return f"{reason.id}{place}: {reason.detail}" if reason.detail else f"{reason.id}{place}"
