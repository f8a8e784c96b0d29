"""Detections that belong together are one incident: what they share, and what becomes of it."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Final

from msgspec.structs import replace

from garrison.core.countermeasure import Action, Countermeasure, shown
from garrison.core.detection import Detection, Named
from garrison.core.incident import (
    MOST_ENTRIES,
    MOST_PARTIES,
    MOST_RECENT,
    Entry,
    Happening,
    Incident,
    IncidentId,
    IncidentState,
)
from garrison.respond.parties import grouped, party_of

TOGETHER: Final = 86400.0
"""Seconds after its last detection in which another one still belongs to an incident."""
_KINDS: Final = ("principals", "clients", "tokens", "peers", "operations")
_WORDS: Final[Mapping[Action, str]] = {
    Action.BLOCK: "blocked",
    Action.REVOKE: "revoked",
    Action.THROTTLE: "throttled",
    Action.STEP_UP: "step-up demanded of",
    Action.TIGHTEN: "budgets tightened for",
}


def keys_of(detection: Detection) -> tuple[str, ...]:
    """What tells that two detections belong together: one of these in common.

    Principals and tokens that took part; peers and clients where the detection is about them, or where nobody is known
    by name: many share an address or a program. Of an operation, the same rule again, or all where it is about that.
    """
    named, common = detection.named, grouped(detection)
    keys = [f"principal {each}" for each in named.principals] + [f"token {each}" for each in named.tokens]
    keys += [f"{kind} {common[kind]}" for kind in ("client", "peer", "network") if kind in common]
    if not named.principals:
        keys += [f"peer {each}" for each in named.peers]
    keys += [f"rule {detection.rule} {each}" for each in named.operations]
    if party_of(detection) in {"operation", "nobody"}:
        keys += [f"operation {each}" for each in named.operations]
    if not keys:
        keys.append(f"rule {detection.rule}")
    return tuple(dict.fromkeys(keys))


def belongs(incident: Incident, detection: Detection) -> bool:
    """Whether a detection that has something in common with `incident` is near enough in time."""
    if incident.state is IncidentState.CLOSED:
        return False
    return incident.since - TOGETHER <= detection.time and detection.since <= incident.last + TOGETHER


def opened(detection: Detection) -> Incident:
    """The incident that begins with `detection`."""
    return Incident(
        id=IncidentId(blake2b(detection.id.encode(), digest_size=8, person=b"incident").hexdigest()),
        title=detection.title,
        severity=detection.severity,
        confidence=detection.confidence,
        since=detection.since,
        last=detection.time,
        count=1,
        detections=(detection.id,),
        rules=(detection.rule,),
        tags=tuple(sorted(set(detection.tags))),
        named=detection.named,
        timeline=(_detected(detection),),
    )


def joined(incident: Incident, detection: Detection) -> Incident:
    """`incident` with one detection more. It is open again until something is done about that one."""
    named, left_out = _united(incident.named, detection.named)
    is_worse = detection.severity.rank > incident.severity.rank
    return replace(
        incident,
        state=IncidentState.OPEN,
        title=detection.title if is_worse else incident.title,
        severity=detection.severity if is_worse else incident.severity,
        confidence=max(incident.confidence, detection.confidence, key=lambda each: each.rank),
        since=min(incident.since, detection.since),
        last=max(incident.last, detection.time),
        count=incident.count + 1,
        detections=(*incident.detections, detection.id)[-MOST_RECENT:],
        rules=tuple(sorted({*incident.rules, detection.rule})),
        tags=tuple(sorted({*incident.tags, *detection.tags})),
        named=named,
        left_out=incident.left_out + left_out,
        timeline=_longer(incident.timeline, [_detected(detection)]),
        revision=incident.revision + 1,
    )


def merged(incident: Incident, others: Sequence[Incident], now: float) -> tuple[Incident, tuple[Incident, ...]]:
    """`others` go over into `incident`: that one, and what is left of them."""
    gone = []
    for other in others:
        named, left_out = _united(incident.named, other.named)
        is_worse = other.severity.rank > incident.severity.rank
        entries = sorted([*incident.timeline, *other.timeline], key=lambda each: each.time)
        entry = Entry(now, Happening.MERGED, f"incident {other.id} went over into this one")
        measures = {each.key: each for each in (*other.measures, *incident.measures)}
        incident = replace(
            incident,
            title=other.title if is_worse else incident.title,
            severity=other.severity if is_worse else incident.severity,
            confidence=max(incident.confidence, other.confidence, key=lambda each: each.rank),
            since=min(incident.since, other.since),
            last=max(incident.last, other.last),
            count=incident.count + other.count,
            detections=(*other.detections, *incident.detections)[-MOST_RECENT:],
            rules=tuple(sorted({*incident.rules, *other.rules})),
            tags=tuple(sorted({*incident.tags, *other.tags})),
            named=named,
            left_out=incident.left_out + other.left_out + left_out,
            measures=tuple(measures.values())[-MOST_PARTIES:],
            measured=incident.measured + other.measured,
            timeline=_longer(entries, [entry]),
            merged=(*incident.merged, *other.merged, other.id)[-MOST_RECENT:],
            revision=incident.revision + 1,
        )
        gone.append(_left(other, incident.id, now))
    return incident, tuple(gone)


def _left(other: Incident, into: IncidentId, now: float) -> Incident:
    entry = Entry(now, Happening.MERGED, f"went over into incident {into}")
    return replace(
        other,
        state=IncidentState.CLOSED,
        into=into,
        timeline=_longer(other.timeline, [entry]),
        revision=other.revision + 1,
    )


def acted(
    incident: Incident, taken: Sequence[Countermeasure], spared: Sequence[str], now: float, *, contained: bool
) -> Incident:
    """`incident` after something was done about its last detection; `spared` says in words whom nothing was done to.

    It changes with the detection: no revision of its own.
    """
    entries = [Entry(now, Happening.MEASURE, _told(each)) for each in taken]
    known = {entry.text for entry in incident.timeline}
    entries += [Entry(now, Happening.SPARED, text) for text in spared if text not in known]
    measures = incident.measures
    if taken:
        again = {each.key for each in taken}
        measures = (*[each for each in measures if each.key not in again], *taken)[-MOST_PARTIES:]
    return replace(
        incident,
        state=IncidentState.CONTAINED if contained else IncidentState.OPEN,
        measures=measures,
        measured=incident.measured + len(taken),
        timeline=_longer(incident.timeline, entries),
    )


def closed(incident: Incident, now: float, why: str) -> Incident:
    """`incident`, closed; what is seen from now on is another."""
    return replace(
        incident,
        state=IncidentState.CLOSED,
        timeline=_longer(incident.timeline, [Entry(now, Happening.CLOSED, why)]),
        revision=incident.revision + 1,
    )


def lifted(incident: Incident, measures: Iterable[Countermeasure], now: float) -> Incident:
    """`incident` after measures of it were lifted: open again, unless it is closed."""
    entries = [Entry(now, Happening.LIFTED, f"lifted: {_told(each)}") for each in measures]
    if not entries:
        return incident
    timeline = _longer(incident.timeline, entries)
    state = IncidentState.CLOSED if incident.state is IncidentState.CLOSED else IncidentState.OPEN
    return replace(incident, state=state, timeline=timeline, revision=incident.revision + 1)


def is_over(incident: Incident, now: float) -> bool:
    """Whether nothing was seen of it for a day and none of its measures holds."""
    if incident.state is IncidentState.CLOSED or now < incident.last + TOGETHER:
        return False
    return not any(each.holds(now) and not each.simulated for each in incident.measures)


def without_those_of(
    incident: Incident, measures: Iterable[Countermeasure]
) -> tuple[tuple[Countermeasure, ...], tuple[Countermeasure, ...]]:
    """`measures` without those that were taken because of an incident or one that went over into it, and these."""
    every, own = tuple(measures), {incident.id, *incident.merged}
    return (
        tuple([each for each in every if each.incident not in own]),
        tuple([each for each in every if each.incident in own]),
    )


def _told(measure: Countermeasure) -> str:
    word = _WORDS[measure.action]
    return f"{word} {shown(measure)}" + (" (simulated)" if measure.simulated else "")


def _detected(detection: Detection) -> Entry:
    about = ", ".join(f"{field} {value}" for field, value in detection.group)
    return Entry(
        detection.time, Happening.DETECTED, f"{detection.title} ({detection.rule}{': ' + about if about else ''})"
    )


def _longer(timeline: Sequence[Entry], entries: Sequence[Entry]) -> tuple[Entry, ...]:
    whole = (*timeline, *entries)
    if len(whole) <= MOST_ENTRIES:
        return whole
    half = MOST_ENTRIES // 2
    return (*whole[:half], *whole[-half:])


def _united(one: Named, other: Named) -> tuple[Named, int]:
    """Both, and how many of `other` found no place."""
    united: dict[str, tuple[str, ...]] = {}
    left_out = 0
    for kind in _KINDS:
        before: tuple[str, ...] = getattr(one, kind)
        known = set(before)
        fresh = [each for each in getattr(other, kind) if each not in known]
        room = max(0, MOST_PARTIES - len(before))
        united[kind] = (*before, *fresh[:room])
        left_out += len(fresh[room:])
    return replace(one, **united), left_out
