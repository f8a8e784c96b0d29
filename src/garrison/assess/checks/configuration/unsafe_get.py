"""`unsafe-get`: a GET changes or wipes data."""

from collections.abc import Callable, Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.asking import ordinary
from garrison.assess.compare import succeeded
from garrison.assess.doors import credentials_in
from garrison.assess.identity import ANONYMOUS, Identity
from garrison.assess.probe import Exchange
from garrison.assess.request import Request
from garrison.assess.target import SAFE, Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding
from garrison.exposure.types.rule import words

_CHANGING: Final = frozenset(
    {"delete", "remove", "clear", "disable", "deactivate", "cancel", "approve", "promote", "logout"}
)
_MOST_TARGETS: Final = 4
Witness = Callable[[str], Exchange]
"""Looks at something that the assessment made, and says what that shows."""


def _run(a: Assessment) -> Iterator[Finding]:
    targets = [target for target in a.api.every if target.method in SAFE and _may_change(target)]
    if targets and a.options.is_safe:
        a.skip(CHECK, "it may wipe data, and `--safe` was given")
        return
    for target in targets[:_MOST_TARGETS]:
        for name, witness in _witnesses(a):
            before, control = witness(f"{name} is there"), witness(f"{name} is still there a moment later")
            if not before.is_success or not control.is_success:
                continue
            for identity in (None, *a.identities[:1]):
                shown = ANONYMOUS if identity is None else None
                sent = a.probe.send(
                    _about(a, target), identity, credential=shown, says=f"GET {target.template} is sent"
                )
                after = witness(f"{name} is gone")
                if sent.answer.status < 400 and not succeeded(after.answer, like=before.answer):
                    yield _finding(a, target, name, [control, sent, after], identity)
                    return
            break


def _may_change(target: Target) -> bool:
    said = {word for step in target.described.path.split("/") if "{" not in step for word in words(step)}
    return target.is_wiping or not said.isdisjoint(_CHANGING)


def _about(a: Assessment, target: Target) -> Request:
    owned = next((each for each in a.survey.objects(target) if each.is_own), None)
    request = a.api.request(target, every=True)
    for name, value in owned.values.items() if owned is not None else ():
        request = request.put(next(slot for slot in request.slots("path") if slot.name == name), value)
    return request


def _witnesses(a: Assessment) -> Iterator[tuple[str, Witness]]:
    """An account of the assessment's own that can log in, and objects of its own that can be read."""
    door = a.doors.log_in
    for account in reversed(a.accounts) if door is not None else ():
        request = (
            credentials_in(a.api.request(door.target, every=True), door, account.name, account.password)
            if door
            else None
        )
        if request is not None:
            yield "an account that the assessment made", _looking(a, request, None)
    for target in a.api.targets:
        known = ordinary(a, target)
        is_own = known is not None and any(
            each.is_own and dict(each.values) == dict(known.request.path) for each in a.survey.objects(target)
        )
        if target.method == "GET" and target.variables and known is not None and is_own:
            yield "an object that the assessment made", _looking(a, known.request, known.identity)


def _looking(a: Assessment, request: Request, identity: Identity | None) -> Witness:
    return lambda says: a.probe.send(request, identity, says=says)


def _finding(a: Assessment, target: Target, name: str, proof: list[Exchange], identity: Identity | None) -> Finding:
    who = "anybody" if identity is None else "everybody who is logged in"
    return a.found(
        CHECK,
        proof,
        target=target,
        severity=Severity.CRITICAL if identity is None else Severity.HIGH,
        says=f"GET {target.template}, which {who} may send, wipes data: {name} is gone after it",
    )


CHECK = Check(
    id=CheckId("unsafe-get"),
    title="a GET wipes or changes data",
    family="configuration",
    severity=Severity.HIGH,
    tags=("owasp.api8", "owasp.api5", "cwe.650", "cwe.352", "rec.4"),
    looks="Sends GET to operations whose names say that they reset, seed, delete or restart something, last of all "
    "checks and never with `--safe`. Proven where an account or an object that the assessment made is there before, "
    "twice, and gone after.",
    why="A link, a crawler or a page that loads pictures wipes the data; where no credential is asked, anybody does.",
    mend="Take it out of what is deployed, or make it POST or DELETE with authorization of its own.",
    samples={"fastapi": '@app.post("/admin/reset", dependencies=[Depends(administrator)])'},
    run=_run,
    most=30,
    disturbs=Disturbs.EVERYTHING,
)
