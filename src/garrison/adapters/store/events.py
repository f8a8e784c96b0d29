"""The table of events: what each field becomes in Parquet, and how an event is made of a row again."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from garrison.adapters.store.exposures import DISCLOSED
from garrison.adapters.store.parquet import microseconds
from garrison.adapters.store.soundness import sound
from garrison.adapters.store.table import MICROSECONDS, TIME, Table, in_microseconds
from garrison.core.event import Event

_REASONS: Final = "STRUCT(id VARCHAR, control VARCHAR, status SMALLINT, location VARCHAR, detail VARCHAR)[]"

_FIELDS: Final = {
    "id": "VARCHAR",
    "time": "DOUBLE",
    "method": "VARCHAR",
    "operation": "VARCHAR",
    "template": "VARCHAR",
    "peer": "VARCHAR",
    "allowed": "BOOLEAN",
    "mode": "VARCHAR",
    "disposition": "VARCHAR",
    "status": "SMALLINT",
    "principal": "VARCHAR",
    "reasons": _REASONS,
    "observed": _REASONS,
    "errors": "VARCHAR[]",
    "uninspected": "VARCHAR[]",
    "request_bytes": "BIGINT",
    "response_bytes": "BIGINT",
    "duration": "DOUBLE",
    "engine": "DOUBLE",
    "upstream": "DOUBLE",
    "policy": "VARCHAR",
    "client": "VARCHAR",
    "token": "VARCHAR",
    "attribution": "VARCHAR",
    "key": "INTEGER",
    "asked": "VARCHAR[]",
    "missed": "BOOLEAN",
    "unissued": "INTEGER",
    "near": "BOOLEAN",
    "forms": "VARCHAR[]",
    "agent": "VARCHAR",
    "claimed": "VARCHAR",
}

_ADDED: Final = {
    "asked": "[]::VARCHAR[]",
    "missed": "false",
    "unissued": "0",
    "near": "false",
    "forms": "[]::VARCHAR[]",
    "agent": "''",
    "claimed": "''",
}
"""What the first files lack: what they would have."""

_COLUMNS: Final = {
    "id": "id",
    "time": TIME,
    "method": "method",
    "operation": "operation",
    "template": "template",
    "peer": "peer",
    "allowed": "allowed",
    "mode": "mode",
    "disposition": "disposition",
    "status": "status",
    "principal": "coalesce(principal, '')",
    "reason_ids": "list_distinct(list_transform(list_concat(reasons, observed), lambda reason: reason.id))",
    "reasons": "coalesce(reasons, [])",
    "observed": "coalesce(observed, [])",
    "errors": "coalesce(errors, [])",
    "uninspected": "coalesce(uninspected, [])",
    "request_bytes": "coalesce(request_bytes, 0)",
    "response_bytes": "coalesce(response_bytes, 0)",
    "duration_us": in_microseconds("coalesce(duration, 0)"),
    "engine_us": in_microseconds("coalesce(engine, 0)"),
    "upstream_us": in_microseconds("coalesce(upstream, 0)"),
    "policy": "coalesce(policy, '')",
    "client": "coalesce(client, '')",
    "token": "coalesce(token, '')",
    "attribution": "coalesce(attribution, '')",
    "key": "coalesce(key, 0)",
    **{name: f"coalesce({name}, {default})" for name, default in _ADDED.items()},
}

EVENTS: Final = Table[Event](
    name="events",
    spool="spool",
    line=Event,
    fields=_FIELDS,
    columns=_COLUMNS,
    sound=sound(Event),
    looked_at=DISCLOSED,
    form=2,
    added=_ADDED,
    order=("time", "id"),
    found_by=("principal", "peer"),
    found_in=("reason_ids",),
)
"""One row for each exchange (docs/reference/record.md)."""

_FETCHED: Final = {
    **dict.fromkeys(_FIELDS),
    "time": "epoch_us(time)",
    "duration": "duration_us",
    "engine": "engine_us",
    "upstream": "upstream_us",
}
SELECTED: Final = ", ".join(value or name for name, value in _FETCHED.items())
"""What `event` is made of."""


def event(row: Sequence[Any]) -> Event:
    """The event of a row of `SELECTED`."""
    values = dict(zip(_FETCHED, row, strict=True))
    for name in ("time", "duration", "engine", "upstream"):
        values[name] /= MICROSECONDS
    return msgspec.convert(values, Event)


def as_kept(given: Event) -> Event:
    """`given` as it will read once it is in the data set: times to the microsecond."""
    return msgspec.structs.replace(
        given,
        time=microseconds(given.time) / MICROSECONDS,
        duration=microseconds(given.duration) / MICROSECONDS,
        engine=microseconds(given.engine) / MICROSECONDS,
        upstream=microseconds(given.upstream) / MICROSECONDS,
    )
