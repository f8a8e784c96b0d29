"""Opinions: what is thought of an API of somebody else, question by question, by whoever wants to use it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import msgspec


class Grade(StrEnum):
    """How the answer to one question is."""

    GOOD = "good"
    CARE = "care"
    """There is something that whoever uses the API has to provide for."""
    BAD = "bad"
    """As long as it is so, using the API harms whoever does."""
    UNSEEN = "unseen"
    """It was not looked at; why is said."""


class Concern(msgspec.Struct, frozen=True, omit_defaults=True):
    """One question about an API of somebody else, and its answer."""

    id: str
    """`transport`, `credentials`, `data`, `answers`, `limits`, `lifecycle`, `house`."""
    title: str
    """The question, lower case, without its mark: `is what is sent protected on the way`."""
    grade: Grade
    says: tuple[str, ...] = ()
    """What the grade is given for, the gravest first; of what was not looked at why."""
    advice: str = ""
    """What whoever uses the API can do about it, for its owner is somebody else; empty where nothing has to be done."""
    checks: tuple[str, ...] = ()
    """Ids of what found something, the gravest first."""


class Datum(msgspec.Struct, frozen=True, omit_defaults=True):
    """Personal data of one type that an API asks for or gives."""

    kind: str
    """Semantic type: `birth-date`."""
    asked: int = 0
    """Operations whose requests may hold it."""
    given: int = 0
    """Operations whose answers may hold it."""
    fields: tuple[str, ...] = ()
    """Names of its fields, some of them."""


class Opinion(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is thought of an API of somebody else."""

    grade: Grade
    """The worst of what weighs: `transport`, `credentials`, `data` and `answers`."""
    concerns: tuple[Concern, ...]
    data: tuple[Datum, ...] = ()
    """The personal data that it asks for and gives, as its contract says."""
    scopes: tuple[str, ...] = ()
    """The least scopes that a credential for what is needed must have; empty where that is not known."""


WEIGHTY: Final = frozenset({"transport", "credentials", "data", "answers"})
"""Ids of the questions that decide what is advised."""
_ADVICE: Final[Mapping[Grade, str]] = {
    Grade.GOOD: "nothing that was looked at speaks against using it",
    Grade.CARE: "use it with care",
    Grade.BAD: "do not use it as it is",
    Grade.UNSEEN: "nothing could be looked at",
}


def advice_of(opinion: Opinion) -> str:
    """What an opinion amounts to, for a headline: lower case, without a full stop."""
    unseen = sum(each.grade is Grade.UNSEEN for each in opinion.concerns if each.id in WEIGHTY)
    if not unseen or opinion.grade in (Grade.BAD, Grade.UNSEEN):
        return _ADVICE[opinion.grade]
    questions = (
        "one of the four questions that decide is" if unseen == 1 else f"{unseen} of the four questions that decide are"
    )
    return f"{_ADVICE[opinion.grade]}; {questions} open"
