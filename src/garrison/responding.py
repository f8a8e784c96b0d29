"""What becomes of detections: on record once, part of an incident, measures in force, somebody told."""

import time
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from garrison.adapters.store.casebook import Casebook
from garrison.adapters.store.detections import DETECTIONS
from garrison.adapters.store.measures import change_measures
from garrison.adapters.store.outbox import Outbox
from garrison.adapters.store.spool import SpoolWriter
from garrison.config.notify import NotifySettings
from garrison.config.respond import RespondSettings
from garrison.core.countermeasure import Countermeasure, Key, reinforced
from garrison.core.detection import Detection
from garrison.core.errors import RecordError, cause_of
from garrison.core.incident import Incident, IncidentId
from garrison.core.notice import NoticeKind, notice_of, notice_of_detection
from garrison.respond import incidents
from garrison.respond.incidents import TOGETHER
from garrison.respond.profiles import Situation, decide

BATCH: Final = 500
"""Detections taken in at once: a transaction of the casebook, one change of the countermeasures."""
_TIDIED: Final = 500
"""Incidents that are looked at in one tidying."""


class Response(msgspec.Struct, frozen=True):
    """What the settings say of it."""

    respond: RespondSettings = RespondSettings()
    notify: NotifySettings = NotifySettings()
    allow: tuple[str, ...] = ()
    """Networks and systems that are never blocked (`controls.blocking.allow`), and proxies that are trusted, behind
    which everybody is."""

    @property
    def never(self) -> tuple[str, ...]:
        """All whom nothing may touch."""
        return tuple(dict.fromkeys((*self.respond.never, *self.allow)))


class Responder:
    """Takes in detections, on one thread, and does what the settings say about them.

    The record comes first, then the measures, then the casebook: whatever ends the process in between, what is not in
    the casebook is taken in again, and changes neither record nor measures a second time.
    """

    def __init__(
        self, data: Path, settings: Response, *, recorded: Collection[str] = (), clock: Callable[[], float] = time.time
    ) -> None:
        """`recorded` are ids of detections that are on record and may not be in the casebook. Raises RecordError."""
        self._data = data
        self._settings = settings
        self._recorded = set(recorded)
        self._clock = clock
        self._casebook = Casebook(data)
        self._outbox = Outbox(self._casebook)
        self._spool = SpoolWriter(data / DETECTIONS.spool)
        self.taken_in = 0
        """Detections."""
        self.given_up = 0
        """Messages that found no place in the outbox."""

    def close(self) -> None:
        """Let go."""
        self._spool.close()
        self._casebook.close()

    def take(self, detections: Sequence[Detection]) -> None:
        """Take them in: those that were already are passed over. Raises RecordError, and then none is."""
        for begin in range(0, len(detections), BATCH):
            self._take(detections[begin : begin + BATCH])

    def tidy(self) -> None:
        """Close what is over, and let go of what matters no more. Raises RecordError."""
        now = self._clock()
        with self._casebook.changing():
            for each in self._casebook.quiet(now - TOGETHER, _TIDIED):
                if incidents.is_over(each, now):
                    over = incidents.closed(each, now, "nothing was seen of it for a day")
                    self._casebook.put(over)
                    self._tell(over, NoticeKind.CLOSED)
            self._outbox.forget([each.name for each in self._settings.notify.to])
            self._casebook.forget(now)

    def _take(self, detections: Sequence[Detection]) -> None:
        with self._casebook.changing():
            fresh = self._casebook.unknown(detections)
            if not fresh:
                return
            self._record(fresh)
            if self._settings.respond.mode == "off":
                touched = [self._into_incident(each).id for each in fresh]
            else:
                touched = self._act(fresh)
            for each in fresh:
                self._casebook.know(each)
                self._tell_by_itself(each)
            for identifier in dict.fromkeys([self._kept(one).id for one in touched]):
                self._tell(self._casebook.one(identifier), NoticeKind.UPDATED)
            self._bound()
        self._recorded.difference_update(each.id for each in fresh)
        self.taken_in += len(fresh)

    def _record(self, detections: Iterable[Detection]) -> None:
        lines = [msgspec.json.encode(each) + b"\n" for each in detections if each.id not in self._recorded]
        try:
            for line in lines:
                self._spool.append(line)
        except OSError as error:
            raise RecordError(f"detections cannot be recorded: {cause_of(error)}") from error
        self._recorded.update(each.id for each in detections)

    def _act(self, detections: Sequence[Detection]) -> list[IncidentId]:
        """Do what is to be done about each, all measures in force at once; the incidents that they belong to."""
        touched: list[IncidentId] = []

        def change(before: tuple[Countermeasure, ...]) -> Iterable[Countermeasure]:
            known = {each.key: each for each in before}
            for each in detections:
                incident = self._into_incident(each)
                touched.append(incident.id)
                self._decide(each, incident, known)
            return known.values()

        change_measures(self._data, change, self._clock())
        return touched

    def _into_incident(self, detection: Detection) -> Incident:
        """The incident that it belongs to from now on."""
        keys = incidents.keys_of(detection)
        near = [each for each in self._casebook.related(keys) if incidents.belongs(each, detection)]
        incident = incidents.joined(near[0], detection) if near else incidents.opened(detection)
        if near[1:]:
            incident, gone = incidents.merged(incident, near[1:], self._clock())
            for each in gone:
                self._casebook.put(each)
                self._tell(each, NoticeKind.CLOSED)
        self._casebook.put(incident, keys)
        return incident

    def _decide(self, detection: Detection, incident: Incident, known: dict[Key, Countermeasure]) -> None:
        """Take the measures that a detection leads to into `known`, those that there are."""
        now = self._clock()
        situation = Situation(self._settings.never, known, partial(self._earlier, detection), now)
        decided = decide(detection, incident.id, self._settings.respond, situation)
        for each in decided.taken:
            self._casebook.took(each)
            known[each.key] = reinforced([known[each.key]] if each.key in known else [], [each], now)[0]
        self._casebook.put(
            incidents.acted(incident, decided.taken, decided.spared, now, contained=decided.is_contained)
        )

    def _earlier(self, detection: Detection, key: Key, is_simulated: bool) -> int:
        return self._casebook.earlier(key, detection.time, simulated=is_simulated)

    def _kept(self, identifier: IncidentId) -> Incident:
        """The incident that one went over into, or itself."""
        incident = self._casebook.one(identifier)
        return incident if incident.into is None else self._kept(incident.into)

    def _tell(self, incident: Incident, kind: NoticeKind) -> None:
        notify, now = self._settings.notify, self._clock()
        for each in notify.to:
            if incident.severity.rank >= (each.severity or notify.severity).rank:
                self._outbox.tell(each.name, notice_of(incident, kind, now), now, every=notify.every)

    def _tell_by_itself(self, detection: Detection) -> None:
        """Who gathers all detections gets this one."""
        notify, now = self._settings.notify, self._clock()
        for each in notify.to:
            if each.ocsf is not None and each.ocsf.detections:
                self._outbox.tell(each.name, notice_of_detection(detection, now), now, every=notify.every)

    def _bound(self) -> None:
        for each in self._settings.notify.to:
            self.given_up += self._outbox.bound(each.name)
