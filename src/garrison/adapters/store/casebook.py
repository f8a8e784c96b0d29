"""The casebook: incidents, what was done because of them, and what is still to be told of them, in `casebook.sqlite`.

One transaction takes in what some detections lead to, whole or not at all: however its process ends, no detection is
taken in twice, and what is to be told is told once. Commands read and change it while a gateway runs.
"""

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from garrison.adapters.store.sqlite import Database
from garrison.core.countermeasure import Countermeasure, Key
from garrison.core.detection import Detection, Severity
from garrison.core.incident import Incident, IncidentId, IncidentState

FILE: Final = "casebook.sqlite"
MOST_INCIDENTS: Final = 20_000
"""Of more those go that have been closed for longer than measures are remembered; then the least severe, of which
closed ones first, then the oldest: whoever makes many of them hides nothing grave with it."""
KNOWN_FOR: Final = 7 * 86400.0
"""Seconds that it is remembered which detections were taken in: longer than anything is looked at again."""
MEASURES_FOR: Final = 400 * 86400.0
"""Seconds that it is remembered what was done to whom: longer than any measure lasts."""
_VERSION: Final = 1
_TABLES: Final = """
CREATE TABLE incidents (
    id TEXT PRIMARY KEY, state TEXT NOT NULL, last REAL NOT NULL, value BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX incidents_by_last ON incidents (state, last);
CREATE TABLE keys (key TEXT NOT NULL, incident TEXT NOT NULL, PRIMARY KEY (key, incident)) WITHOUT ROWID;
CREATE INDEX keys_by_incident ON keys (incident);
CREATE TABLE known (id TEXT PRIMARY KEY, time REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE measures (
    action TEXT NOT NULL, scope TEXT NOT NULL, value TEXT NOT NULL, simulated INTEGER NOT NULL, since REAL NOT NULL,
    PRIMARY KEY (action, scope, value, simulated, since)
) WITHOUT ROWID;
CREATE TABLE outbox (
    number INTEGER PRIMARY KEY, destination TEXT NOT NULL, incident TEXT NOT NULL, due REAL NOT NULL,
    first REAL NOT NULL, tries INTEGER NOT NULL, notice BLOB NOT NULL, UNIQUE (destination, incident)
);
CREATE INDEX outbox_by_due ON outbox (destination, due);
CREATE TABLE told (
    destination TEXT NOT NULL, incident TEXT NOT NULL, at REAL NOT NULL, severity INTEGER NOT NULL,
    measured INTEGER NOT NULL, PRIMARY KEY (destination, incident)
) WITHOUT ROWID;
CREATE TABLE destinations (
    name TEXT PRIMARY KEY, sent INTEGER NOT NULL, given_up INTEGER NOT NULL, trouble TEXT NOT NULL
) WITHOUT ROWID;
"""


def severity_of(column: str) -> str:
    """The rank of the severity of what a column holds, an incident or a notice, in SQL."""
    ranks = " ".join(f"WHEN '{each}' THEN {each.rank}" for each in Severity)
    return f"CASE json_extract(CAST({column} AS TEXT), '$.severity') {ranks} END"


class Casebook(Database):
    """The casebook of one data directory. Every method raises RecordError where it cannot be used."""

    def __init__(self, data: Path, *, is_read: bool = False) -> None:
        """With `is_read` an empty one stands for one that is not there."""
        super().__init__(data / FILE, _TABLES, _VERSION, is_read=is_read)
        self._is_changing = False
        self._changed: dict[IncidentId, Incident] = {}
        """Incidents as they are within a transaction: of a hundred changes only the last is written."""

    @contextlib.contextmanager
    def changing(self) -> Iterator[None]:
        """As of any database; incidents are written in its end."""
        self._changed.clear()
        with super().changing():
            self._is_changing = True
            try:
                yield
                self._write()
            finally:
                self._is_changing = False
                self._changed.clear()

    # -- detections and measures

    def unknown(self, detections: Iterable[Detection]) -> list[Detection]:
        """Those that were not taken in yet, each once."""
        fresh = {each.id: each for each in detections}
        return [each for each in fresh.values() if not self.ask("SELECT 1 FROM known WHERE id = ?", each.id)]

    def know(self, detection: Detection) -> None:
        """It is taken in."""
        self.do("INSERT OR IGNORE INTO known VALUES (?, ?)", detection.id, detection.time)

    def earlier(self, key: Key, before: float, *, simulated: bool) -> int:
        """How often a measure was taken that began before that moment."""
        where = "action = ? AND scope = ? AND value = ? AND simulated = ? AND since < ?"
        return int(self.ask(f"SELECT count(*) FROM measures WHERE {where}", *key, simulated, before)[0][0])  # noqa: S608  # made of constants

    def took(self, measure: Countermeasure) -> None:
        """A measure was taken."""
        self.do("INSERT OR IGNORE INTO measures VALUES (?, ?, ?, ?, ?)", *measure.key, measure.simulated, measure.since)

    # -- incidents

    def related(self, keys: Sequence[str]) -> list[Incident]:
        """Incidents that are not closed and have one of `keys`, the oldest first."""
        marks = ", ".join("?" * len(keys))
        rows = self.ask(f"SELECT DISTINCT incident FROM keys WHERE key IN ({marks})", *keys)  # noqa: S608  # made of constants
        some = [self.one(identifier) for (identifier,) in rows]
        open_ones = [each for each in some if each.state is not IncidentState.CLOSED]
        return sorted(open_ones, key=lambda each: (each.since, each.id))

    def one(self, identifier: IncidentId) -> Incident:
        """The incident as it is now; raises KeyError."""
        if identifier in self._changed:
            return self._changed[identifier]
        rows = self.ask("SELECT value FROM incidents WHERE id = ?", identifier)
        if not rows:
            raise KeyError(identifier)
        incident = _incident(rows[0][0])
        if self._is_changing:
            self._changed[identifier] = incident
        return incident

    def put(self, incident: Incident, keys: Iterable[str] = ()) -> None:
        """Keep it as it is now, within `changing`; `keys` are more of what tells what belongs to it."""
        self._changed[incident.id] = incident
        if incident.into is not None:
            self.do("UPDATE OR IGNORE keys SET incident = ? WHERE incident = ?", incident.into, incident.id)
        if incident.state is IncidentState.CLOSED:
            self.do("DELETE FROM keys WHERE incident = ?", incident.id)
        self._connection.executemany("INSERT OR IGNORE INTO keys VALUES (?, ?)", [(key, incident.id) for key in keys])

    def _write(self) -> None:
        for incident in self._changed.values():
            self.do(
                "INSERT INTO incidents VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE "
                "SET state = excluded.state, last = excluded.last, value = excluded.value",
                *(incident.id, incident.state, incident.last, msgspec.json.encode(incident)),
            )

    def incidents(self, *, closed: bool = True, limit: int = -1) -> list[Incident]:
        """The last ones first."""
        where = "" if closed else "WHERE state <> 'closed'"
        rows = self.ask(f"SELECT value FROM incidents {where} ORDER BY last DESC, id LIMIT ?", limit)  # noqa: S608  # made of constants
        return [_incident(value) for (value,) in rows]

    def find(self, beginning: str) -> list[Incident]:
        """Incidents whose id begins so."""
        rows = self.ask("SELECT value FROM incidents WHERE id >= ? AND id < ?", beginning, f"{beginning}~")
        return [_incident(value) for (value,) in rows]

    def counts(self) -> dict[str, int]:
        """How many incidents there are, by state."""
        return dict(self.ask("SELECT state, count(*) FROM incidents GROUP BY state"))

    def quiet(self, before: float, limit: int) -> list[Incident]:
        """Incidents that are not closed and of which nothing was seen since, the oldest first."""
        rows = self.ask(
            "SELECT value FROM incidents WHERE state <> 'closed' AND last < ? ORDER BY last LIMIT ?", before, limit
        )
        return [_incident(value) for (value,) in rows]

    def forget(self, now: float) -> None:
        """Let go of what matters no more."""
        self.do("DELETE FROM known WHERE time < ?", now - KNOWN_FOR)
        self.do("DELETE FROM measures WHERE since < ?", now - MEASURES_FOR)
        self._write()
        self._changed.clear()
        surplus = self.ask("SELECT count(*) FROM incidents")[0][0] - MOST_INCIDENTS
        if surplus > 0:
            order = f"state = 'closed' AND last < ? DESC, {severity_of('value')}, state <> 'closed', last"
            some = f"SELECT id FROM incidents ORDER BY {order} LIMIT ?"  # noqa: S608  # made of constants
            for (gone,) in self.ask(some, now - MEASURES_FOR, surplus):
                self.do("DELETE FROM incidents WHERE id = ?", gone)
                self.do("DELETE FROM keys WHERE incident = ?", gone)
        self.do("DELETE FROM told WHERE incident NOT IN (SELECT id FROM incidents)")


def _incident(value: bytes) -> Incident:
    return msgspec.json.decode(value, type=Incident)
