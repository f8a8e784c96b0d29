"""Excessive data exposure: answers hold personal and internal fields that the contract does not list."""

from collections.abc import Iterator
from typing import Any, Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.authorization.declared import properties_of
from garrison.assess.checks.authorization.samples import ANSWER_SAMPLES
from garrison.assess.checks.authorization.secrets_exposed import is_secret
from garrison.assess.compare import leaves, name_of
from garrison.assess.probe import Exchange
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding
from garrison.exposure.types.catalogue import type_by_name
from garrison.exposure.types.rule import words

_INTERNAL: Final = frozenset(
    {"admin", "debug", "deleted", "flags", "fraud", "hash", "internal", "ip", "margin", "permissions", "risk", "role",
     "roles", "salary", "score", "superuser", "wholesale"}
)  # fmt: skip
"""Words of fields that are for those who run the service."""


def _each(a: Assessment, target: Target) -> Iterator[Finding]:
    if not target.is_safe or target.id in a.doors.targets:
        return
    for exchange in a.survey.seen(target):
        if not exchange.is_success:
            continue
        ways = sorted(set(_undeclared(a, target, exchange)))
        if ways:
            shown = ", ".join(f"`{way}`" for way in ways[:4])
            says = f"the answer holds {shown}, of people or of the inside, which the contract does not list"
            step = exchange.says_that(f"the answer holds {shown}; the contract lists the fields of it, and not these")
            yield a.found(CHECK, [step], says=says, target=target, slot=f"response/{ways[0]}")
            return


def _undeclared(a: Assessment, target: Target, exchange: Exchange) -> Iterator[str]:
    """Ways to undeclared values that are personal or internal, and not the reader's own."""
    own = set(a.survey.of(exchange.identity).values()) if exchange.identity is not None else set()
    for way, value, schema in properties_of(a, target, exchange.answer):
        if schema is not None:
            continue
        for below, leaf in leaves(value, way):
            if _is_telling(name_of(below), leaf) and str(leaf) not in own:
                yield below


def _is_telling(name: str, value: Any) -> bool:
    if value in (None, "", [], {}) or is_secret(name, value):
        return False  # secrets have a check of their own
    return bool(type_by_name(name)) or not _INTERNAL.isdisjoint(words(name))


CHECK: Final = Check(
    id=CheckId("undeclared-fields-shown"),
    title="answers hold fields that the contract does not list",
    family="authorization",
    severity=Severity.MEDIUM,
    tags=("owasp.api3", "cwe.213", "cwe.200", "rec.6", "rec.20"),
    looks="Holds the answers that the exploration got against their declared schemas. It counts where an object whose "
    "properties the contract lists has others, whose names say that they are personal or internal, and whose values "
    "are not the reader's own.",
    why="What nobody meant to show is shown to whoever looks at the answer instead of the page made of it.",
    mend="List what an answer holds instead of returning the stored object. The gateway can strip undeclared fields.",
    samples=ANSWER_SAMPLES,
    each=_each,
    most=1,
)
