"""Broken function level authorization: beside a described operation stands one for administrators, open to others."""

from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.call import NOT_JSON
from garrison.assess.check import Check
from garrison.assess.checks.asking import plain
from garrison.assess.checks.authorization.samples import ROLE_SAMPLES
from garrison.assess.checks.configuration.soft import is_nowhere
from garrison.assess.compare import is_empty, same, succeeded
from garrison.assess.identity import Identity
from garrison.assess.probe import Exchange
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_PREFIXES: Final = ("admin", "internal", "manage")
_MOST: Final = 12
"""Described paths that twins are looked for of."""


def _run(a: Assessment) -> Iterator[Finding]:
    low = a.low
    described = {target.template.rstrip("/") for target in a.api.targets}
    for path, target in list(_collections(a))[:_MOST]:
        for twin in _twins(path):
            if twin not in described:
                yield from _look(a, target, path, twin, low)


def _look(a: Assessment, target: Target, path: str, twin: str, low: Identity | None) -> Iterator[Finding]:
    got = a.probe.send(plain("GET", twin), low)
    if not _tells(got):
        return
    folder = twin.rpartition("/")[0]
    nowhere = a.probe.send(plain("GET", f"{folder}/{a.api.sampler.word()}"), low, says="a made-up path gives nothing")
    if succeeded(nowhere.answer) and is_nowhere(got, nowhere):
        return
    first = a.survey.baseline(target)
    if first is not None and same(first.answer, got.answer):
        return  # the same operation under another address
    nobody = a.probe.send(plain("GET", twin), says="without a credential")
    whose = "anybody" if _tells(nobody) or low is None else f"`{low.name}`"
    step = got.says_that(f"{twin}, which no contract describes, answers {whose}")
    says = f"GET {twin} stands beside GET {path}, is not described, and answers {whose}"
    yield a.found(CHECK, [step, nowhere, nobody], says=says, template=twin)


def _collections(a: Assessment) -> Iterator[tuple[str, Target]]:
    """Paths without variables that are read, and their operations."""
    for target in a.api.targets:
        if target.method == "GET" and not target.variables and a.survey.baseline(target) is not None:
            yield target.template.rstrip("/"), target


def _twins(path: str) -> Iterator[str]:
    """Where operations for administrators usually stand: in front of the path, and behind its version."""
    steps = [step for step in path.split("/") if step]
    if not steps or steps[0] in _PREFIXES:
        return
    for prefix in _PREFIXES:
        yield "/" + "/".join((*steps[:-1], prefix, steps[-1]))
        if len(steps) > 1:
            yield "/" + "/".join((prefix, *steps))


def _tells(exchange: Exchange) -> bool:
    value = exchange.answer.json()
    return exchange.is_success and value is not NOT_JSON and not is_empty(value)


CHECK: Final = Check(
    id=CheckId("admin-twin-open"),
    title="an undescribed twin for administrators is open to others",
    family="authorization",
    severity=Severity.HIGH,
    tags=("owasp.api5", "owasp.api9", "cwe.862", "cwe.425", "rec.12"),
    looks="Asks, as the identity with the least rights, for `/admin/...` and its kin in front of described paths. It "
    "counts where the answer holds something, made-up paths beside it do not answer so, and it is not the described "
    "operation under another address.",
    why="What is left out of the description is found by whoever guesses one word.",
    mend="Describe every operation, refuse by default, and let every function say which roles may call it.",
    samples=ROLE_SAMPLES,
    run=_run,
    most=80,
    needs=("identity",),
)
