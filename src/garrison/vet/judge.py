"""Judging: what findings mean for whoever uses an API, question by question.

A weakness that harms the owner alone weighs less here than one that harms the user, whatever its severity: the last
three questions never say more than `care`. A fault of few of many operations weighs one step less.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId, Finding
from garrison.core.opinion import WEIGHTY, Concern, Grade

_FEW: Final = 0.05
"""Share of operations below which a fault of a description is an exception."""
_MUCH: Final = 0.25
"""Share of operations from which on even a slight fault of a description needs care."""
_SAID: Final = 4
"""Reasons that a question's answer names."""
_SAID_OF_GOOD: Final = 2
"""As many where nothing has to be done about them."""
_ORDER: Final = (Grade.GOOD, Grade.CARE, Grade.BAD)


class Weighed(msgspec.Struct, frozen=True):
    """A finding, and how much of the API it is about."""

    finding: Finding
    share: float = 1.0
    """Of operations; 1 for what was seen of the server itself."""


class _Question(msgspec.Struct, frozen=True):
    id: str
    title: str
    is_its: Callable[[Finding], bool]
    most: Grade
    advice: str


_ANSWERS: Final = frozenset(
    {
        "answer-without-content", "answer-without-schema", "need-undescribed", "no-answer", "open-answer",
        "open-redirect", "unsigned-callback", "wildcard-media-type", "xml-body",
    }
)  # fmt: skip
_LIMITS: Final = frozenset(
    {"no-429", "no-rate-limit-headers", "no-retry-after", "unpaged-list", "no-validation-answer"}
)
_DATA: Final = frozenset({"data-asked-without-need", "data-given-without-need", "personal-data-in-url"})


def _named(checks: frozenset[str]) -> Callable[[Finding], bool]:
    return lambda finding: finding.check in checks


def _tagged(*tags: str) -> Callable[[Finding], bool]:
    return lambda finding: not frozenset(tags).isdisjoint(finding.tags)


_QUESTIONS: Final = (
    _Question(
        "transport",
        "is what travels protected on the way",
        _tagged("rec.9"),
        Grade.BAD,
        "Send neither credentials nor personal data until it is mended; never switch the check of certificates off.",
    ),
    _Question(
        "data",
        "does it ask and give no more than is needed",
        _named(_DATA),
        Grade.BAD,
        "Leave out what need not be sent, and drop what is not read before it is kept or logged.",
    ),
    _Question(
        "answers",
        "can what comes back be checked",
        _named(_ANSWERS),
        Grade.BAD,
        "Treat answers as input of a stranger: say in an Overlay what you rely on, and check answers by that.",
    ),
    _Question(
        "limits",
        "is it known how much may be asked",
        _named(_LIMITS),
        Grade.CARE,
        "Agree on limits with its owner; bound time, size and repetition of calls on your side.",
    ),
    _Question(
        "credentials",
        "are credentials handled well",
        _tagged("rec.11", "owasp.api2"),
        Grade.BAD,
        "Keep its credential in a store, out of URLs and logs; take one with the least rights, and renew it often.",
    ),
    _Question(
        "lifecycle",
        "is it known who keeps it, and until when",
        _tagged("rec.2", "rec.4", "rec.8", "owasp.api9"),
        Grade.CARE,
        "Write down whom to ask, watch for `Deprecation` and `Sunset`, and read the contract again at every change.",
    ),
    _Question(
        "house",
        "does its owner keep house",
        lambda _: True,
        Grade.CARE,
        "Tell its owner. What is stored there about your people is as safe as that house.",
    ),
)
"""In the order in which they take findings."""
ORDER: Final = ("transport", "credentials", "data", "answers", "limits", "lifecycle", "house")
"""In which questions are told."""


def judge(weighed: Sequence[Weighed], unseen: Mapping[str, str]) -> tuple[Grade, tuple[Concern, ...]]:
    """The grade of the whole, and every question with its answer.

    `unseen` says of questions that were not or not wholly looked at why.
    """
    taken: dict[str, list[Weighed]] = {each.id: [] for each in _QUESTIONS}
    for one in _together(weighed):
        taken[next(each.id for each in _QUESTIONS if each.is_its(one.finding))].append(one)
    concerns = {each.id: _concern(each, taken[each.id], unseen.get(each.id, "")) for each in _QUESTIONS}
    told = tuple(concerns[name] for name in ORDER)
    grades = [each.grade for each in told if each.id in WEIGHTY and each.grade is not Grade.UNSEEN]
    return max(grades, key=_ORDER.index, default=Grade.UNSEEN), told


def _together(weighed: Sequence[Weighed]) -> list[Weighed]:
    """Findings with the share of all that the same check found: many small places are a habit."""
    shares: dict[CheckId, float] = {}
    for one in weighed:
        shares[one.finding.check] = shares.get(one.finding.check, 0.0) + one.share
    return [msgspec.structs.replace(one, share=min(1.0, shares[one.finding.check])) for one in weighed]


def _concern(question: _Question, taken: Sequence[Weighed], unseen: str) -> Concern:
    graded = sorted(((_grade(question, each), each) for each in taken), key=lambda pair: _rank(*pair), reverse=True)
    worst = graded[0][0] if graded else Grade.GOOD
    if worst is Grade.GOOD and unseen:
        return Concern(question.id, question.title, Grade.UNSEEN, (unseen,))
    checks = tuple(dict.fromkeys(each.finding.check for _, each in graded))
    most = _SAID_OF_GOOD if worst is Grade.GOOD else _SAID
    says = [line for check in checks[:most] for line in _said([each for _, each in graded], check)]
    left = len(checks[most:])
    if left:
        says.append(f"and {left} more kinds of fault" if left > 1 else "and one more kind of fault")
    if unseen:
        says.append(unseen)
    advice = "" if worst is Grade.GOOD else question.advice
    return Concern(question.id, question.title, worst, tuple(says), advice, checks)


def _said(graded: Sequence[Weighed], check: CheckId) -> list[str]:
    """What one check found: of the server itself everything, of the contract the gravest place and how many more."""
    found = [each.finding for each in graded if each.finding.check == check]
    first = found[0]
    if first.source is None:
        return [each.says for each in found[:_SAID]]
    where = f"{first.method} {first.template}: " if first.template else ""
    return [f"{where}{first.says}" + (f" (and {len(found) - 1} more)" if len(found) > 1 else "")]


def _grade(question: _Question, weighed: Weighed) -> Grade:
    """How bad one finding is. What a description leaves open is no proof of harm: that takes high confidence."""
    finding = weighed.finding
    is_likely = finding.confidence is not Confidence.LOW
    grade = Grade.GOOD
    if finding.severity.rank >= Severity.HIGH.rank:
        grade = Grade.BAD if finding.confidence is Confidence.HIGH else Grade.CARE
    elif finding.severity is Severity.MEDIUM or _is_habit(question, weighed):
        grade = Grade.CARE if is_likely else Grade.GOOD
    if weighed.share < _FEW:
        grade = _ORDER[max(0, _ORDER.index(grade) - 1)]
    return min((grade, question.most), key=_ORDER.index)


def _is_habit(question: _Question, weighed: Weighed) -> bool:
    """Whether much of a description has a fault that is slight in one place."""
    least = Severity.INFORMATIONAL if question.id == "answers" else Severity.LOW
    is_described = weighed.finding.source is not None and question.id != "house"
    return is_described and weighed.share >= _MUCH and weighed.finding.severity.rank >= least.rank


def _rank(grade: Grade, weighed: Weighed) -> tuple[int, int, int, float]:
    finding = weighed.finding
    return _ORDER.index(grade), finding.severity.rank, finding.confidence.rank, weighed.share
