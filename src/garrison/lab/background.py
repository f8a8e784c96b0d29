"""Those who use the API as they may: people with an app, a browser or a partner's shop, support, a synchronising
client.

The mix is assumed, and the same for every breach: it follows the day, one flash crowd comes, a carrier has 500 of
them behind a single address, and one client walks through all of its own objects each night. It is scaled: fewer
people than the service has, each of whom behaves as one does.
"""

from collections.abc import Iterable, Iterator
from math import pi, sin
from random import Random
from typing import Literal, NamedTuple, TypeAlias

Role: TypeAlias = Literal["app", "web", "partner", "shop", "agent", "carrier", "crowd", "sync"]

DAY = 86_400.0
PRELUDE = 7 * DAY
"""Before the attack."""
_HOUR_WEIGHTS = tuple(1 + 0.8 * sin(2 * pi * (hour - 9) / 24) for hour in range(24))  # busiest at 15, quietest at 3
_OFFICE, _SYNC = "198.51.100.7", "203.0.113.77"
_BEHIND_ONE = 500
"""Users of a carrier who share one address."""
_PARTNERS = ("192.0.2.1", "192.0.2.2", "192.0.2.3")
_SHOP_DAILY = 40
_AGENT_DAILY = 60
"""Customers that one agent of support helps on a day."""
_SHIFT = (8 * 3600, 16 * 3600)
_CROWD_LASTS = 300.0
_BETWEEN_STEPS = (15.0, 90.0)


class Mix(NamedTuple):
    """How many there are of each."""

    people: int = 4_000
    requests: int = 40_000
    """In all that is played, besides the flash crowd and the synchronising client."""
    behind_carrier: int = 500
    own_objects: int = 200
    """Objects of the synchronising client."""
    steps: int = 1
    """Requests of one visit, some seconds apart: who looks whether a name is taken registers then. The synchronising
    client makes one."""


class Visit(NamedTuple):
    """One benign request, before a breach says what it is."""

    time: float
    role: Role
    person: int
    """Who, within the role."""
    address: str
    item: int
    """For whom others' data is the work: which. For the synchronising client: which of its own objects."""
    step: int = 0
    """Which request of the visit it is."""

    @property
    def name(self) -> str:
        """What tells those who ask apart."""
        role = "person" if self.role in {"app", "web", "partner", "carrier", "crowd"} else self.role
        return f"{role} {self.person}"


def visits(mix: Mix, begins: float, seconds: float, seed: int) -> list[Visit]:
    """All benign requests in order of time; the same for the same seed."""
    days = max(1, round(seconds / DAY))
    crowd_days = min(days, 7)
    random = Random(f"background {seed}")  # noqa: S311  # made-up people, reproducible on purpose
    found = [
        *_people(mix, days, random),
        *_shop(mix, days, random),
        *_agents(mix, days, random),
        *_crowd(mix, (random.randrange(crowd_days) * DAY + 19 * 3600) % max(seconds, 1.0), random),
        *_synchronising(mix, days),
    ]
    found += [*_next_steps(found, mix.steps, random)]
    moved = [visit._replace(time=begins + visit.time) for visit in found if visit.time < seconds]
    return sorted(moved)


def with_prelude(mix: Mix, begins: float, seconds: float, seed: int) -> list[Visit]:
    """All benign requests, and those of the days before, as many a day: by then who watches knows what is usual."""
    share = PRELUDE / max(seconds, DAY)
    before = visits(mix._replace(requests=round(mix.requests * share)), begins - PRELUDE, PRELUDE, seed + 1_000_003)
    return [*before, *visits(mix, begins, seconds, seed)]


def _next_steps(found: Iterable[Visit], steps: int, random: Random) -> Iterator[Visit]:
    for visit in found:
        moment = visit.time
        for step in range(1, steps if visit.role != "sync" else 1):
            moment += random.uniform(*_BETWEEN_STEPS)
            yield visit._replace(time=moment, step=step)


def _people(mix: Mix, days: int, random: Random) -> Iterator[Visit]:
    shares: tuple[tuple[Role, float], ...] = (("app", 0.70), ("web", 0.15), ("partner", 0.08), ("carrier", 0.01))
    for role, share in shares:
        for _ in range(round(mix.requests * share)):
            person = random.randrange(mix.behind_carrier if role == "carrier" else mix.people)
            yield Visit(_moment(days, random), role, person, _address(role, person, random), random.getrandbits(30))


def _address(role: Role, person: int, random: Random) -> str:
    if role == "carrier":
        return f"203.0.113.{1 + person // _BEHIND_ONE % 64}"
    if role == "partner":
        return random.choice(_PARTNERS)
    return f"10.{person >> 16 & 255}.{person >> 8 & 255}.{person & 255}"


def _moment(days: int, random: Random) -> float:
    hour = random.choices(range(24), _HOUR_WEIGHTS)[0]
    return random.randrange(days) * DAY + (hour + random.random()) * 3600


def _shop(mix: Mix, days: int, random: Random) -> Iterator[Visit]:
    """A partner's servers that ask in the partner's own name."""
    shops = max(1, round(0.02 * mix.requests / (days * _SHOP_DAILY)))
    for shop in range(shops):
        for day in range(days):
            for _ in range(_SHOP_DAILY):
                moment = day * DAY + random.uniform(9 * 3600, 20 * 3600)
                yield Visit(moment, "shop", shop, _PARTNERS[shop % len(_PARTNERS)], random.getrandbits(30))


def _agents(mix: Mix, days: int, random: Random) -> Iterator[Visit]:
    """Support: five days a week, one customer after another, from one office."""
    worked = [day for day in range(days) if day % 7 < 5]
    agents = max(1, round(0.04 * mix.requests / (len(worked) * _AGENT_DAILY)))
    for agent in range(agents):
        for day in worked:
            for _ in range(_AGENT_DAILY):
                moment = day * DAY + random.uniform(*_SHIFT)
                yield Visit(moment, "agent", agent, _OFFICE, random.getrandbits(30))


def _crowd(mix: Mix, at: float, random: Random) -> Iterator[Visit]:
    """Something is in the news: within five minutes a fifth of all open the app, each asking twice."""
    for person in range(mix.people // 5):
        behind = person < mix.behind_carrier * 4 // 5
        first = at + random.uniform(0, _CROWD_LASTS)
        address = _address("carrier" if behind else "crowd", person, random)
        for moment in (first, first + 2):
            yield Visit(moment, "crowd", person, address, random.getrandbits(30))


def _synchronising(mix: Mix, days: int) -> Iterator[Visit]:
    """Each night at two, two objects a second."""
    for day in range(days):
        for own in range(mix.own_objects):
            yield Visit(day * DAY + 2 * 3600 + own / 2, "sync", 0, _SYNC, own)
