"""`pattern-backtracking`: a pattern takes quadratically or exponentially long for a text that nearly fits."""

import math
import statistics
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import msgspec

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.asking import ordinary, refreshed, schema_of
from garrison.assess.identity import Identity
from garrison.assess.probe import Exchange
from garrison.assess.request import Request, Slot
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding
from garrison.exposure.types.rule import words

_FORMED: Final = frozenset(
    {"email", "mail", "url", "uri", "link", "name", "username", "phone", "slug", "code", "date", "host", "domain",
     "zip", "address", "website", "tag", "version", "path", "pattern", "search", "q", "filter", "title", "vin", "iban",
     "color"}
)  # fmt: skip
_MOST_SLOTS: Final = 4
_SEEN: Final = 0.06
"""Seconds longer at which a ladder is climbed."""
_ENOUGH: Final = 1.5
"""Seconds of one answer at which nothing longer is sent."""
_ROUNDS: Final = 3
_PLAIN: Final = 0.2
"""Seconds from which one look is enough: chance is small beside them, and the target is to be spared."""
_TOLD: Final = 0.003
"""Seconds that are told from the usual answer."""
_EXPONENTIAL: Final = (16, 19, 22, 24, 26)
_QUADRATIC: Final = (2_000, 4_000, 8_000, 16_000, 32_000)


class _Family(msgspec.Struct, frozen=True):
    """Texts that grow and just do not fit."""

    make: Callable[[int], str]
    harmless: Callable[[int], str]
    """Of the same length, and it fits or fails at once."""
    sizes: Sequence[int]
    screen: int
    """The size that is sent first."""
    slope: float
    """The least power of the size that the time grows with, where it is not linear."""


_FAMILIES: Final = (
    _Family(lambda n: "a" * n + "!", lambda n: "!" * (n + 1), _EXPONENTIAL, 22, 4.0),
    _Family(lambda n: "a@" + "a." * (n // 2) + "!", lambda n: "!" * (n + 3), _EXPONENTIAL, 24, 4.0),
    _Family(lambda n: "1" * n + "!", lambda n: "!" * (n + 1), _EXPONENTIAL, 22, 4.0),
    _Family(lambda n: "a" * n + "!", lambda n: "!" * (n + 1), _QUADRATIC, 8_000, 1.5),
    _Family(lambda n: "a" + " " * n + "!", lambda n: "!" * (n + 2), _QUADRATIC, 8_000, 1.5),
)


class _Rung(msgspec.Struct, frozen=True):
    size: int
    exchange: Exchange
    """The quickest of some."""

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.exchange.answer.seconds


def _each(a: Assessment, target: Target) -> Iterator[Finding]:
    base = _base(a, target)
    if base is None:
        return
    request, identity = base
    usual = a.probe.send(refreshed(a, request), identity)
    for slot in _slots(a, target, request):
        for family in _FAMILIES:
            if family.sizes is _QUADRATIC and slot.where == "query":
                continue  # servers bound the request line
            screen = a.probe.send(request.put(slot, family.make(family.screen)), identity)
            if screen.answer.seconds < usual.answer.seconds + _SEEN or _is_refused(screen):
                continue
            ladder = _climb(a, request, identity, slot, family)
            if not _is_steep(ladder, family, usual.answer.seconds):
                continue
            control = _harmless(a, slot, family, ladder[-1])
            if control.answer.seconds < ladder[-1].seconds / 3:
                yield _finding(a, target, slot, ladder, control)
                return


def _base(a: Assessment, target: Target) -> tuple[Request, Identity | None] | None:
    """A request that reaches the operation's own checks of values, and as whom."""
    door = next(
        (each for each in (a.doors.log_in, a.doors.register, a.doors.reset) if each and each.target is target), None
    )
    if door is not None:
        return a.api.request(target, every=True), None
    known = ordinary(a, target)
    if known is None or target.method == "DELETE":
        return None
    return known.request, known.identity


def _slots(a: Assessment, target: Target, request: Request) -> list[Slot]:
    """Places of texts that somebody may hold against an expression: those with a pattern or a format first."""

    def rank(slot: Slot) -> int:
        schema = schema_of(a, target, slot)
        said = a.api.description.said
        if schema is not None and (said(schema, "pattern") or said(schema, "format") in ("email", "uri", "hostname")):
            return 0
        return 1 if not _FORMED.isdisjoint({*words(slot.leaf), "".join(words(slot.leaf))}) else 2

    def is_text(slot: Slot) -> bool:
        schema = schema_of(a, target, slot)
        value: Any = request.value(slot)
        types = a.api.description.types(schema) if schema is not None else frozenset({"string"})
        closed = schema is not None and (a.api.description.said(schema, "enum") or "password" in words(slot.leaf))
        return (isinstance(value, str) or slot.where == "query") and "string" in (types or {"string"}) and not closed

    every = [slot for slot in request.slots("body", "query") if is_text(slot)]
    more = [slot for slot in a.api.request(target, every=True).slots("query") if slot not in every and is_text(slot)]
    return sorted((slot for slot in (*every, *more) if rank(slot) < 2), key=rank)[:_MOST_SLOTS]


def _climb(
    a: Assessment, request: Request, identity: Identity | None, slot: Slot, family: _Family
) -> tuple[_Rung, ...]:
    ladder = []
    for size in family.sizes:
        rounds = [a.probe.send(request.put(slot, family.make(size)), identity)]
        while len(rounds) < _ROUNDS and rounds[0].answer.seconds < _PLAIN:
            rounds.append(a.probe.send(request.put(slot, family.make(size)), identity))
        best = min(rounds, key=lambda each: each.answer.seconds)
        ladder.append(_Rung(size, best.says_that(f"{size:,} characters that nearly fit: {best.answer.seconds:.3f} s")))
        if best.answer.seconds > _ENOUGH or (len(ladder) >= 4 and best.answer.seconds > _PLAIN) or _is_refused(best):
            break
    return tuple(ladder)


def _is_steep(ladder: Sequence[_Rung], family: _Family, usual: float) -> bool:
    """Whether the time grows much faster than the text: the slope of the logarithms, over three sizes or more whose
    times can be told from the usual one."""
    told = [(rung.size, rung.seconds - usual) for rung in ladder if rung.seconds - usual > _TOLD]
    if len(told) < 3 or _is_refused(ladder[-1].exchange) or told[-1][1] < 2 * _SEEN:
        return False
    sizes, times = [math.log(size) for size, _ in told], [math.log(time) for _, time in told]
    is_line = statistics.correlation(sizes, times) > 0.95
    return is_line and statistics.linear_regression(sizes, times).slope >= family.slope


def _is_refused(exchange: Exchange) -> bool:
    return exchange.answer.status in (413, 414, 429, 431, 503)


def _harmless(a: Assessment, slot: Slot, family: _Family, last: _Rung) -> Exchange:
    """A text as long as the last one that fails at once, or fits."""
    request = last.exchange.request.put(slot, family.harmless(last.size))
    sent = a.probe.send(request, last.exchange.identity)
    return sent.says_that(f"as many characters of another kind: {sent.answer.seconds:.3f} s")


def _finding(a: Assessment, target: Target, slot: Slot, ladder: Sequence[_Rung], control: Exchange) -> Finding:
    grown = ", ".join(f"{rung.seconds:.3f} s for {rung.size:,}" for rung in ladder[-3:])
    return a.found(
        CHECK,
        [*(rung.exchange for rung in ladder[-3:]), control],
        target=target,
        slot=slot,
        says=f"the time that `{slot.leaf}` takes grows much faster than its length: {grown} characters",
    )


CHECK = Check(
    id=CheckId("pattern-backtracking"),
    title="a regular expression can be made to take very long",
    family="resources",
    severity=Severity.HIGH,
    tags=("owasp.api4", "cwe.1333", "rec.10"),
    looks="Puts texts that nearly fit (`aaaa!`, addresses and numbers with a wrong end, runs of blanks) into places "
    "that are held against a pattern, in growing lengths, the short ones three times. Proven where the time grows at "
    "least with the power 1.5 of the length (over three sizes or more, correlation above 0.95), and a text of another "
    "kind and the same length is answered at once. Nothing longer is sent once an answer took 1.5 s.",
    why="One request of thirty characters keeps a worker busy for minutes; a handful stops the service.",
    mend="Check the length first (`maxLength`), write the pattern without nested or adjacent repetitions that can "
    "match the same text, or use an engine with linear time (RE2).",
    samples={
        "fastapi": "class Sign(BaseModel):\n    email: EmailStr = Field(max_length=254)  # no pattern of one's own",
        "django": "email = models.EmailField(max_length=254)  # or `re2` in place of `re`",
    },
    each=_each,
    most=60,
    disturbs=Disturbs.SERVICE,
)
