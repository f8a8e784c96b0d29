"""Exceptions: reasons that do not count for one principal, until they expire. What they take away is still recorded.

A block by origin that spares somebody is an exception as well, and nothing is recorded of it.
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import msgspec

from garrison.config.exceptions import expiry
from garrison.config.sections import ControlSettings
from garrison.core.countermeasure import Action
from garrison.core.decision import Amendment, Mode, Reason, Rewrite
from garrison.core.ids import ControlId, ReasonId
from garrison.engine.combine import Answer
from garrison.engine.facts import Facts
from garrison.engine.measures import first

_Key: TypeAlias = tuple[ControlId, ReasonId, str]


class Excepted(msgspec.Struct, frozen=True):
    """One exception, as `garrison plan` shows it."""

    reason: ReasonId
    principal: str
    until: float
    """When it ends: seconds since the epoch."""
    note: str = ""


Exceptions: TypeAlias = Mapping[_Key, float]
"""When each ends, by control, reason and principal. Empty in nearly every plan."""


def exceptions_of(settings: ControlSettings) -> tuple[Excepted, ...]:
    """The exceptions that a control's settings make; they have been found good (`config/checks.py`)."""
    return tuple(
        Excepted(ReasonId(one.reason), one.principal, expiry(one.expires), one.note) for one in settings.excepted
    )


def without_excepted(
    answers: Sequence[Answer], exceptions: Exceptions, principal: str, now: float
) -> tuple[Answer, ...]:
    """`answers`, and what an exception in force names is only observed."""
    found: list[Answer] = []
    for answer in answers:
        said = answer.said
        control = answer.control
        if isinstance(said, Amendment) and answer.mode is Mode.ENFORCE:
            # what is excepted only in part is changed as a whole: nothing leaves that somebody did not except
            spared = bool(said.reasons) and all(
                now < exceptions.get((control, each.id, principal), 0.0) for each in said.reasons
            )
            found.append(Answer(control, Mode.MONITOR, said) if spared else answer)
            continue
        if answer.mode is not Mode.ENFORCE or not isinstance(said, Reason | Rewrite | tuple):
            found.append(answer)
            continue
        kept: list[Reason | Rewrite] = []
        for each in said if isinstance(said, tuple) else (said,):
            reason = each.reason if isinstance(each, Rewrite) else each
            if now < exceptions.get((control, reason.id, principal), 0.0):
                found.append(Answer(control, Mode.MONITOR, each))
            else:
                kept.append(each)
        found += [Answer(control, answer.mode, each) for each in kept]
    return tuple(found)


def without_spared(answers: Sequence[Answer], facts: Facts) -> tuple[Answer, ...]:
    """`answers`, but for the block of an origin where whoever asks has proved to be one whom it spares.

    It is said before anything is known of them, so that it decides what all others are told.
    """
    if first(facts.state.measures.from_origin(Action.BLOCK, facts, asks_who=True)).enforced is not None:
        return tuple(answers)
    return tuple([answer for answer in answers if answer.said is not facts.unless_spared])
