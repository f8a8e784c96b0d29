"""Truth: whether a target computes a condition that stands in a value, proven by conditions with the same characters.

Which of the four is true is said by the order of the digits and by the sign together, by neither alone: no filter,
search engine or cache that goes by characters or words can tell them apart.
"""

from collections.abc import Callable
from typing import Final, TypeAlias

import msgspec

from garrison.assess.checks.injection.bases import Place
from garrison.assess.checks.injection.bench import Bench
from garrison.assess.probe import Exchange

Shape: TypeAlias = Callable[[str, str, str, str], str]
"""Puts a condition behind a value: value, left digit, sign, right digit."""


class Form(msgspec.Struct, frozen=True):
    """One way in which a value stands in a query."""

    name: str
    shape: Shape
    is_number: bool = False
    """Whether the value stands there as a number."""


OR: Final = "or"
_NO_NUMBER: Final = "987654321"
"""A number that nothing has."""
AND: Final = "and"


def forms(joint: str) -> tuple[Form, ...]:
    """The ways in which a value stands in a query, the most frequent first; `joint` is `or` or `and`."""
    return (
        Form("in single quotes", lambda v, a, sign, b: f"{v}' {joint} '{a}'{sign}'{b}"),
        Form("as a number", lambda v, a, sign, b: f"{v} {joint} {a}{sign}{b}", is_number=True),
        Form("in a pattern", lambda v, a, sign, b: f"{v}%' {joint} '{a}'{sign}'{b}"),
        Form("at the end of a query", lambda v, a, sign, b: f"{v}' {joint} {a}{sign}{b} -- -"),
        Form("in brackets", lambda v, a, sign, b: f"{v}') {joint} ('{a}'{sign}'{b}"),
        Form("in brackets at the end", lambda v, a, sign, b: f"{v}') {joint} {a}{sign}{b} -- -"),
        Form("in two brackets", lambda v, a, sign, b: f"{v}')) {joint} (('{a}'{sign}'{b}"),
        Form("in double quotes", lambda v, a, sign, b: f'{v}" {joint} "{a}"{sign}"{b}'),
        Form("as a number in brackets", lambda v, a, sign, b: f"{v}) {joint} ({a}{sign}{b}", is_number=True),
    )


class Truth(msgspec.Struct, frozen=True):
    """A place where conditions are computed."""

    form: Form
    joint: str
    yes: Exchange
    """The answer to a condition that is true."""
    no: Exchange
    """The answer to one that is false."""

    @property
    def proof(self) -> tuple[Exchange, ...]:
        """Both."""
        return (self.yes, self.no)


def truth_of(bench: Bench, place: Place) -> Truth | None:
    """Whether conditions are computed there as SQL and XPath write them; asked once for all checks."""
    kept = bench.kept.setdefault("truth", {})
    if place.slot not in kept:
        kept[place.slot] = _sought(bench, place)
    found: Truth | None = kept[place.slot]
    return found


def _sought(bench: Bench, place: Place) -> Truth | None:
    joints = [OR] if bench.is_lookup else []
    if bench.matters(place) and (not bench.is_lookup or bench.base.is_log_in):
        joints.insert(0, AND)
    for joint in joints:
        for form in _fitting(bench, place, joint):
            if (found := proven(bench, place, form, joint)) is not None:
                return found
    return None


def _fitting(bench: Bench, place: Place, joint: str) -> tuple[Form, ...]:
    """The most frequent ones; all where breaking characters make a difference."""
    chosen = [form for form in forms(joint) if place.may_be_number or not form.is_number]
    some = bench.base.is_log_in or bench.is_touchy(place)
    most = len(chosen) if bench.is_upset(place) else 4 if some else 2 if place.may_be_number else 1
    return tuple(chosen[:most])


def proven(bench: Bench, place: Place, form: Form, joint: str) -> Truth | None:
    """Whether the answer goes by the truth of the condition and by nothing else."""
    reference = bench.control(place) if joint == OR else bench.plain(place)

    def ask(left: str, sign: str, right: str, says: str) -> Exchange:
        def payload(word: str) -> str:
            return form.shape(_value(place, form, joint, word), left, sign, right)

        return bench.send(place, payload, says)

    def is_as(exchange: Exchange) -> bool:
        return bench.same(exchange, reference, place)

    yes = ask("3", "<", "5", "a condition that is true is put behind the value")
    if yes.answer.fault or is_as(yes) is (joint == OR) or bench.same(yes, bench.broken(place), place):
        return None
    no = ask("3", ">", "5", "the same characters as a condition that is false: another answer")
    if is_as(no) is not (joint == OR):
        return None
    never, again = ask("5", "<", "3", ""), ask("5", ">", "3", "")  # not in turns: every second server may be broken
    holds = bench.same(again, yes, place) and bench.same(never, no, place)
    if not holds or not bench.same(
        bench.send(place, str) if joint == OR else bench.ask(place.request), reference, place
    ):
        return None
    return Truth(form, joint, yes, no)


def _value(place: Place, form: Form, joint: str, word: str) -> str:
    """What stands before the condition: the place's own value, or one that nothing has, a number where it must be."""
    if joint == AND:
        return place.value
    return _NO_NUMBER if form.is_number and not word.isdigit() else word


def is_told(bench: Bench, place: Place, truth: Truth, true: str, false: str) -> tuple[Exchange, Exchange] | None:
    """Whether one more pair of conditions, which only one language knows, is told apart in the same way."""

    def ask(condition: str, says: str) -> Exchange:
        def payload(word: str) -> str:
            return with_condition(truth.form, _value(place, truth.form, truth.joint, word), truth.joint, condition)

        return bench.send(place, payload, says)

    yes = ask(true, "a condition that only this language knows, and true")
    if not bench.same(yes, truth.yes, place):
        return None
    no = ask(false, "the same, and false")
    return (yes, no) if not bench.same(no, truth.yes, place) else None


def with_condition(form: Form, value: str, joint: str, condition: str) -> str:
    """The value with a condition that is a whole one in brackets, before digits that keep its truth."""
    digits = form.shape(value, "3", "<", "5")
    at = digits.rindex(f" {joint} ") + len(joint) + 2
    head, tail = digits[:at], digits[at:]
    opened = len(tail) - len(tail.lstrip("("))
    return f"{head}{tail[:opened]}({condition}) and {tail[opened:]}"
