"""Cures by a control that is there already and does not enforce, or has no bound, for the finding's operation."""

from collections.abc import Iterator, Mapping
from typing import Any

from garrison.core.patch import Patch
from garrison.patching.situation import Cure, Situation


def enforcing(control: str, **settings: Any) -> Cure:
    """Let a control enforce, with these settings."""

    def cure(situation: Situation) -> Iterator[Patch]:
        told: Mapping[str, Any] = {"mode": "enforce", **{name.replace("_", "-"): settings[name] for name in settings}}
        yield situation.policy({control: told})

    return cure


def enforcing_everywhere(control: str) -> Cure:
    """Let a control enforce for all requests: what it is about is in no operation of the contract."""

    def cure(situation: Situation) -> Iterator[Patch]:
        yield situation.patch(operation="", policy={"controls": {control: {"mode": "enforce"}}})

    return cure


def limited(*rates: str) -> Cure:
    """Let every peer call the operation only so often; the most generous rate that closes it is enough."""

    def cure(situation: Situation) -> Iterator[Patch]:
        name = f"patch-{situation.finding.fingerprint[:6]}"
        for rate in rates:
            limit = {"name": name, "by": ["peer"], "rate": rate}
            yield situation.policy({"rate-limit": {"mode": "enforce", "limits": [limit]}})

    return cure


def ending(what: str) -> Cure:
    """Let sessions end at the gateway once the finding's operation has succeeded: that of the `token` with which it was
    called, or all of the `principal`, whom only a gateway that authenticates can tell."""

    def cure(situation: Situation) -> Iterator[Patch]:
        if situation.operation is None or (what == "principal" and not situation.knows_principals):
            return
        own = {"match": situation.operation.id, "controls": {"revocation": {"mode": "enforce", "ends": what}}}
        policy = {"controls": {"revocation": {"mode": "enforce"}}, "operations": [own]}
        yield situation.patch(operation="", policy=policy)

    return cure


def verified(situation: Situation) -> Iterator[Patch]:
    """Let the gateway itself see whether a credential is good: of every request, failing that of the operation's."""
    if situation.knows_principals:
        told: Mapping[str, Any] = {"authentication": {"mode": "enforce"}}
        yield situation.patch(operation="", policy={"controls": told})
        if situation.operation is not None:
            yield situation.policy(told)
