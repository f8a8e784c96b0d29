"""The history of findings, in `findings.sqlite`: what was found in which run, what was mended, and what is accepted.

One transaction takes in one run, whole or not at all. Commands read and change it while an assessment runs.
"""

import datetime as dt
from pathlib import Path
from typing import Any, Final

import msgspec

from garrison.adapters.store.sqlite import Database
from garrison.core.finding import Finding, State, Untested
from garrison.core.findings_report import Again, Explained, Listed, Report, in_order, origin_of

FILE: Final = "findings.sqlite"
MOST_RUNS: Final = 50
"""Reports that are kept of each target: the last ones."""
_VERSION: Final = 1
_TABLES: Final = """
CREATE TABLE runs (
    number INTEGER PRIMARY KEY, target TEXT NOT NULL, kind TEXT NOT NULL, started REAL NOT NULL, report BLOB NOT NULL
);
CREATE INDEX runs_by_target ON runs (target, kind, started);
CREATE TABLE findings (
    target TEXT NOT NULL, fingerprint TEXT NOT NULL, state TEXT NOT NULL, first REAL NOT NULL, last REAL NOT NULL,
    fixed REAL NOT NULL, value BLOB NOT NULL, PRIMARY KEY (target, fingerprint)
) WITHOUT ROWID;
CREATE TABLE accepted (
    target TEXT NOT NULL, fingerprint TEXT NOT NULL, until TEXT NOT NULL, why TEXT NOT NULL, who TEXT NOT NULL,
    at REAL NOT NULL, PRIMARY KEY (target, fingerprint)
) WITHOUT ROWID;
"""


class Kept(msgspec.Struct, frozen=True):
    """One finding of one target, as the history has it."""

    target: str
    listed: Listed
    last: float
    """When it was found last: the run's begin, in seconds since the epoch."""
    fixed: float
    """When the run began that tested it again and did not find it; 0 where it was not mended."""

    @property
    def origin(self) -> str:
        """Where the paths of its proof begin."""
        return origin_of(self.target)


class Findings(Database):
    """The history of findings of one data directory. Every method raises RecordError where it cannot be used."""

    def __init__(self, data: Path, *, is_read: bool = False) -> None:
        """With `is_read` an empty one stands for one that is not there."""
        super().__init__(data / FILE, _TABLES, _VERSION, is_read=is_read)

    def take_in(self, report: Report) -> Report:
        """Keep a run, and give its report with what became of every finding since the runs before. Raises RecordError.

        What was found before, was tested again and is not found now is mended, and among the findings as such; what was
        not tested again stands as it did, and among what was not tested.
        """
        with self.changing():
            return self._take_in(report)

    def accept(self, kept: Kept, *, until: dt.date, why: str, who: str, now: float) -> None:
        """Somebody accepts a finding up to a day, that day included. Raises RecordError."""
        row = (kept.target, kept.listed.finding.fingerprint, until.isoformat(), why, who, now)
        self.do("INSERT OR REPLACE INTO accepted VALUES (?, ?, ?, ?, ?, ?)", *row)

    def accept_no_more(self, kept: Kept) -> bool:
        """Nobody accepts it any more; whether somebody did. Raises RecordError."""
        statement = "DELETE FROM accepted WHERE target = ? AND fingerprint = ?"
        return self.do(statement, kept.target, kept.listed.finding.fingerprint) > 0

    def kept(self, now: float, *, beginning: str = "", target: str = "", fixed: bool = True) -> list[Kept]:
        """Findings whose fingerprint begins so, of all targets or of one, the worst first. Raises RecordError."""
        rows = self.ask(
            "SELECT f.target, f.state, f.first, f.last, f.fixed, f.value, a.until, a.why, a.who FROM findings f "
            "LEFT JOIN accepted a ON a.target = f.target AND a.fingerprint = f.fingerprint "
            "WHERE f.fingerprint >= ? AND f.fingerprint < ? AND (? = '' OR f.target = ?) ORDER BY f.target",
            *(beginning, f"{beginning}~", target, target),
        )
        found = [self._kept(row, now) for row in rows]
        wanted = [each for each in found if fixed or each.listed.state is not State.FIXED]
        order = {each: at for at, each in enumerate(in_order(tuple(each.listed for each in wanted)))}
        return sorted(wanted, key=lambda each: (each.target, order[each.listed]))

    def targets(self) -> tuple[str, ...]:
        """Targets of which runs are kept, the one of the last run first. Raises RecordError."""
        rows = self.ask("SELECT target FROM runs GROUP BY target ORDER BY max(number) DESC")
        return tuple(target for (target,) in rows)

    def last_report(self, target: str, kind: str = "") -> Report | None:
        """The report of the last run of a target; None where there is none. Raises RecordError."""
        rows = self.ask(
            "SELECT report FROM runs WHERE target = ? AND (? = '' OR kind = ?) ORDER BY number DESC LIMIT 1",
            *(target, kind, kind),
        )
        return self.decoded(rows[0][0], Report) if rows else None

    def explained(self, kept: Kept) -> Explained | None:
        """What its check says of itself, as of the last run that knew it. Raises RecordError."""
        rows = self.ask("SELECT report FROM runs WHERE target = ? ORDER BY number DESC", kept.target)
        reports = (self.decoded(row[0], Report) for row in rows)
        return next((found for report in reports if (found := report.explain(kept.listed.finding.check))), None)

    def _kept(self, row: tuple[Any, ...], now: float) -> Kept:
        target, state, first, last, fixed, value, *accepted = row
        finding = self.decoded(value, Finding)
        return Kept(target, _listed(finding, State(state), first, tuple(accepted), now), last, fixed)

    # -- taking in

    def _take_in(self, report: Report) -> Report:
        before = self.last_report(report.target, report.kind)
        known = {each.listed.finding.fingerprint: each for each in self.kept(report.started, target=report.target)}
        found = {each.finding.fingerprint: each.finding for each in report.findings}
        listed = [self._found(report, finding, known.get(name)) for name, finding in found.items()]
        again = Again(report)
        gone = [each for name, each in known.items() if name not in found and each.listed.state is not State.FIXED]
        untested: list[Untested] = []
        for each in gone:
            if again.was_tested(each.listed.finding):
                listed.append(self._mended(report, each))
            elif again.is_about(each.listed.finding):
                untested.append(_not_again(each))
        whole = msgspec.structs.replace(
            report,
            findings=in_order(tuple(listed)),
            untested=(*report.untested, *untested),
            compared=before.started if before is not None else 0.0,
        )
        self._keep(whole)
        return whole

    def _found(self, report: Report, finding: Finding, kept: Kept | None) -> Listed:
        """A finding of this run, with what becomes of it."""
        first = kept.listed.first if kept is not None else report.started
        state = State.NEW if kept is None else State.REGRESSED if kept.fixed else State.OPEN
        self.do(
            "INSERT OR REPLACE INTO findings VALUES (?, ?, ?, ?, ?, ?, ?)",
            *(report.target, finding.fingerprint, state, first, report.started, 0.0, msgspec.json.encode(finding)),
        )
        accepted = self.ask(
            "SELECT until, why, who FROM accepted WHERE target = ? AND fingerprint = ?",
            *(report.target, finding.fingerprint),
        )
        return _listed(finding, state, first, accepted[0] if accepted else (None, None, None), report.started)

    def _mended(self, report: Report, kept: Kept) -> Listed:
        self.do(
            "UPDATE findings SET state = ?, fixed = ? WHERE target = ? AND fingerprint = ?",
            *(State.FIXED, report.started, report.target, kept.listed.finding.fingerprint),
        )
        return Listed(kept.listed.finding, State.FIXED, kept.listed.first)

    def _keep(self, report: Report) -> None:
        self.do(
            "INSERT INTO runs (target, kind, started, report) VALUES (?, ?, ?, ?)",
            *(report.target, report.kind, report.started, msgspec.json.encode(report)),
        )
        self.do(
            "DELETE FROM runs WHERE target = ? AND number NOT IN "
            "(SELECT number FROM runs WHERE target = ? ORDER BY number DESC LIMIT ?)",
            *(report.target, report.target, MOST_RUNS),
        )


def _not_again(kept: Kept) -> Untested:
    finding = kept.listed.finding
    why = f"it was found before ({finding.fingerprint[:8]}) and was not tested again"
    return Untested(why, finding.check, finding.operation)


def _listed(finding: Finding, state: State, first: float, accepted: tuple[Any, ...], now: float) -> Listed:
    """A finding with its acceptance; one that is over counts no more."""
    until, why, who = accepted
    if until is None:
        return Listed(finding, state, first)
    today = dt.datetime.fromtimestamp(now, dt.UTC).date().isoformat()
    holds = until >= today and state is not State.FIXED
    return Listed(finding, State.ACCEPTED if holds else state, first, until, why, who)
