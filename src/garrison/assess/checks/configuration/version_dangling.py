"""`version-dangling`: versions of the API that the contract does not have are served."""

from collections.abc import Iterator
from typing import Final

import msgspec

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.asking import ordinary
from garrison.assess.checks.configuration.known import declares, is_version
from garrison.assess.checks.configuration.soft import is_nowhere
from garrison.assess.compare import shape_of, succeeded
from garrison.assess.probe import Exchange
from garrison.assess.request import Request
from garrison.assess.target import Target
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId, Finding

_NAMES: Final = ("beta", "alpha", "dev", "test", "internal", "old", "legacy", "latest")
_MOST_TARGETS: Final = 3


def _run(a: Assessment) -> Iterator[Finding]:
    reported: set[str] = set()
    for target, known in _candidates(a):
        for step, path in _others(a, target, known):
            if step in reported:
                continue
            finding = _look(a, target, known, step, path)
            if finding is not None:
                reported.add(step)
                yield finding


def _candidates(a: Assessment) -> list[tuple[Target, Exchange]]:
    """Operations that read and have a version in their path: those that need a credential first."""
    found = [
        (target, known)
        for target in a.api.targets
        if target.method == "GET" and any(map(is_version, target.template.split("/")))
        if (known := ordinary(a, target)) is not None
    ]
    return sorted(found, key=lambda pair: pair[1].identity is None)[:_MOST_TARGETS]


def _others(a: Assessment, target: Target, known: Exchange) -> Iterator[tuple[str, str]]:
    path = known.request.url.partition("?")[0]
    steps = path.split("/")
    at = next((at for at, step in enumerate(steps) if is_version(step)), None)
    if at is None:
        return
    own = steps[at]
    number = int("".join(c for c in own.split(".")[0] if c.isdigit()) or 1)
    prefix = "v" if own.lower().startswith("v") else ""
    near = dict.fromkeys([*(n for n in range(number - 2, number + 3) if n >= 0 and n != number)])
    for step in (*(f"{prefix}{n}" for n in near), *_NAMES, ""):
        moved = "/".join([*steps[:at], *([step] if step else []), *steps[at + 1 :]])
        if moved != path and not declares(a, moved, method="GET"):
            yield step or "no version", moved


def _look(a: Assessment, target: Target, known: Exchange, step: str, path: str) -> Finding | None:
    request = msgspec.structs.replace(known.request, operation=None, template=path, path={}, raw_path=path)
    says = f"the same under `{step}`, which the contract does not have"
    sent = a.probe.send(request, known.identity, says=says)
    if not succeeded(sent.answer, like=known.answer) or not _is_kin(sent, known):
        return None
    control = _control(a, known, step)
    if control is not None and control.is_success and is_nowhere(sent, control):
        return None
    proof = [known.says_that("the declared version"), sent]
    is_open = False
    if known.identity is not None and not a.survey.is_public(target):
        bare = a.probe.send(request, None, says=f"under `{step}` it is answered without any credential")
        refused = a.probe.send(known.request, None, says="the declared version refuses that")
        is_open = succeeded(bare.answer, like=known.answer) and not refused.is_success
        proof = [refused, bare] if is_open else proof
    return a.found(
        CHECK,
        proof,
        template=path,
        kind=step,
        severity=Severity.HIGH if is_open else Severity.LOW,
        confidence=Confidence.HIGH,
        says=f"{target.method} {path} is served and not in the contract"
        + (", and it asks for no credential where the declared version does" if is_open else ""),
    )


def _is_kin(sent: Exchange, known: Exchange) -> bool:
    own, other = shape_of(known.answer.json()), shape_of(sent.answer.json())
    return not own or bool(own & other)


def _control(a: Assessment, known: Exchange, step: str) -> Exchange | None:
    """The same under a made-up version: where that is served too, the version's step means nothing."""
    path = known.request.url.partition("?")[0]
    steps = [a.api.sampler.word() if is_version(each) else each for each in path.split("/")]
    request: Request = msgspec.structs.replace(
        known.request, operation=None, template="/".join(steps), path={}, raw_path="/".join(steps)
    )
    return a.probe.send(request, known.identity)


CHECK = Check(
    id=CheckId("version-dangling"),
    title="a version that the contract does not have is served",
    family="configuration",
    severity=Severity.LOW,
    tags=("owasp.api9", "cwe.1059", "cwe.912", "rec.4"),
    looks="Asks for declared operations under versions nearby (v0, v2, beta, none and so on). Proven where one "
    "answers what the declared one does and a made-up version does not; the severity is high where it needs no "
    "credential though the declared one does.",
    why="Old and unfinished versions stay without the checks, limits and mends of the current one, on the same data.",
    mend="Switch retired versions off (410), keep unfinished ones off the public hosts, and describe every version "
    "that is served.",
    samples={"nginx": "location ~ ^/api/(?!v2/) { return 410; }"},
    run=_run,
    most=70,
)
