"""Counts what happens behind one protection, from ground truth."""

from garrison.core.decision import Reason
from garrison.engine.pseudonyms import Pseudonyms
from garrison.lab.background import Visit
from garrison.lab.player import Played
from garrison.lab.result import Detection, Harm, Ledger, Notice

_TELLING = frozenset({"exposure", "rate-limit"})
"""Controls that count; what others only observe says nothing of an attack by volume."""


class Tally:
    """The counts of one protection."""

    def __init__(self, begins: float, pseudonyms: Pseudonyms, *, keeps_record: bool) -> None:
        """`keeps_record` says whether events tell whose data left."""
        self._begins = begins
        self._pseudonyms = pseudonyms
        self._keeps_record = keeps_record
        self._lost: set[tuple[str, str]] = set()
        self._asked: dict[str, str] = {}
        """Digests of those whom the attack asked for, and their names: the organisation's own list."""
        self._named: set[str] = set()
        self._notices: list[Notice] = []
        self._requests = self._denied = 0
        self._people: set[str] = set()
        self._hurt: set[str] = set()
        self._true = self._reported = self._right = 0
        self.detection: Detection | None = None

    @property
    def lost(self) -> int:
        """Different subjects whose data left for the attacker."""
        return len(self._lost)

    @property
    def harm(self) -> Harm:
        """What benign people suffered."""
        return Harm(self._requests, self._denied, len(self._people), len(self._hurt))

    @property
    def ledger(self) -> Ledger | None:
        """How true the record is."""
        return Ledger(self._true, self._reported, self._right) if self._keeps_record else None

    @property
    def notices(self) -> tuple[Notice, ...]:
        """Whom the record names for the attack, the first `MOST_NAMED` of them."""
        return tuple(self._notices)

    @property
    def named(self) -> int:
        """How many those are in all."""
        return len(self._named)

    def benign(self, visit: Visit, played: Played) -> None:
        """A request of somebody who may ask."""
        self._requests += 1
        self._people.add(visit.name)
        if played.refused:
            self._denied += 1
            self._hurt.add(visit.name)
        self._compare(played)

    def hostile(self, number: int, played: Played) -> bool:
        """A request of the attack; whether it was a success for it."""
        before = len(self._lost)
        self._lost.update([(each.kind, each.name) for each in played.carried])
        if self.detection is None:
            self._detect(number, played)
        self._compare(played)
        if self._keeps_record and played.asked:
            self._name(played)
        return len(self._lost) > before

    def _detect(self, number: int, played: Played) -> None:
        event = played.event
        told = [*event.reasons, *(each for each in event.observed if each.control in _TELLING)]
        if told:
            after = event.time - self._begins
            self.detection = Detection(after, number + 1, _phrase(told[0]), played.refused)

    def _compare(self, played: Played) -> None:
        if not self._keeps_record:
            return
        digest = self._pseudonyms.digest
        true = {(each.kind, digest(each.kind, each.name)) for each in played.carried if each.kind}
        reported = {(each.kind, subject) for each in played.event.exposed for subject in each.subjects}
        self._true += len(true)
        self._reported += len(reported)
        self._right += len(true & reported)

    def _name(self, played: Played) -> None:
        """Join what the record says with the list of those who exist: whoever has the key finds the names."""
        for each in played.asked:
            self._asked[self._pseudonyms.digest(each.kind, each.name)] = each.name
        for disclosure in played.event.exposed:
            for subject in disclosure.subjects:
                name = self._asked.get(subject)
                if name is None or subject in self._named:
                    continue
                self._named.add(subject)
                if len(self._notices) < MOST_NAMED:
                    self._notices.append(Notice(name, disclosure.types, played.event.time))


MOST_NAMED = 1_000
"""Names that are kept to be shown."""


def _phrase(reason: Reason) -> str:
    return " ".join(filter(None, (reason.id, reason.location, reason.detail)))
