"""Figures as people read them, the same on a terminal and in a page."""

from datetime import UTC, datetime
from typing import Final

from garrison.core.counted import counted
from garrison.lab.protections import Protection
from garrison.lab.result import Evasion, Result, Side

NAMES: Final[dict[Protection, str]] = {
    "none": "no protection",
    "limits": "60/min per address",
    "budgets": "budgets of people",
    "garrison": "Garrison",
}
_UNITS = ((31_557_600.0, "year"), (86_400.0, "day"), (3_600.0, "hour"), (60.0, "minute"))


def count(value: float) -> str:
    """`37,000,000`."""
    return f"{round(value):,}"


def counted_people(value: float, people: str) -> str:
    """`37,000,000 customers`, `1 customer`."""
    return counted(round(value), people.removesuffix("s"), people)


def duration(seconds: float) -> str:
    """`19 seconds`, `41 days`, `1,520 years`."""
    for size, unit in _UNITS:
        if seconds >= 2 * size:
            return f"{seconds / size:,.0f} {unit}s"
    whole = f"{seconds:.0f}" if seconds >= 10 or seconds == round(seconds) else f"{seconds:.1f}"
    return f"{whole} second{'' if whole == '1' else 's'}"


def day(moment: float) -> str:
    """`25 Nov 2022`."""
    return f"{datetime.fromtimestamp(moment, UTC):%d %b %Y}".lstrip("0")


def clock(moment: float) -> str:
    """`25 Nov 2022 00:00:19`."""
    return f"{day(moment)} {datetime.fromtimestamp(moment, UTC):%H:%M:%S}"


def share(part: float, whole: float) -> str:
    """`9.6 %`; small ones with as many digits as it takes to see them."""
    percent = 100 * part / whole if whole else 0.0
    if percent == 0 or percent >= 1:
        return f"{percent:.0f} %" if percent in {0.0, 100.0} else f"{percent:.1f} %"
    return f"{percent:.1g} %" if percent >= 0.0001 else "below 0.0001 %"


def denied(side: Side) -> str:
    """Benign requests that were refused."""
    return "-" if side.protection == "none" else f"{count(side.harm.denied)} of {count(side.harm.requests)}"


def hurt(side: Side) -> str:
    """Benign people who were refused something."""
    return "-" if side.protection == "none" else f"{count(side.harm.hurt)} of {count(side.harm.people)}"


def first_sign(side: Side) -> str:
    """When the attack showed first."""
    if side.detection is None:
        return "never"
    verb = "refused" if side.detection.refused else "told of"
    return f"after {duration(side.detection.after)} ({verb})"


def alarm(side: Side) -> str:
    """When a detection rule saw the attack."""
    if side.protection != "garrison":
        return "-"
    return f"after {duration(side.alarm.after)} ({side.alarm.rule})" if side.alarm else "never"


def stop(side: Side) -> str:
    """When the first measure was in force against the attack, and which."""
    if side.protection != "garrison":
        return "-"
    return f"after {duration(side.stop.after)} ({side.stop.measure})" if side.stop else "never"


def lost_by_then(side: Side) -> str:
    """How many were lost when the first measure was in force."""
    return count(side.stop.lost) if side.stop else "-"


def false_alarms(side: Side) -> str:
    """Detections in which nothing of the attack took part."""
    if side.protection != "garrison":
        return "-"
    return ", ".join(f"{each.times} {each.rule} ({each.severity})" for each in side.false_alarms) or "none"


def addresses(evasion: Evasion | None) -> str:
    """At how many addresses the attack stays silent."""
    return "1" if evasion is None else _sources(evasion.width.addresses)


def accounts(evasion: Evasion | None) -> str:
    """At how many accounts the attack stays silent."""
    if evasion is None:
        return "1"
    return "uses none" if evasion.width.accounts < 0 else _sources(evasion.width.accounts)


def _sources(width: int) -> str:
    return count(width) if width else "no number is enough"


def slow_down(evasion: Evasion | None, result: Result) -> str:
    """How many times longer it takes to stay below everything."""
    if evasion is None:
        return "as long as it took"
    if not evasion.slow_down:
        return "never silent"
    factor = evasion.slow_down
    if factor <= 1:
        return "as long as it took"
    times = f"{factor:,.0f} times" if factor >= 10 else f"{factor:.2g} times"
    return f"{times} ({duration(factor * result.duration)})"


def ledger(side: Side) -> str:
    """How true the record of who was exposed is."""
    own = side.ledger
    if own is None:
        return "there is none"
    return f"precision {own.precision:.3f}, recall {own.recall:.3f}" if own.true or own.reported else "nobody was"


def evasion_of(result: Result, protection: Protection) -> Evasion | None:
    """What evading `protection` takes; None where nothing was looked for."""
    return next((each for each in result.evasion if each.protection == protection), None)


def rows(result: Result) -> list[tuple[str, ...]]:
    """The closing table: a head, and a row for each measure."""
    sides = result.sides
    silent = [evasion_of(result, side.protection) for side in sides]
    table = [
        ("", *(NAMES[side.protection] for side in sides)),
        (f"{result.people} lost", *(count(side.lost) for side in sides)),
        ("benign requests refused", *(denied(side) for side in sides)),
        ("benign people hurt", *(hurt(side) for side in sides)),
        ("first sign of the attack", *(first_sign(side) for side in sides)),
        ("detected", *(alarm(side) for side in sides)),
        ("first measure", *(stop(side) for side in sides)),
        ("lost by then", *(lost_by_then(side) for side in sides)),
        ("false detections", *(false_alarms(side) for side in sides)),
        ("record of who was exposed", *(ledger(side) for side in sides)),
    ]
    if result.evasion:
        table += [
            ("addresses to stay silent", *(addresses(each) for each in silent)),
            ("accounts to stay silent", *(accounts(each) for each in silent)),
            ("time to stay silent", *(slow_down(each, result) for each in silent)),
        ]
    return table


def sentences(result: Result) -> list[str]:
    """What a newcomer should leave with: one of each protection, in their order."""
    said = []
    none, limits, budgets, garrison = (result.side(each) for each in ("none", "limits", "budgets", "garrison"))
    if none:
        said.append(
            f"{counted_people(none.lost, result.people)} lost without protection, in {duration(result.duration)}."
        )
    if limits:
        said.append(
            f"{count(limits.lost)} lost with a limit of 60 requests a minute per address{_evaded(result, limits)}."
        )
    if budgets:
        said.append(f"{count(budgets.lost)} lost with Garrison's budgets of people alone{_exactly(budgets)}.")
    if garrison:
        said.append(f"{count(garrison.lost)} lost with Garrison{_exactly(garrison)}.")
    return said


def _evaded(result: Result, limits: Side) -> str:
    found = evasion_of(result, "limits")
    everybody = result.side("none")
    if everybody is None or limits.lost >= everybody.lost or found is None or not found.width.addresses:
        return ""
    return f" (all of them, unnoticed, from {count(found.width.addresses)} addresses on)"


def _exactly(garrison: Side) -> str:
    own = garrison.ledger
    if own is None or own.right < own.true or own.reported > own.right or (garrison.lost and not garrison.named):
        return ""
    if garrison.reckoned:
        return ", and its record names exactly those who were lost in what was played"
    return ", and its record names exactly the ones to notify" if garrison.lost else ", and nobody needs to be notified"


def proof(result: Result) -> str:
    """How the policy with access control was proven; empty where it was not."""
    own = result.prevention_harm
    if own is None:
        return ""
    ways = counted(len(result.prevention), "way in", "ways in")
    return (
        f"compiled and tried against {ways} and {counted(own.requests, 'benign request')}, of which "
        f"{count(own.denied)} were refused, in {result.proved:.1f} seconds"
    )
