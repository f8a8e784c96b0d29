"""How complete the ledger is: which answers are attributed, and what else it cannot know."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Set
from pathlib import Path
from typing import Final

from garrison.adapters.status import GATEWAY, GatewayStatus, read_status
from garrison.adapters.store import ledger
from garrison.adapters.store.events import EVENTS
from garrison.adapters.store.ledger_rows import ALL, ExposureFilter, conditions
from garrison.adapters.store.manifest import read_manifest
from garrison.adapters.store.reading import connected, files_between, relation, take_snapshot
from garrison.core.event import Event
from garrison.core.exposure import Attribution
from garrison.core.ledger import Certainty, OperationCoverage

_COUNT: Final = "SELECT operation, attribution, count(*) FROM {rows} WHERE {answers} GROUP BY 1, 2"
_ANSWERS: Final = "status BETWEEN 200 AND 299 AND response_bytes > 0"


def coverage(data: Path, wanted: ExposureFilter = ALL) -> tuple[OperationCoverage, ...]:
    """Each operation that answered, by its name; `wanted.kind` means nothing here.

    Raises RecordError where the record cannot be read.
    """
    counts: Counter[tuple[str, str]] = Counter()
    snapshot = take_snapshot(data, EVENTS, lambda line: _is_answer(line) and wanted.matches(line))
    for line in snapshot.waiting:
        counts[line.operation or "", line.attribution] += 1
    files = list(files_between(data, EVENTS, snapshot.manifest, wanted.since, wanted.until))
    if files:
        with connected(data) as connection:
            rows = relation(connection, EVENTS, files, conditions(wanted, of_events=True))
            if rows is not None:
                statement = _COUNT.format(rows=rows.sql, answers=_ANSWERS)
                for operation, attribution, number in connection.execute(statement, rows.values).fetchall():
                    counts[operation or "", attribution] += number
    return tuple(_by_operation(counts))


def certainty(
    data: Path,
    keys: Set[int],
    wanted: ExposureFilter = ALL,
    *,
    covered: Iterable[OperationCoverage] | None = None,
) -> Certainty:
    """What an answer to `wanted` cannot know. `keys` are the numbers of the key ring, `covered` is what `coverage` said
    where it was asked already. Raises RecordError where the record cannot be read."""
    operations = coverage(data, wanted) if covered is None else tuple(covered)
    used = ledger.keys_used(data, wanted)
    gateway = read_status(data, GATEWAY, GatewayStatus)
    missing = [each for each in operations if each.attributed < each.answers]
    return Certainty(
        answers=sum(each.answers for each in operations),
        attributed=sum(each.attributed for each in operations),
        inferred=sum(each.inferred for each in operations),
        lost=gateway.lost if gateway is not None else 0,
        damaged=read_manifest(data, EVENTS).damaged,
        keys=len(used),
        unknown_key=sum(number for key, number in used.items() if key not in keys),
        operations=tuple(sorted(missing, key=lambda each: each.attributed - each.answers)),
    )


def _is_answer(line: Event) -> bool:
    return 200 <= line.status < 300 and line.response_bytes > 0


def _by_operation(counts: Counter[tuple[str, str]]) -> Iterable[OperationCoverage]:
    told: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for (operation, attribution), number in counts.items():
        told[operation][attribution] += number
    for operation, by in sorted(told.items()):
        yield OperationCoverage(
            operation,
            answers=by.total(),
            annotated=by[Attribution.ANNOTATED],
            inferred=by[Attribution.INFERRED],
            unknown=by[Attribution.UNKNOWN],
        )
