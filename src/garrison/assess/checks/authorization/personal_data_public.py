"""Excessive data exposure: anybody at all reads personal data of many."""

from collections.abc import Iterator
from typing import Any, Final

from garrison.assess.assessment import Assessment
from garrison.assess.call import NOT_JSON
from garrison.assess.check import Check
from garrison.assess.checks.authorization.samples import ANSWER_SAMPLES
from garrison.assess.compare import leaves
from garrison.assess.target import Target
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId, Finding
from garrison.exposure.types.catalogue import type_by_name, types_by_value

_FEW: Final = 3
"""People whose data an answer must hold: an imprint holds one address."""
_TELLING: Final = frozenset(
    {"email", "phone", "birth-date", "national-id", "health", "bank-account", "payment-card", "address", "position"}
)


def _each(a: Assessment, target: Target) -> Iterator[Finding]:
    if not target.is_safe or not a.survey.is_public(target) or target.id in a.doors.targets:
        return
    exchange = next((each for each in a.survey.baselines(target) if each.identity is None), None)
    value = exchange.answer.json() if exchange is not None else NOT_JSON
    if exchange is None or value is NOT_JSON:
        return
    found: dict[str, set[Any]] = {}
    for way, leaf in leaves(value):
        kind = type_by_name(way.rpartition("/")[2])
        if kind in _TELLING and isinstance(leaf, str) and kind in {kind: 1, **types_by_value(leaf)}:
            found.setdefault(f"{way}", set()).add(leaf)
    many = {way: values for way, values in found.items() if len(values) >= _FEW}
    if not many:
        return
    way = min(many)
    step = exchange.says_that(f"without a credential the answer holds `{way}` of {len(many[way])} people")
    says = f"anybody reads `{way}` of {len(many[way])} people at once"
    confidence = Confidence.MEDIUM if target.is_declared_public else Confidence.HIGH
    yield a.found(CHECK, [step], says=says, target=target, slot=f"response/{way}", confidence=confidence)


CHECK: Final = Check(
    id=CheckId("personal-data-public"),
    title="personal data of many is public",
    family="authorization",
    severity=Severity.MEDIUM,
    tags=("owasp.api3", "cwe.359", "rec.7", "rec.20"),
    looks="Reads without a credential, and counts the people of whom the answer holds an e-mail address, a telephone "
    "number or other personal data. Of operations that the contract declares public it is said with medium "
    "confidence: it may be meant so.",
    why="Lists of addresses are collected within minutes and used for fraud and for guessing passwords.",
    mend="Ask for a credential, and show of others what is needed: a name, not an address.",
    samples=ANSWER_SAMPLES,
    each=_each,
    most=1,
)
