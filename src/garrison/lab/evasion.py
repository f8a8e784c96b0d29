"""What an attacker who knows everything about a protection must do to stay silent to the end. Found out with the real
engine.

The width is searched for by halving: of sources that take turns each sends its share, so one of them is played to the
end of the campaign; where it stays silent, many are played together for a while, for what is counted over all of them
shows only so. The slow-down is that of one account at one address which knows every limit and window and never goes
beyond: it is played for some of the longest windows, and the rest reckoned at the pace that it kept.
"""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, TypeAlias

from garrison.config.exposure import LONGEST_WINDOW, parse_seconds
from garrison.config.limits import parse_per
from garrison.config.model import Settings
from garrison.lab.breach import Breach
from garrison.lab.campaign import Campaign, hostile_address
from garrison.lab.player import Played, Player
from garrison.lab.protections import COUNTING, Protection, policy_of, settings_of, typed
from garrison.lab.result import Evasion, Width
from garrison.lab.tokens import Issuers

_TOGETHER: Final = 2_500
"""Requests of all sources together that are played to see whether something counts over all of them; more where a
budget of all of them together is larger."""
_ALONE: Final = 6_000
"""Requests of one source that are played at most: more than any window lets through silently."""
_NEAR: Final = 200
"""The number of sources is found to one in so many; it is never too small."""
_ROUNDS: Final = 2.5
"""Longest windows that the patient one is played for, but not less than `_SHORTEST`."""
_SHORTEST: Final = 3_600.0
_TELLING = frozenset({"exposure", "rate-limit"})

_Source: TypeAlias = Callable[[int], tuple[int, str]]
"""The account and address of each request that counts, by its place among them."""


class Window(NamedTuple):
    """At most so many in so many seconds."""

    most: int
    seconds: float


def windows_of(settings: Settings) -> tuple[Window, ...]:
    """What the policy of a protection lets one attacker have; those who are new have less for a while."""
    rates = [parse_per(limit.rate) for limit in settings.controls.rate_limit.limits if limit.rate]
    windows = [Window(rate.requests, float(rate.seconds)) for rate in rates]
    exposure = settings.controls.exposure
    if exposure.mode != "enforce":
        return tuple(windows)
    for budget in exposure.budgets:
        most = min(budget.limit, budget.new.limit) if budget.new else budget.limit
        windows.append(Window(most, float(parse_seconds(budget.window, LONGEST_WINDOW))))
    return tuple(windows)


def evasion(breach: Breach, campaign: Campaign, protection: Protection, seed: int) -> Evasion:
    """What it takes to evade `protection`."""
    search = search_for(breach, campaign, protection, seed)
    known = bool(campaign.accounts)
    addresses = search.least(lambda many: lambda number: (0, hostile_address(number % many)))
    accounts = search.least(lambda many: lambda number: (number % many, campaign.source(0)[1])) if known else -1
    slow_down, simulated = search.slowly()
    return Evasion(protection, Width(addresses, accounts), slow_down, simulated)


def search_for(breach: Breach, campaign: Campaign, protection: Protection, seed: int) -> "Search":
    """The search for ways around `protection`."""
    settings = settings_of(breach, protection)
    issuers = Issuers(campaign.begins, campaign.begins + campaign.duration + _ROUNDS * LONGEST_WINDOW)

    def fresh() -> Player:
        policy = policy_of(breach, settings, breach.api.contract, issuers, seed)
        return Player(policy, breach.api.answer, issuers)

    own = typed(settings)
    shared = [budget.limit for budget in own.controls.exposure.budgets if budget.per in {"operation", "network", "all"}]
    together = max([_TOGETHER, *(limit + _TOGETHER // 5 for limit in shared)])
    return Search(breach, campaign, fresh, windows_of(own), counts_people=protection in COUNTING, together=together)


class Search:
    """Looks for the least number of sources that stay silent, and for the pace at which one does."""

    def __init__(
        self,
        breach: Breach,
        campaign: Campaign,
        fresh: Callable[[], Player],
        windows: Sequence[Window],
        *,
        counts_people: bool,
        together: int,
    ) -> None:
        self._breach = breach
        self._campaign = campaign
        self._fresh = fresh
        self._windows = windows
        self._together_for = together
        register = campaign.register
        self._whole = register.members if counts_people else register.size
        self._number = register.place if counts_people else int
        """The number of each request that counts: where people are counted, what finds nobody need not be played."""

    def least(self, sources: Callable[[int], _Source]) -> int:
        """The least number for which `sources` stay silent; 0 where none does."""
        most = self._whole
        if not self._together(sources(most)):
            return 0
        low, high = 0, 1
        while high < most and not self._alone(sources(1), high):
            low, high = high, min(most, high * 2)
        while high - low > max(1, high // _NEAR):
            middle = (low + high) // 2
            if self._alone(sources(1), middle):
                high = middle
            else:
                low = middle
        return high if self._together(sources(high)) else 0

    def _alone(self, source: _Source, many: int) -> bool:
        """Whether one of so many sources stays silent to the end of the campaign."""
        campaign, player = self._campaign, self._fresh()
        for turn in range(min(_ALONE, self._whole // many)):
            number = self._number(turn * many)
            if _is_told(player.play(self._breach.hostile(number, *source(turn)), campaign.moment(number))):
                return False
        return True

    def _together(self, source: _Source) -> bool:
        """Whether all sources together stay silent for a while."""
        campaign, player = self._campaign, self._fresh()
        for turn in range(min(self._together_for, self._whole)):
            number = self._number(turn)
            if _is_told(player.play(self._breach.hostile(number, *source(turn)), campaign.moment(number))):
                return False
        return True

    def slowly(self) -> tuple[float, float]:
        """How many times longer it takes never to go beyond a window, and the seconds that were simulated."""
        windows = self._windows
        if not windows:
            return 1.0, 0.0
        campaign, player, whole = self._campaign, self._fresh(), self._whole
        span = max(_SHORTEST, _ROUNDS * max(window.seconds for window in windows))
        history = [deque[float](maxlen=window.most) for window in windows]
        now, sent = campaign.begins, 0
        while now < campaign.begins + span and sent < whole:
            ask = self._breach.hostile(self._number(sent), *campaign.source(0))
            if _is_told(player.play(ask, now)):
                return 0.0, span
            sent += 1
            for times in history:
                times.append(now)
            now = max(now + campaign.duration / whole, *map(_opens, windows, history))
        passed = now - campaign.begins
        return max(1.0, whole / sent * passed / campaign.duration), passed


def _opens(window: Window, times: "deque[float]") -> float:
    """When the window has room again: a second later, for clocks are compared in whole seconds."""
    return times[0] + window.seconds + 1 if len(times) == window.most else 0.0


def _is_told(played: Played) -> bool:
    """Whether it was refused, or told of."""
    event = played.event
    return played.refused or any(each.control in _TELLING for each in event.observed)
