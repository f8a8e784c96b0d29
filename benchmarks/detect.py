"""How fast rules look at events, and how much memory groups take: `python -m benchmarks.detect`.

The mix is the benign background of the lab at 50 exchanges a second (people with an app, partners, support, a carrier,
a flash crowd, a client that synchronises), and an attack beside it at ten a second, as of tmobile-2022.
"""

import argparse
import heapq
import resource
import time

from garrison.adapters.detection_rules import load_rules
from garrison.config.detect import DetectSettings
from garrison.core.decision import Disposition, Mode
from garrison.core.event import Event
from garrison.core.exposure import Attribution, Disclosure
from garrison.core.ids import EventId, OperationId
from garrison.detect.detector import Detector
from garrison.lab.background import DAY, Mix, Visit, visits

BEGINS = 1_767_225_600.0
RATE = 50.0
HOSTILE = 10.4


def benign(visit: Visit, number: int) -> Event:
    """A visit as the event of an API whose customers have tokens."""
    own = visit.role not in {"agent", "shop"}
    name = visit.name.replace(" ", "-")
    subject = f"own{visit.item}" if visit.role == "sync" else f"c{visit.person if own else visit.item}"
    return _event(visit.time, number, (name, visit.address), subject, own=own)


def hostile(place: int, at: float) -> Event:
    """One step of the attack."""
    return _event(at, place + (1 << 40), ("partner-17", f"198.18.{place % 120}.1"), f"h{place}", own=False)


def _event(at: float, number: int, who: tuple[str, str], subject: str, *, own: bool) -> Event:
    return Event(
        id=EventId(f"{number:032x}"),
        time=at,
        method="GET",
        operation=OperationId("getCustomer"),
        template="/v1/customers/{accountNumber}",
        peer=who[1],
        allowed=True,
        mode=Mode.ENFORCE,
        disposition=Disposition.ALLOWED,
        status=200,
        principal=who[0],
        token=f"t-{who[0]}",
        response_bytes=600,
        duration=0.01,
        policy="p",
        attribution=Attribution.ANNOTATED,
        exposed=(Disclosure("customer", (subject,), ("name",), own),),
        unissued=int(not own),
        agent="harbour-app",
    )


def mix(count: int) -> list[Event]:
    """So many events in the order of time: a day's background, pressed into the time that it takes at `RATE`, and the
    attack beside it."""
    benign_count = round(count * RATE / (RATE + HOSTILE))
    day = visits(Mix(requests=benign_count), BEGINS, DAY, seed=1)[:benign_count]
    pressed = len(day) / RATE / DAY
    good = (
        benign(visit._replace(time=BEGINS + (visit.time - BEGINS) * pressed), number)
        for number, visit in enumerate(day)
    )
    bad = (hostile(place, BEGINS + place / HOSTILE) for place in range(count - len(day)))
    return list(heapq.merge(good, bad, key=lambda event: event.time))


def speed(count: int) -> None:
    """Events a second, of `count` events after as many that fill the windows."""
    rules = load_rules(DetectSettings())
    events = mix(2 * count)
    detector = Detector(rules)
    detector.feed_all(events[:count])
    began = time.process_time()
    found = detector.feed_all(events[count:])
    took = time.process_time() - began
    print(f"{len(rules.labels)} rules, {len(events) - count} events in {took:.2f} s of processor time: ", end="")
    print(f"{(len(events) - count) / took:,.0f} a second, {took / (len(events) - count) * 1e6:.1f} us each")
    print(f"{detector.groups} groups, {len(found)} detections: {', '.join(sorted({one.rule for one in found}))}")


def memory(most: int) -> None:
    """Bytes for each of `most` groups, with every principal and address another one."""
    detector = Detector(load_rules(DetectSettings()), most=most)
    before, number = _resident(), 0
    while detector.dropped < most // 50:
        who = f"p{number}", f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        detector.feed(_event(BEGINS + number / 1000, number, who, f"c{number}", own=False))
        number += 1
    grown = _resident() - before
    print(f"{detector.groups} groups after {number} events: {grown / 1e6:.0f} MB, ", end="")
    print(f"{grown / detector.groups:.0f} bytes each; {detector.dropped} were dropped")


def _resident() -> int:
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123
        return int(file.read().split()[1]) * resource.getpagesize()


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--groups", type=int, default=1_000_000)
    given = parser.parse_args()
    memory(given.groups)
    speed(given.events)


if __name__ == "__main__":
    main()
