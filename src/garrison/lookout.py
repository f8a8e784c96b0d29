"""The lookout: events in the order in which they ended go to the detector, and what it finds to the responder.

A thread of the watch process of its own, so that nothing that is written keeps it waiting. Whatever goes wrong in it is
told, and it goes on. An event is held back for
a tenth of a second, so that those of other workers come before it that ended before: live and replayed events give the
same detections.

What the detector knows is kept now and then. After a restart it goes on from there with the events on record since:
what it finds again has the same ids, and is known. Where nothing was kept, the last two minutes count.
"""

import heapq
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, Protocol

import msgspec

from garrison.adapters.notifications.postman import Postman
from garrison.adapters.store.casebook import KNOWN_FOR
from garrison.adapters.store.detections import detections
from garrison.adapters.store.events import EVENTS, as_kept
from garrison.adapters.store.files import replace_file
from garrison.adapters.store.query import EventFilter, events
from garrison.adapters.store.room import check_room
from garrison.adapters.store.segments import Tailer
from garrison.core.detection import Detection
from garrison.core.errors import RecordError, cause_of
from garrison.core.event import Event
from garrison.responding import Responder

HOLD: Final = 0.1
"""Seconds that an event is held back after it ended."""
LONGEST_HOLD: Final = 1.0
"""The same after it came, where clocks differ."""
POLL: Final = 0.02
"""Seconds between two looks at the spool."""
SELDOM: Final = 0.1
"""The same where much comes: what is looked at together costs a sixth less, as caches stay warm."""
SOME: Final = 20
"""Events that one look gave from which on much comes."""
MANY: Final = 1_000
"""The same from which on the next look follows at once: more wait."""
KEEP: Final = 60.0
"""Seconds between two times that what the detector knows is kept; more where that takes long."""
SHARE: Final = 20
"""To keep it may take one part in so many of the time."""
TIDY: Final = 60.0
AGAIN: Final = 0.5
"""Seconds before the next try where it could not begin."""
MOST_HELD: Final = 200_000
"""Events that are held back before they are left in the spool."""
SLACK: Final = 600.0
"""Seconds: an exchange that took longer and ended after what the detector knows was kept is not found again."""
LOOK_BACK: Final = 120.0
"""Seconds of the record that are looked at where nothing was kept: longer than it takes to begin on a busy machine."""
FILE: Final = "detector.snapshot"


class Detects(Protocol):
    """Finds patterns in events, which come in the order in which they ended."""

    @property
    def groups(self) -> int:
        """Groups that are remembered."""

    @property
    def dropped(self) -> int:
        """Groups that were forgotten because there were too many."""

    def feed(self, event: Event) -> Sequence[Detection]:
        """What `event` completes."""

    def advance(self, now: float) -> Sequence[Detection]:
        """What is complete at `now` because nothing more came."""

    def snapshot(self) -> bytes:
        """What it knows."""

    def restore(self, snapshot: bytes) -> None:
        """Go on from there, before the first event. Raises ValueError where another version made it."""


class Cursor(msgspec.Struct, frozen=True, order=True):
    """A place in the order of events."""

    ended: float
    id: str


class _Kept(msgspec.Struct, frozen=True):
    cursor: Cursor
    state: bytes
    version: int = 1


class Progress(msgspec.Struct, frozen=True):
    """How it stands."""

    events: int = 0
    """Since the process began."""
    detections: int = 0
    lag: float = 0.0
    """Seconds that the last event had been over when it was fed."""
    trouble: str = ""
    """Why what was found could not be dealt with the last time, or an event not be looked at; empty where it could."""
    groups: int = 0
    """Groups that are remembered over all rules."""
    dropped: int = 0
    """Those that were forgotten because there were too many."""


class Lookout:
    """Everything between the spool and the responder. `start` begins; `close` ends it and keeps what is known."""

    def __init__(
        self,
        data: Path,
        detector: Detects,
        responder: Callable[[Iterable[str]], Responder],
        *,
        postman: Postman | None = None,
        tailer: Tailer[Event] | None = None,
        say: Callable[[str], None],
    ) -> None:
        """`responder` is made on the lookout's thread, and told which detections are on record; `tailer` is closed in
        the end."""
        self._data = data
        self._detector = detector
        self._make_responder = responder
        self._postman = postman
        self._tailer = tailer
        self._say = say
        self._cursor: Cursor | None = None
        self._held: list[tuple[float, str, float, Event]] = []
        self._found: list[Detection] = []
        self._passed: set[str] = set()
        """Ids of events that were read from the record and still come by the spool."""
        self._until: Cursor | None = None
        """What comes by the spool and lies before this is known already."""
        self._advance_at = self._keep_at = self._tidy_at = 0.0
        self._stopping = threading.Event()
        self.progress = Progress()
        self._thread = threading.Thread(target=self._run, name="garrison-lookout", daemon=True)

    def start(self) -> None:
        """Begin, on a thread of its own."""
        self._thread.start()

    def close(self) -> None:
        """Look at what has come, keep what is known, and end."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        tailer = self._tailer or Tailer(self._data / EVENTS.spool, EVENTS.line)
        responder: Responder | None = None
        while responder is None and not self._stopping.is_set():
            try:
                responder = self._begin(tailer)
            except Exception as error:  # noqa: BLE001  # the outermost frame, as of all that follows: it goes on, and says so
                self._fail(_said(error))
                self._stopping.wait(AGAIN)
        if responder is None:
            tailer.close()
            return
        try:
            self._watch(tailer, responder)
        finally:
            tailer.close()
            responder.close()

    def _watch(self, tailer: Tailer[Event], responder: Responder) -> None:
        self._keep_at = self._tidy_at = time.monotonic() + KEEP
        while not self._stopping.is_set():
            try:
                came = self._look(tailer, responder)
            except Exception as error:  # noqa: BLE001
                self._fail(_said(error))
                self._stopping.wait(AGAIN)
                continue
            if came < MANY:
                self._stopping.wait(POLL if came < SOME else SELDOM)
        try:
            self._look_last(tailer, responder)
        except Exception as error:  # noqa: BLE001
            self._fail(_said(error))

    def _look(self, tailer: Tailer[Event], responder: Responder) -> int:
        """One look at what has come; how many events."""
        fresh = tailer.poll()
        self._hold(fresh)
        self._feed(self._due(time.time()))
        self._advance(time.time() - LONGEST_HOLD)
        self._respond(responder)
        now = time.monotonic()
        if now >= self._keep_at:
            self._keep_at = now + KEEP  # before it is tried: what fails must not be tried at once again
            self._keep()
            self._keep_at = time.monotonic() + max(KEEP, SHARE * (time.monotonic() - now))
        if now >= self._tidy_at:
            self._tidy_at = now + TIDY
            self._attempt(responder.tidy)
        return len(fresh)

    def _look_last(self, tailer: Tailer[Event], responder: Responder) -> None:
        while fresh := tailer.poll():
            self._hold(fresh)
        self._feed(self._due(float("inf")))
        self._respond(responder)
        self._keep()

    # -- beginning

    def _begin(self, tailer: Tailer[Event]) -> Responder:
        """Restore what was known, and look at the events on record since. Raises RecordError."""
        # from now on nothing in the spool is missed; a segment that is read to its end takes no space any more
        while len(self._held) < MOST_HELD and (fresh := tailer.poll()):
            self._hold(fresh)
        self._until = kept = self._restored()
        known = kept.ended if kept is not None else time.time() - KNOWN_FOR
        responder = self._make_responder([each.id for each in detections(self._data, since=known)])
        self._cursor = begin = kept or self._without_predecessor()
        first = min((event.time for *_, event in self._held), default=time.time()) - SLACK
        record = events(self._data, EventFilter(since=begin.ended - SLACK), newest_first=False)
        for count, event in enumerate(_in_order(map(as_kept, record))):
            if Cursor(event.ended, event.id) > begin:
                if event.time >= first:
                    self._passed.add(event.id)
                self._feed([event])
            if self._stopping.is_set():
                break
            if count % 1000 == 0:
                self._hold(tailer.poll())
                self._respond(responder)
        self._respond(responder)
        if kept is None:
            self._keep()  # from now on whoever comes after knows where to go on
        return responder

    def _without_predecessor(self) -> Cursor:
        """Where to begin with nothing to go on from: one may have been killed before it kept anything."""
        return Cursor(min([time.time() - LOOK_BACK, *(ended for ended, *_ in self._held)]), "")

    def _restored(self) -> Cursor | None:
        try:
            kept = msgspec.msgpack.decode((self._data / FILE).read_bytes(), type=_Kept)
            self._detector.restore(kept.state)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise RecordError(f"`{self._data / FILE}` cannot be read: {cause_of(error)}") from error
        except (ValueError, msgspec.MsgspecError) as error:
            self._say(f"garrison: detection begins anew, with nothing learned: {error}")
            return None
        return kept.cursor

    def _keep(self) -> None:
        if self._cursor is None or self._found:
            return  # what was found and is not dealt with yet must be found again
        try:
            kept = msgspec.msgpack.encode(_Kept(self._cursor, self._detector.snapshot()))
            check_room(self._data, len(kept))  # events are worth more: what is not kept is found in them again
            replace_file(self._data / FILE, kept)
        except OSError as error:
            self._fail(f"what is known cannot be kept: {cause_of(error)}")

    # -- events

    def _hold(self, fresh: Iterable[Event]) -> None:
        came = time.time()
        for event in map(as_kept, fresh):  # as it will be read again: times to the microsecond
            heapq.heappush(self._held, (event.ended, event.id, came, event))

    def _due(self, now: float) -> Iterator[Event]:
        """Events that are held back no longer, in order."""
        held, until = self._held, self._until
        while held and (held[0][0] <= now - HOLD or held[0][2] <= now - LONGEST_HOLD):
            ended, identifier, _, event = heapq.heappop(held)
            if identifier in self._passed:
                self._passed.discard(identifier)
            elif until is None or ended > until.ended or Cursor(ended, identifier) > until:
                yield event

    def _feed(self, some: Iterable[Event]) -> None:
        count, last = 0, None
        for event in some:
            count, last = count + 1, event
            try:
                self._found += self._detector.feed(event)
            except Exception as error:  # noqa: BLE001  # the outermost frame: one event ends nothing
                self._fail(f"event {event.id} could not be looked at: {type(error).__name__}")
        if last is None:
            return
        at = Cursor(last.ended, last.id)
        self._cursor = at if self._cursor is None else max(self._cursor, at)
        lag = max(0.0, time.time() - last.ended)
        told = {"events": self.progress.events + count, "lag": lag}
        self.progress = msgspec.structs.replace(
            self.progress, **told, groups=self._detector.groups, dropped=self._detector.dropped
        )

    def _advance(self, moment: float) -> None:
        """Twice a second, as far as nothing more is to come, tell the detector what time it is."""
        if moment >= self._advance_at:
            self._advance_at = moment + LONGEST_HOLD / 2
            self._found += self._detector.advance(moment)

    def _respond(self, responder: Responder) -> None:
        if not self._found:
            return
        try:
            trouble = self._deal(responder)
        except RecordError as error:
            self._fail(str(error))
            return  # with the next
        if trouble:
            self._fail(trouble)
        elif responder.given_up:
            trouble = f"messages that found no place in the outbox: {responder.given_up}"
        self.progress = msgspec.structs.replace(self.progress, detections=responder.taken_in, trouble=trouble)
        if self._postman is not None:
            self._postman.wake()

    def _deal(self, responder: Responder) -> str:
        """Have what was found dealt with; in words what could not be and is passed over. Raises RecordError."""
        try:
            responder.take(self._found)
        except RecordError:
            raise
        except Exception:  # noqa: BLE001  # because of one of them: the others must not wait for it
            return self._deal_with_each(responder)
        self._found.clear()
        return ""

    def _deal_with_each(self, responder: Responder) -> str:
        trouble = ""
        while self._found:
            try:
                responder.take(self._found[:1])
            except RecordError:
                raise
            except Exception as error:  # noqa: BLE001
                trouble = f"detection {self._found[0].id} could not be dealt with: {type(error).__name__}"
            del self._found[0]
        return trouble

    def _attempt(self, work: Callable[[], None]) -> None:
        try:
            work()
        except RecordError as error:
            self._fail(str(error))

    def _fail(self, why: str) -> None:
        if self.progress.trouble != why:
            self._say(f"garrison: detection: {why}")
        self.progress = msgspec.structs.replace(self.progress, trouble=why)


def _said(error: Exception) -> str:
    return (
        str(error) if isinstance(error, RecordError) else f"it goes on after a fault of its own: {type(error).__name__}"
    )


def _in_order(by_time: Iterable[Event]) -> Iterator[Event]:
    """Events that are given in the order in which they began, in the order in which they ended."""
    held: list[tuple[float, str, Event]] = []
    for event in by_time:
        while held and held[0][0] < event.time:  # whatever comes now ends later
            yield heapq.heappop(held)[2]
        heapq.heappush(held, (event.ended, event.id, event))
    while held:
        yield heapq.heappop(held)[2]
