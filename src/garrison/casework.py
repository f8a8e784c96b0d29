"""What operators do with incidents: look at one, close it, undo what was done because of it."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from garrison.adapters.store.casebook import Casebook
from garrison.adapters.store.detections import detections
from garrison.adapters.store.ledger import peers, people
from garrison.adapters.store.ledger_rows import ExposureFilter
from garrison.adapters.store.measures import change_measures, read_measures
from garrison.adapters.store.outbox import Outbox
from garrison.core.countermeasure import Countermeasure, Scope
from garrison.core.detection import Detection
from garrison.core.errors import option_error
from garrison.core.incident import Happening, Incident, IncidentState
from garrison.core.networks import Networks, number_of, peer_of
from garrison.core.notice import NoticeKind, notice_of
from garrison.respond import incidents

_EVERY = 0.0
"""What an operator does is told at once."""


class Dossier(msgspec.Struct, frozen=True):
    """Everything about one incident."""

    incident: Incident
    in_force: tuple[Countermeasure, ...]
    """Measures because of it that hold."""
    detections: tuple[Detection, ...]
    """Those that the incident names, as far as they are on record."""
    people: int
    """Data subjects whose data went to those who took part since it began, to the subjects themselves not counted."""


def listed(data: Path, *, closed: bool, limit: int) -> list[Incident]:
    """The last ones first. Raises RecordError."""
    with Casebook(data, is_read=True) as book:
        return book.incidents(closed=closed, limit=limit)


def dossier(data: Path, beginning: str, now: float) -> Dossier:
    """The incident whose id begins so. Raises ConfigError where it is not one, RecordError."""
    with Casebook(data, is_read=True) as book:
        incident = _one(book, beginning)
    wanted = frozenset(incident.detections)
    found = detections(data, lambda each: each.id in wanted, since=incident.since)
    _, taken = incidents.without_those_of(incident, read_measures(data))
    in_force = [each for each in taken if each.holds(now)]
    return Dossier(incident, tuple(in_force), tuple(found), exposed(data, incident))


def exposed(data: Path, incident: Incident) -> int:
    """How many people's data went to those who took part in it, from its first exchange until it was closed, each
    once. Exact, as the ledger is. Who proved nothing is known by address, of IPv6 by the /64, as limits and measures
    know them. Raises RecordError."""
    meanwhile = ExposureFilter(since=incident.since, until=_closed_at(incident))
    seen: set[tuple[str, str]] = set()
    for party in (*_parties(incident), *_strangers(data, incident, meanwhile)):
        wanted = msgspec.structs.replace(party, since=meanwhile.since, until=meanwhile.until)
        seen.update((each.kind, each.subject) for each in people(data, wanted) if not each.own)
    return len(seen)


def close(data: Path, beginning: str, now: float) -> Incident:
    """Close it: what is seen from now on is another. Its measures stay. Raises ConfigError, RecordError."""
    with Casebook(data) as book, book.changing():
        incident = _one(book, beginning)
        if incident.state is not IncidentState.CLOSED:
            incident = incidents.closed(incident, now, "an operator closed it")
            book.put(incident)
            _tell(book, incident, NoticeKind.CLOSED, now)
    return incident


def undo(data: Path, beginning: str, now: float) -> tuple[Incident, tuple[Countermeasure, ...]]:
    """Lift the measures that were taken because of it, and no others; those that were in force.

    Raises ConfigError, RecordError.
    """
    with Casebook(data) as book, book.changing():
        incident = _one(book, beginning)
        lifted = _lift(data, incident, now)
        changed = incidents.lifted(incident, lifted, now)
        if changed is not incident:
            book.put(changed)
            _tell(book, changed, NoticeKind.UPDATED, now)
    return changed, lifted


def note_lifted(data: Path, lifted: Sequence[Countermeasure], now: float) -> None:
    """Measures were lifted one by one: their incidents say so, and whoever was told of them is told.

    Raises RecordError.
    """
    concerned = list(dict.fromkeys(each.incident for each in lifted if each.incident))
    if not concerned:
        return
    with Casebook(data) as book, book.changing():
        for incident in [found for each in concerned for found in book.find(each)]:
            own = [each for each in lifted if each.incident == incident.id]
            if incident.state is not IncidentState.CLOSED:
                changed = incidents.lifted(book.one(incident.id), own, now)
                book.put(changed)
                _tell(book, changed, NoticeKind.UPDATED, now)


def _lift(data: Path, incident: Incident, now: float) -> tuple[Countermeasure, ...]:
    gone: list[Countermeasure] = []

    def change(before: tuple[Countermeasure, ...]) -> Sequence[Countermeasure]:
        left, lifted = incidents.without_those_of(incident, before)
        gone.extend(each for each in lifted if each.holds(now))
        return left

    change_measures(data, change, now)
    return tuple(gone)


def _one(book: Casebook, beginning: str) -> Incident:
    found = book.find(beginning) if beginning else []
    if len(found) == 1:
        return book.one(found[0].id)
    message = f"`{beginning}` is the beginning of {len(found)}" if found else f"there is no incident `{beginning}`"
    raise option_error("ID", message, "`garrison incidents list` names them")


def _tell(book: Casebook, incident: Incident, kind: NoticeKind, now: float) -> None:
    """Those who were told of it, or are about to be."""
    outbox = Outbox(book)
    told = "SELECT destination FROM told WHERE incident = ? UNION SELECT destination FROM outbox WHERE incident = ?"
    for (destination,) in book.ask(told, incident.id, incident.id):
        outbox.tell(destination, notice_of(incident, kind, now), now, every=_EVERY)


def _closed_at(incident: Incident) -> float | None:
    times = [each.time for each in incident.timeline if each.what is Happening.CLOSED]
    return math.nextafter(max(times), math.inf) if times and incident.state is IncidentState.CLOSED else None


def _parties(incident: Incident) -> Iterator[ExposureFilter]:
    """Who took part, by the narrowest names that are known; everybody who asked where nobody is."""
    named = incident.named
    yield from (ExposureFilter(principal=each) for each in named.principals)
    if not named.principals:
        yield from (ExposureFilter(token=each) for each in named.tokens)
        yield from (ExposureFilter(client=each) for each in named.clients if not named.tokens)
    if not (named.principals or named.tokens or named.clients or named.peers):
        yield from (ExposureFilter(operation=each) for each in named.operations)


def _strangers(data: Path, incident: Incident, meanwhile: ExposureFilter) -> Iterator[ExposureFilter]:
    """Who asked without a name from where those came who took part; with whatever name, where none of them has one."""
    named = incident.named
    places = [*named.peers, *(each.value for each in incident.measures if each.scope is Scope.NETWORK)]
    if not places:
        return
    networks = Networks((peer_of(each), True) for each in places if number_of(each.partition("/")[0]) is not None)
    found = frozenset([each for each in peers(data, meanwhile) if each in named.peers or networks.find(each)])
    if found:
        has_names = named.principals or named.tokens or named.clients
        yield ExposureFilter(peers=found, principal="" if has_names else None)
