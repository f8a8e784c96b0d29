"""Cleaning up: what the assessment made is taken away again, the newest first."""

from collections.abc import Iterator, Sequence

import msgspec

from garrison.assess.identity import Identity
from garrison.assess.probe import Exchange, Probe, Stop
from garrison.assess.request import Request
from garrison.assess.survey import Owned, Survey
from garrison.assess.target import Api


class Left(msgspec.Struct, frozen=True):
    """Something that the assessment made and could not take away."""

    what: str
    """`POST /v1/orders`, and its id."""
    why: str


def removals(api: Api, survey: Survey, probe: Probe) -> Iterator[tuple[Request, Owned]]:
    """Requests that delete what was made, the innermost paths first."""
    targets = sorted(
        (each for each in api.targets if each.method == "DELETE" and each.variables),
        key=lambda each: -len(each.variables),
    )
    for target in targets:
        if target.is_wiping:
            continue
        for owned in survey.objects(target):
            if owned.is_own and owned.owner is not None:
                yield msgspec.structs.replace(api.request(target), path=dict(owned.values)), owned


def clean(api: Api, survey: Survey, probe: Probe, identities: Sequence[Identity]) -> tuple[Left, ...]:
    """Delete what was made; gives what stayed."""
    gone: set[str] = set()
    left = []
    for request, owned in removals(api, survey, probe):
        if owned.owner is None or owned.owner not in identities:
            continue
        try:
            exchange: Exchange | None = probe.send(request, owned.owner)
        except Stop as stop:
            left.append(Left(f"{request.template} {owned.id}", str(stop)))
            continue
        if exchange is not None and (exchange.is_success or exchange.answer.status in (404, 410)):
            gone.add(owned.id)
        elif exchange is not None and owned.id not in gone:
            left.append(
                Left(f"{request.template} {owned.id}", f"deleting it is answered with {exchange.answer.status}")
            )
    return tuple(left)
