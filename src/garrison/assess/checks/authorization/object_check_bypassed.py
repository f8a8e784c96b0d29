"""Broken object level authorization: an id is refused as it is, and taken in another spelling."""

from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

import msgspec

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.authorization.objects import gives_the_same, pairs, requests_about
from garrison.assess.checks.authorization.samples import OWNER_SAMPLES
from garrison.assess.request import Request
from garrison.assess.survey import Owned
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding


def _each(a: Assessment, target: Target) -> Iterator[Finding]:
    if not target.is_safe or not target.variables or a.survey.is_public(target):
        return
    for owner, other in pairs(a):
        own = next((owned for _, owned in requests_about(a, target, other)), None)
        for request, owned in list(requests_about(a, target, owner))[:1]:
            mine = a.probe.send(request, owner, says=f"{owner.name} reads an object of their own")
            refused = a.probe.send(request, other, says=f"to {other.name} it is refused")
            if not mine.is_success or not mine.answer.body or refused.is_success:
                continue
            for spelling, variant in _variants(request, target, owned, own):
                got = a.probe.send(variant, other, says=f"{other.name} gets it with {spelling}")
                if gives_the_same(mine, got):
                    says = f"`{other.name}` is refused an object of `{owner.name}`, and gets it with {spelling}"
                    yield a.found(
                        CHECK,
                        [mine, refused, got],
                        says=says,
                        target=target,
                        slot=f"path.{target.variables[-1]}",
                        kind=spelling,
                    )
                    return
        return


def _variants(request: Request, target: Target, owned: Owned, own: Owned | None) -> Iterator[tuple[str, Request]]:
    """The same object in spellings that a check and the code behind it may read differently."""
    name, value = target.variables[-1], owned.id
    yield "a space behind the id", request.about({name: f"{value} "})
    yield "a zero before the id", request.about({name: f"0{value}"})
    yield "a point behind the number", request.about({name: f"{value}.0"})
    yield "the id in upper case", request.about({name: value.upper() if value != value.upper() else value.lower()})
    yield "the id as a list", request.about({name: f"[{value}]"})
    if own is not None:
        head, _, tail = target.template.rpartition("{" + name + "}")
        fill = msgspec.structs.replace(request, template=head.rstrip("/") or "/").url.partition("?")[0]
        way = f"{fill}/{quote(own.id)}/../{quote(value)}{tail}"
        yield "a way through an object of their own", msgspec.structs.replace(request, raw_path=way)
        yield (
            "the id once more in the query",
            msgspec.structs.replace(request.about(own.values), query=(*request.query, (name, value))),
        )
        yield (
            "both ids in the query",
            msgspec.structs.replace(request.about(own.values), query=(*request.query, ("id", own.id), ("id", value))),
        )


CHECK: Final = Check(
    id=CheckId("object-check-bypassed"),
    title="another spelling of an id passes the check",
    family="authorization",
    severity=Severity.HIGH,
    tags=("owasp.api1", "cwe.639", "cwe.180", "rec.12"),
    looks="Where an object of another is rightly refused, it is asked for in other spellings of its id: spaces, zeros, "
    "lists, a way through an own object, the id once more in the query. It counts where the answer is the owner's.",
    why="The check and the code behind it read the id differently: what is refused is one step away.",
    mend="Read the id once, into its type, before anything is checked, and use that value from then on.",
    samples=OWNER_SAMPLES,
    each=_each,
    most=24,
    needs=("two-identities",),
)
