"""One protection under attack: what is benign and what is hostile, merged in event time."""

from collections.abc import Sequence

from garrison.lab.background import Visit
from garrison.lab.breach import Ask, Breach
from garrison.lab.campaign import Campaign
from garrison.lab.defence import Defence
from garrison.lab.player import Played, Player
from garrison.lab.protections import COUNTING, Protection
from garrison.lab.result import Point, Side
from garrison.lab.tally import Tally
from garrison.lab.tempo import Tempo, Watchful


class Lane:
    """Moves through event time, bit by bit."""

    def __init__(
        self,
        breach: Breach,
        campaign: Campaign,
        protection: Protection,
        player: Player,
        tempo: Tempo,
        visits: Sequence[Visit],
    ) -> None:
        """Behind Garrison somebody watches and responds, too."""
        self.protection = protection
        watches = protection == "garrison"
        self._defence = Defence(player.policy.state, campaign.begins) if watches else None
        self.tally = Tally(campaign.begins, player.policy.state.pseudonyms, keeps_record=protection in COUNTING)
        self._breach = breach
        self._campaign = campaign
        self._player = player
        self._tempo = tempo
        self._visits = visits
        self._at = 0
        self._sent = 0
        self._curve: list[Point] = []

    @property
    def lost(self) -> float:
        """Subjects lost so far."""
        return self.tally.lost + self._tempo.reckoned(self._sent)

    def advance(self, until: float) -> None:
        """Play all that comes before `until`."""
        campaign, tempo, visits = self._campaign, self._tempo, self._visits
        end = self._sent = campaign.sent(until)
        while True:
            number = tempo.number
            now = campaign.moment(number) if number < end else until
            if self._at < len(visits) and visits[self._at].time < now:
                self._visit(visits[self._at])
                self._at += 1
            elif number < end:
                passed, lost = self._attack(number, now)
                tempo.told(passed=passed, lost=lost)
            else:
                break
        self._curve.append(Point(until, round(self.lost, 1)))

    def _visit(self, visit: Visit) -> None:
        played = self._played(self._breach.benign(visit), visit.time)
        self.tally.benign(visit, played)
        if self._defence is not None:
            self._defence.see(played.event, is_hostile=False, lost=self.tally.lost)

    def _attack(self, number: int, now: float) -> tuple[bool, bool]:
        account, address = self._campaign.source(number)
        played = self._played(self._breach.hostile(number, account, address), now)
        lost = self.tally.hostile(number, played)
        if self._defence is not None:
            for measure in self._defence.see(played.event, is_hostile=True, lost=self.tally.lost):
                if measure.until is not None:
                    self._tempo.opens(self._next_from(address, self._campaign.sent(measure.until)))
        return not played.refused, lost

    def _played(self, ask: Ask, now: float) -> Played:
        if self._defence is not None:
            self._defence.act(now, self.tally.lost)
        return self._player.play(ask, now)

    def _next_from(self, address: str, number: int) -> int:
        """The first request from `number` on that comes from `address` and finds somebody."""
        register = self._campaign.register
        for _ in range(2 * self._campaign.addresses):
            number = register.at_or_after(number)
            if self._campaign.source(number)[1] == address:
                break
            number += 1
        return number

    def side(self, tail: float) -> Side:
        """What it came to; `tail` is how many are lost after what was played."""
        tally, reckoned = self.tally, self._tempo.reckoned(self._sent) + tail
        return Side(
            self.protection,
            round(tally.lost + reckoned),
            round(reckoned),
            self._tempo.played,
            tally.harm,
            tally.detection,
            tally.ledger,
            tuple(self._curve),
            tally.notices,
            tally.named,
            *(self._defence.summary if self._defence is not None else ()),
        )

    def lost_again(self) -> float:
        """How many those will take who were blocked and are let in again after what was played: the next time is played
        now, without anybody benign, and the others are reckoned to be like it."""
        campaign = self._campaign
        end = campaign.begins + campaign.duration
        moment, times = self._defence.returns(end) if self._defence is not None else (end, 0.0)
        if moment >= end or not times:
            return 0.0
        before, refused, number = self.tally.lost, 0, campaign.sent(moment + 1.0)
        while number < campaign.requests and refused < Watchful.LONG:
            was_hit = campaign.register.has(number)
            _, lost = self._attack(number, campaign.moment(number))
            refused = 0 if lost else refused + was_hit
            number += 1
        return (self.tally.lost - before) * max(0.0, times - 1)

    def pace(self, begin: float) -> float:
        """Subjects lost a second from `begin`, or the last look at the counts before it, to the end of what was
        played."""
        first = next(point for point in reversed(self._curve) if point.time <= begin)
        last = self._curve[-1]
        return (last.lost - first.lost) / (last.time - first.time)
