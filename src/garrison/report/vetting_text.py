"""A vetting as lines of text: what to think of an API of somebody else, why, and what to do about it."""

import textwrap
from collections.abc import Iterator
from typing import Final

from garrison.core.counted import counted
from garrison.core.findings_report import Report
from garrison.core.opinion import Concern, Grade, Opinion, advice_of
from garrison.core.semantics import SEMANTIC_TYPES

_WIDTH: Final = 110
_WORDS: Final = {Grade.GOOD: "good", Grade.CARE: "needs care", Grade.BAD: "BAD", Grade.UNSEEN: "not known"}
_INDENT: Final = " " * 14
_TITLES: Final = {each.id: each.title for each in SEMANTIC_TYPES}


def vetting_lines(report: Report) -> Iterator[str]:
    """The whole text; nothing where the report is of no vetting."""
    opinion = report.opinion
    if opinion is None:
        return
    what = f"{report.title} ({report.target})" if report.title else report.target
    yield from _wrapped("", f"{what}: {advice_of(opinion)}")
    for each in opinion.concerns:
        yield ""
        yield from _concern(each)
    yield from _data(opinion)
    if opinion.scopes:
        yield ""
        yield from _wrapped("", f"a credential for what is needed takes no more than: {', '.join(opinion.scopes)}")
    yield ""
    yield from _work(report)


def _concern(each: Concern) -> Iterator[str]:
    yield f"{_WORDS[each.grade]:<12}  {each.title}?"
    for one in each.says:
        yield from _wrapped(f"{_INDENT}- ", one)
    if each.advice:
        yield from _wrapped(f"{_INDENT}  to do: ", each.advice)


def _data(opinion: Opinion) -> Iterator[str]:
    if not opinion.data:
        return
    yield ""
    yield "personal data, as its contract says: operations that may take it, that may give it, and fields"
    for each in opinion.data:
        names = ", ".join(each.fields)
        yield from _wrapped(f"  {_TITLES[each.kind]:<38} {each.asked:>4} {each.given:>4}  ", names)


def _work(report: Report) -> Iterator[str]:
    called = ", ".join(f"{each.method} {each.template}" for each in report.operations if each.requests)
    sent = counted(report.requests, "request")
    yield f"sent: {sent}" + (f", to {called} among others" if called else "")
    for why in dict.fromkeys(each.why for each in report.untested):
        yield from _wrapped("not looked at: ", why)
    if report.score is not None:
        yield f"its contract scores {report.score:.0f} of 100; `garrison audit` says why, place by place"


def _wrapped(head: str, text: str) -> list[str]:
    made = textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=head,
        subsequent_indent=" " * (len(head) if len(head) < _WIDTH // 2 else len(_INDENT)),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return made or [head.rstrip()]
