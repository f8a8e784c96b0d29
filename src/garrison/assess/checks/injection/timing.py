"""Timing: whether a value makes the target wait as long as it says, measured against the same that says nothing."""

from collections.abc import Callable
from typing import Final

from garrison.assess.checks.injection.bases import Place
from garrison.assess.checks.injection.bench import Bench
from garrison.assess.compare import is_slowed
from garrison.assess.probe import Exchange

DELAY: Final = 2.0
"""Seconds: far above what networks and databases scatter, and bearable three times."""
_ROUNDS: Final = 3

Waiting = Callable[[str, int], object]
"""Makes a payload of a word and the seconds that it is to wait."""


def waits(bench: Bench, place: Place, payload: Waiting) -> tuple[Exchange, Exchange] | None:
    """A quick and a slow exchange where the target waits as told; None where it does not.

    One request is enough where it does not wait. Where it seems to, quick and slow ones take turns.
    """
    return waits_for(lambda seconds: bench.send(place, lambda word: payload(word, seconds)), bench.usual)


def waits_for(ask: Callable[[int], Exchange], usual: float) -> tuple[Exchange, Exchange] | None:
    """As `waits`, for requests of any kind."""
    if ask(int(DELAY)).answer.seconds < usual + 0.7 * DELAY:
        return None
    quick: list[Exchange] = []
    slow: list[Exchange] = []
    for round_ in range(_ROUNDS):
        # the order changes: with two servers that take turns, one could be the slow one
        for seconds in (0, int(DELAY)) if round_ % 2 == 0 else (int(DELAY), 0):
            (slow if seconds else quick).append(ask(seconds))
        if slow[-1].answer.seconds < quick[-1].answer.seconds + 0.7 * DELAY:
            return None
    if not is_slowed([each.answer.seconds for each in quick], [each.answer.seconds for each in slow], DELAY):
        return None
    return (
        quick[-1].says_that("it is to wait for 0 s, and the answer comes at once"),
        slow[-1].says_that(
            f"it is to wait for {DELAY:.0f} s, and the answer comes so much later, {_ROUNDS} times of {_ROUNDS}"
        ),
    )
