"""The file of holds that outlive their events: whoever is held stays so until released, however long events are kept.

    {"version": 1, "holds": [{"since": 1795824000.0, "over": 1795824000.2, "budgets": ["hour"],
                              "principal": "staff:ada", ...}, ...]}

A hold follows from the event that exceeded the budget. Before a day of events goes the upkeep writes here what holds
there are in it. Of holds of the same parties and budgets the last one counts.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

import msgspec

from garrison.adapters.store.files import replace_file, the_only_one_changing
from garrison.core.errors import RecordError, cause_of
from garrison.core.event import Event
from garrison.exposure.budgeting import names_of

FILE: Final = "holds.json"


class Hold(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who went beyond which budgets that hold."""

    since: float
    """Time of the exchange: seconds since the epoch."""
    over: float
    """When it was over: a release from then on lifts the hold."""
    budgets: tuple[str, ...]
    principal: str = ""
    """Empty: nobody proved who they are."""
    client: str = ""
    peer: str = ""
    operation: str | None = None
    """None: the contract did not describe it."""


class _File(msgspec.Struct, frozen=True):
    version: Literal[1] = 1
    holds: tuple[Hold, ...] = ()


def all_holds(data: Path) -> Iterator[Hold]:
    """Every hold on record in the data directory, whether it was lifted since or not. Raises RecordError."""
    recorded = tuple(_recorded(data))  # first: what goes from there meanwhile is on file by then
    yield from _kept(data)
    yield from recorded


def keep_holds(data: Path, until: float) -> None:
    """Have those holds on file that follow from events before `until`, which are about to go. Raises RecordError."""
    found = list(_recorded(data, until))
    if not found:
        return
    path = data / FILE
    try:
        with the_only_one_changing(path):
            parties = ("budgets", "principal", "client", "peer", "operation")
            kept = {tuple(getattr(each, name) for name in parties): each for each in (*_kept(data), *found)}
            replace_file(path, msgspec.json.encode(_File(holds=tuple(kept.values()))) + b"\n")
    except OSError as error:
        raise RecordError(f"holds cannot be kept in `{data}`: {cause_of(error)}") from error


def _kept(data: Path) -> tuple[Hold, ...]:
    path = data / FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=_File).holds
    except FileNotFoundError:
        return ()
    except (OSError, msgspec.MsgspecError) as error:
        raise RecordError(f"`{path}` cannot be read: {cause_of(error)}; move it away to let those in again") from error


def _recorded(data: Path, until: float | None = None) -> Iterator[Hold]:
    """By the events, in the order of time."""
    from garrison.adapters.store.query import EventFilter, events  # DuckDB: only where there is a record

    for event in events(data, EventFilter(reason="budget-exceeded", until=until), newest_first=False):
        if names := tuple(dict.fromkeys(names_of(event.reasons))):
            yield _hold(event, names)


def _hold(event: Event, budgets: tuple[str, ...]) -> Hold:
    over = event.time + event.duration
    return Hold(event.time, over, budgets, event.principal, event.client, event.peer, event.operation)
