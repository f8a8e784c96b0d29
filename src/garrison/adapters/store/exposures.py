"""The table of exposures, the ledger: one row for each data subject that an exchange disclosed data of.

What a request brought to a third party is an exposure as well: the third party is its principal, and the peer is who
sent it.

It is made of the very lines that events are made of, so that what was written in one write is known in both.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from garrison.adapters.store.parquet import microseconds
from garrison.adapters.store.table import TIME, Table
from garrison.core.event import Event

DISCLOSED: Final = dict.fromkeys(
    ("exposed", "sent"), "STRUCT(kind VARCHAR, subjects VARCHAR[], types VARCHAR[], own BOOLEAN)[]"
)
"""The fields that say whose data it was."""
_FIELDS: Final = {
    "id": "VARCHAR",
    "time": "DOUBLE",
    "principal": "VARCHAR",
    "client": "VARCHAR",
    "token": "VARCHAR",
    "peer": "VARCHAR",
    "operation": "VARCHAR",
    "disposition": "VARCHAR",
    "key": "INTEGER",
    **DISCLOSED,
    "recipient": "VARCHAR",
}
_ROWS: Final = """(
    SELECT * EXCLUDE (one), one.kind AS kind, one.types AS types, one.own AS own, unnest(one.subjects) AS name
    FROM (
        SELECT * EXCLUDE (exposed, sent, recipient), unnest(exposed) AS one FROM lines
        UNION ALL
        SELECT * EXCLUDE (exposed, sent, recipient) REPLACE (recipient AS principal, '' AS client, '' AS token),
            unnest(sent) AS one FROM lines
    )
)"""
_COUNTED: Final = " + ".join(
    f"coalesce(list_sum(list_transform({field}, lambda one: len(one.subjects))), 0)" for field in DISCLOSED
)
SUBJECT: Final = "TRY(hex(from_base64(replace(replace(name, '-', '+'), '_', '/') || '=='))::UUID)"
"""SQL for a subject, of the digest in `name`: sixteen bytes, as the one fixed type of that size that Parquet readers
know, compare and join at once."""

THIRD_PARTY: Final = "third-party:"
"""What the names of third parties begin with, as principals of what was sent to them."""

_COLUMNS: Final = {
    "event": "TRY_CAST(id AS UUID)",
    "time": TIME,
    "principal": "coalesce(principal, '')",
    "client": "coalesce(client, '')",
    "token": "coalesce(token, '')",
    "peer": "peer",
    "operation": "coalesce(operation, '')",
    "kind": "kind",
    "subject": SUBJECT,
    "key": "coalesce(key, 0)",
    "types": "array_to_string(coalesce(types, []), ' ')",
    "own": "own",
    "disposition": "disposition",
}
TYPES: Final = {
    "event": "UUID",
    "time": "TIMESTAMPTZ",
    "principal": "VARCHAR",
    "client": "VARCHAR",
    "token": "VARCHAR",
    "peer": "VARCHAR",
    "operation": "VARCHAR",
    "kind": "VARCHAR",
    "subject": "UUID",
    "key": "INTEGER",
    "types": "VARCHAR",
    "own": "BOOLEAN",
    "disposition": "VARCHAR",
}
"""The columns' types: rows that wait get the same."""


def _people(line: Event) -> int:
    return sum(len(each.subjects) for each in (*line.exposed, *line.sent))


EXPOSURES: Final = Table[Event](
    name="exposures",
    spool="spool",
    line=Event,
    fields=_FIELDS,
    columns=_COLUMNS,
    rows=_ROWS,
    count=_people,
    counted=_COUNTED,
    sign=b'"subjects":',
    # By whom, then whose data: one principal among many stands in few row groups, and what is equal stands together. It
    # saves a tenth of the bytes, and the places of principals, which would cost more than all else but the digests.
    order=("principal", "subject", "time"),
)
"""One row for each exposure (docs/reference/record.md)."""


def as_uuid(digest: str) -> UUID | None:
    """A digest of `Pseudonyms.digest` as the table keeps it; None where it is none."""
    try:
        return UUID(bytes=urlsafe_b64decode(digest + "=="))
    except ValueError:
        return None


def digest_of(subject: UUID | None) -> str:
    """The digest that `as_uuid` made a UUID of; empty where there was none."""
    return urlsafe_b64encode(subject.bytes)[:-2].decode("ascii") if subject is not None else ""


def as_rows(line: Event) -> Iterator[dict[str, Any]]:
    """The rows of a line that waits, by column; times in microseconds."""
    shared = {
        "event": _event_id(line.id),
        "time": microseconds(line.time),
        "principal": line.principal,
        "client": line.client,
        "token": line.token,
        "peer": line.peer,
        "operation": line.operation or "",
        "key": line.key,
        "disposition": str(line.disposition),
    }
    sent = {**shared, "principal": line.recipient, "client": "", "token": ""}
    told = [*((shared, one) for one in line.exposed), *((sent, one) for one in line.sent)]
    for parties, one in told:
        group = {**parties, "kind": one.kind, "types": " ".join(one.types), "own": one.own}
        for name in one.subjects:
            yield {**group, "subject": as_uuid(name)}


def _event_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
