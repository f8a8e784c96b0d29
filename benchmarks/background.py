"""A week of benign exchanges through the shipped detection rules: what is detected though nobody attacks.

    python -m benchmarks.background [--rate 50] [--days 7] [--seed 1] [--json FILE]

The people of the breach lab's mix, as many as make `--rate` exchanges a second, use the API of the replay of T-Mobile
in event time: with an app, a browser or by way of a partner, some of them 500 behind one address of a carrier, a flash
crowd on each day, shops and agents of support who look at others' data, and a client that walks through all of its
own. Agents, shops, the crowd, carriers and the walking client go through the engine one by one. The others, nine in
ten, look at their own data: the first does, and the rest are that event with their own time, name, address, subject.

What is printed: detections by rule, severity and day, measures that the shipped profiles would have taken and against
whom, and events a second, which is the speed of the lab's engine and of detection together.
"""

import argparse
import gc
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec.structs import replace

from garrison.adapters.detection_rules import load_rules
from garrison.config.detect import DetectSettings
from garrison.core.countermeasure import shown
from garrison.core.event import Event
from garrison.core.exposure import Disclosure
from garrison.core.ids import EventId
from garrison.detect.detector import Detector
from garrison.lab.background import DAY, Mix, Visit, visits
from garrison.lab.breach import Breach, Who
from garrison.lab.breaches.catalogue import BREACHES
from garrison.lab.player import Player
from garrison.lab.protections import policy_of, settings_of
from garrison.lab.response import Response
from garrison.lab.tokens import Issuers

ALIKE = frozenset({"app", "web", "partner"})
"""Roles whose people look at nothing but their own data."""
DAILY = 10
"""Exchanges of one of them on a day."""


class Week:
    """The events, in order."""

    def __init__(self, breach: Breach, rate: float, days: int, seed: int) -> None:
        self._breach = breach
        self._days, self._seed = days, seed
        daily = round(rate * DAY)
        behind = max(500, round(daily * 0.01 / DAILY / 500) * 500)
        self._mix = Mix(people=daily // DAILY, requests=daily, behind_carrier=behind)
        begins = breach.campaign.begins
        issuers = Issuers(begins, begins + (days + 1) * DAY)
        policy = policy_of(breach, settings_of(breach, "garrison"), breach.api.contract, issuers, seed)
        self._pseudonyms = policy.state.pseudonyms
        self._player = Player(policy, breach.api.answer, issuers)
        self._model: Event | None = None
        self._known: dict[str, tuple[str, tuple[Disclosure, ...]]] = {}
        self._number = 0

    def events(self) -> Iterator[Event]:
        """One after the other; a day's people are made at its beginning."""
        for day in range(self._days):
            begins = self._breach.campaign.begins + day * DAY
            for visit in visits(self._mix, begins, DAY, self._seed * 1_000 + day):
                yield self._event(visit)

    def _event(self, visit: Visit) -> Event:
        ask = self._breach.benign(visit)
        if self._model is None or visit.role not in ALIKE:
            played = self._player.play(ask, visit.time)
            assert not played.refused, played.event
            if visit.role in ALIKE:
                self._model = played.event
            return played.event
        assert ask.who is not None
        principal, exposed = self._whose(ask.who)
        self._number += 1
        return replace(
            self._model,
            id=EventId(f"00000000-0000-7000-9000-{self._number:012x}"),
            time=visit.time,
            peer=visit.address,
            principal=principal,
            exposed=exposed,
        )

    def _whose(self, who: Who) -> tuple[str, tuple[Disclosure, ...]]:
        found = self._known.get(who.subject)
        if found is None:
            assert self._model is not None
            subject = self._pseudonyms.digest("customer", who.claims["account"])
            model = self._model.exposed[0]
            principal = f"{self._model.principal.rpartition('u')[0]}{who.subject}"
            found = self._known[who.subject] = (principal, (replace(model, subjects=(subject,)),))
        return found


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=50.0, help="exchanges a second")
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    gc.disable()  # millions of visits that live for a day, and no cycles
    breach = BREACHES[0]
    week = Week(breach, options.rate, options.days, options.seed)
    rules, response = Detector(load_rules(DetectSettings())), Response()
    found: Counter[tuple[int, str, str]] = Counter()
    measures: Counter[str] = Counter()
    begun, number = time.perf_counter(), 0
    for number, event in enumerate(week.events(), 1):
        for detection in rules.feed(event):
            day = int((event.time - breach.campaign.begins) // DAY) + 1
            found[day, detection.rule, detection.severity] += 1
            print(
                f"day {day}: {detection.severity} {detection.rule} {dict(detection.group)} {detection.value:g}",
                flush=True,
            )
            for measure in response(detection, detection.time):
                measures[f"{measure.action} {shown(measure)}"] += 1
                print(f"  {measure.action} {shown(measure)}")
        if number % 1_000_000 == 0:
            print(f"{number:,} events, {number / (time.perf_counter() - begun):,.0f} a second", flush=True)
    seconds = time.perf_counter() - begun
    told = f"{sum(found.values())} detections, {len(measures)} measures"
    print(f"{number:,} events of {options.days} days in {seconds:,.0f} s: {told}")
    if options.json:
        result = {
            "events": number,
            "seconds": seconds,
            "detections": [[*key, times] for key, times in sorted(found.items())],
            "measures": dict(measures),
        }
        options.json.write_bytes(msgspec.json.format(msgspec.json.encode(result)) + b"\n")


if __name__ == "__main__":
    main()
