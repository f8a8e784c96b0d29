"""An oracle: what is refused is told apart from what does not exist, so that ids can be collected."""

import re
from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.authorization.objects import pairs, requests_about
from garrison.assess.facts import as_number
from garrison.assess.identity import Identity
from garrison.assess.probe import Exchange
from garrison.assess.request import Request
from garrison.assess.survey import Owned
from garrison.assess.target import Target
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId, Finding

_CHANGING: Final = re.compile(r"\d{4}-\d\d-\d\d[T ][\d:.]+|[0-9a-f]{8}-[0-9a-f-]{27}|\d{6,}")
"""Moments, request ids and counters in refusals."""
_COMPARED: Final = 2_000


def _each(a: Assessment, target: Target) -> Iterator[Finding]:
    if not target.is_safe or not target.variables or a.survey.is_public(target):
        return
    for owner, other in pairs(a):
        for request, owned in list(requests_about(a, target, owner))[:1]:
            yield from _compare(a, target, request, owned, (owner, other))
            return


def _compare(
    a: Assessment, target: Target, request: Request, owned: Owned, people: tuple[Identity, Identity]
) -> Iterator[Finding]:
    owner, other = people
    name = target.variables[-1]
    refused = a.probe.send(request, other, says=f"what belongs to {owner.name} is refused to {other.name} so")
    missing = a.probe.send(request.about({name: _nobodys(owned.id)}), other, says="what does not exist, so")
    if refused.is_success or missing.is_success or _said(refused) == _said(missing):
        return
    again = a.probe.send(request.about({name: _nobodys(owned.id, 2)}), other, says="and so does nothing else")
    there = a.probe.send(request, owner, says=f"{owner.name} reads it: it does exist")
    if not there.is_success or _said(again) != _said(missing):
        return
    told = (refused.answer.status, missing.answer.status)
    differ = f"an object of another is answered with {told[0]}, one that does not exist with {told[1]}"
    says = differ if told[0] != told[1] else "a refusal says other words of an object of another than of none"
    confidence = Confidence.HIGH if told[0] != told[1] else Confidence.MEDIUM
    steps = [there, refused, missing, again]
    yield a.found(
        CHECK,
        steps,
        says=f"{says}: ids can be tried out",
        target=target,
        slot=f"path.{name}",
        confidence=confidence,
    )


def _said(exchange: Exchange) -> tuple[int, str]:
    """What an answer says, without the ids that it was asked for."""
    text = exchange.answer.text
    for value in (exchange.request.url, *exchange.request.path.values()):
        text = text.replace(value, "")
    return exchange.answer.status, _CHANGING.sub("", text)[:_COMPARED]


def _nobodys(value: str, turn: int = 1) -> str:
    """An id of the same form that nobody has."""
    number = as_number(value)
    if isinstance(number, int):
        return str(number + 7_777_777 * turn)
    if "-" in value or len(value) > 20:
        turned = "".join("0" if each.isdigit() else "f" if each in "abcde" else each for each in value[::-1])
        return turned if turn == 1 else turned.replace("0", "1")
    return f"{value}zq{turn}"


CHECK: Final = Check(
    id=CheckId("existence-told"),
    title="refusals tell which objects exist",
    family="authorization",
    severity=Severity.LOW,
    tags=("owasp.api1", "cwe.204", "rec.23", "rec.24"),
    looks="Asks, as another identity, for an object that exists and for two that do not. It counts where the refusal "
    "is told apart by its status, or (less surely) by its words, and both that do not exist are answered alike.",
    why="Ids, names and addresses can be tried out: what exists is known, and is what an attack begins with.",
    mend="Answer 404 in both cases, with the same body and in the same time.",
    each=_each,
    most=8,
    needs=("two-identities",),
)
