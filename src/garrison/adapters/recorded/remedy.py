"""The least change of garrison.yaml under which an exchange would have been decided the other way.

Where the exchange was kept, every change is tried by playing it again; where it was not, the change follows from the
plan and is said to.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import msgspec

from garrison.adapters.recorded.exchange import RecordedExchange
from garrison.adapters.recorded.instead import OF_BUDGETS, Specs
from garrison.adapters.recorded.play import Played, play
from garrison.adapters.recorded.texts import Texts
from garrison.adapters.recorded.usual import entry, proposals
from garrison.config.model import Settings
from garrison.config.overrides import controls_for
from garrison.config.patch import Patch, merged, patched
from garrison.core.decision import Mode, Reason
from garrison.core.event import Event
from garrison.core.ids import ControlId
from garrison.engine.answers import is_of_response
from garrison.engine.combine import ENGINE
from garrison.engine.plan import Plan, Policy
from garrison.payload.usual import general

Build = Callable[[Settings], Policy]
"""The policy of other settings on the same contract."""

_ROUNDS = 6
"""Changes that are tried: each phase may bring new objections, and each control has a setting and its mode."""
_A_WEEK = 7 * 86400
_LARGEST = 1 << 31
"""The largest bound that a setting may have (`config/model.py`, `Count`)."""


class Remedy(msgspec.Struct, frozen=True):
    """A change, and whether it was seen to work."""

    patch: Patch
    verified: bool
    """Whether the exchange was played under it; otherwise it was derived from the plan."""


class Remedies:
    """Looks for changes for one exchange."""

    def __init__(
        self, event: Event, sample: RecordedExchange | None, settings: Settings, specs: Specs, build: Build
    ) -> None:
        """`event` is what the policy of `settings` decides on it."""
        self._event = event
        self._sample = sample
        self._settings = settings
        self._specs = specs
        self._build = build

    def allowing(self) -> Remedy:
        """The change under which the exchange, which is denied, would be allowed."""
        chosen: dict[ControlId, Mapping[str, Any]] = {}
        event = self._event
        for _ in range(_ROUNDS):
            controls = dict.fromkeys(reason.control for reason in event.reasons)
            if ENGINE in controls:
                break
            for control in controls:
                reasons = [reason for reason in event.reasons if reason.control == control]
                setting = None
                if control not in chosen:
                    setting = (
                        self._setting(control, reasons, event)
                        or self._exception(control, reasons, event)
                        or self._usual(control, reasons, event)
                    )
                chosen[control] = setting or {"mode": "monitor"}
            patch = self._patch(chosen)
            if self._sample is None:
                return Remedy(patch, verified=False)
            played = self._played(patch)
            if played.event.allowed:
                return Remedy(patch, verified=not played.missing)
            event = played.event
        return self._tried({"mode": "monitor"})

    def refusing(self, plan: Plan) -> Remedy:
        """The change under which the exchange, which is allowed by `plan`, would be denied."""
        patch: Patch = {}
        for patch in self._refusals(plan):
            if self._sample is None and self._refuses_by_plan(patch):
                return Remedy(patch, verified=False)
            if self._sample is not None and not self._played(patch).event.allowed:
                return Remedy(patch, verified=True)
        return Remedy(patch, verified=False)

    def _refuses_by_plan(self, patch: Patch) -> bool:
        """Whether a control that objected would be enforced, or a bound that nothing keeps."""
        plan = plan_of(self._build(patched(self._settings, patch)), self._event)
        enforced = {entry.control for entry in plan.entries if entry.mode is Mode.ENFORCE}
        if plan.limits.uri_bytes == 0 and "request-limits" in enforced:
            return True
        return any(reason.control in enforced and _denies(reason) for reason in self._event.observed)

    def _refusals(self, plan: Plan) -> Iterator[Patch]:
        """Changes from the mildest to one that refuses everything of the operation."""
        base: Patch = {"mode": "enforce"} if self._settings.mode == "monitor" else {}
        observed = dict.fromkeys(reason.control for reason in self._event.observed)
        if observed and base:
            yield base
        for control in observed:
            yield merged(base, self._patch({control: {"mode": "enforce"}}))
        own = next((entry.mode for entry in plan.entries if entry.control == "request-limits"), None)
        enforced = own is Mode.ENFORCE or (bool(base) and self._settings.controls.request_limits.mode is None)
        needed = {} if enforced else {"mode": "enforce"}
        for bound in (*self._nearest_bounds(plan), {"uri-bytes": 0}):
            yield merged(base, self._patch({ControlId("request-limits"): {**needed, **bound}}))

    def _nearest_bounds(self, plan: Plan) -> list[Mapping[str, int]]:
        """Bounds just under what the request has, the one that it comes nearest to first."""
        if self._sample is None:
            return []
        head = self._sample.request
        has = {
            "uri-bytes": (len(head.target), plan.limits.uri_bytes),
            "header-count": (len(head.headers), plan.limits.header_count),
            "header-bytes": (sum(len(name) + len(value) for name, value in head.headers), plan.limits.header_bytes),
        }
        nearest = sorted(has.items(), key=lambda item: item[1][0] / max(1, item[1][1]), reverse=True)
        return [{name: size - 1} for name, (size, _) in nearest if size]

    def _setting(self, control: ControlId, reasons: Sequence[Reason], event: Event) -> Mapping[str, Any] | None:
        """The control's own setting that permits what it objected to; None where it has none for all of it."""
        spec = self._specs.get(control)
        if spec is None:
            return None
        if control in event.errors:
            return {"fail": "open"} if spec.kind == "objector" else None
        known = {one.id: one for one in spec.reasons.specs}
        found: dict[str, Any] = {}
        for reason in reasons:
            one = known.get(reason.id)
            if one is not None and one.permit is not None:
                found |= dict([_permit(reason, event, one.permit)])
            elif one is not None and one.bound and (bound := self._bound(control, reason, one.bound)):
                found |= bound
            else:
                return None
        return found

    def _exception(self, control: ControlId, reasons: Sequence[Reason], event: Event) -> Mapping[str, Any] | None:
        """That the reasons do not count for this principal, for a week; None where nobody was authenticated."""
        spec = self._specs.get(control)
        if not event.principal or spec is None or spec.kind == "granter" or control in event.errors:
            return None
        expires = datetime.fromtimestamp(event.time + _A_WEEK, UTC).date().isoformat()
        names = dict.fromkeys(str(reason.id) for reason in reasons)
        return {"except": [{"reason": name, "principal": event.principal, "expires": expires} for name in names]}

    def _usual(self, control: ControlId, reasons: Sequence[Reason], event: Event) -> Mapping[str, Any] | None:
        """That the signs in the texts objected to are usual there; None where these texts are not known."""
        if control != "payload" or self._sample is None:
            return None
        policy = self._build(self._settings)
        texts = Texts(policy)
        texts.add(self._sample, event)
        objected = {(general(reason.location), str(reason.id)) for reason in reasons}
        found = [
            {"place": each.place, "class": each.kind, "signs": list(each.signs)}
            for each in proposals(texts)
            if each.operation == event.operation and (each.place, f"payload-{each.kind}") in objected
        ]
        operation = plan_of(policy, event).operation
        known = controls_for(self._settings)(operation.operation if operation is not None else None).payload.usual
        return {"usual": [*map(entry, known), *found]} if found else None

    def _bound(self, control: ControlId, reason: Reason, name: str) -> Mapping[str, int] | None:
        """The least bound that is wide enough, found by playing; None where that cannot be known."""
        if self._sample is None:
            return None
        # what may be held for inspection is a bound of its own on a body's size
        choices = [(name,), ("inspected-bytes",), (name, "inspected-bytes")] if name == "body-bytes" else [(name,)]
        for names in choices:

            def suffices(value: int, names: tuple[str, ...] = names) -> bool:
                played = self._played(self._patch({control: dict.fromkeys(names, value)}))
                return not played.missing and all(one.id != reason.id for one in played.event.reasons)

            if suffices(_LARGEST):
                return dict.fromkeys(names, _least(suffices))
        return None

    def _patch(self, chosen: Mapping[ControlId, Mapping[str, Any]]) -> Patch:
        """The change for the exchange's operation alone; undescribed requests have no settings of their own."""
        controls = {str(control): dict(setting) for control, setting in chosen.items()}
        if self._event.operation is None:
            return {"controls": controls}
        return {"operations": [{"match": str(self._event.operation), "controls": controls}]}

    def _tried(self, patch: Patch) -> Remedy:
        if self._sample is None:
            return Remedy(patch, verified=False)
        played = self._played(patch)
        return Remedy(patch, verified=played.event.allowed and not played.missing)

    def _played(self, patch: Patch) -> Played:
        if self._sample is None:
            raise ValueError("nothing to play")
        return play(self._build(patched(self._settings, patch)), self._sample)


def plan_of(policy: Policy, event: Event) -> Plan:
    """The plan of the event's operation; where the contract does not have it any more, that for undescribed ones."""
    for plan in policy.plans:
        if plan.operation is not None and plan.operation.operation.id == event.operation:
            return plan
    return policy.undescribed


def _denies(reason: Reason) -> bool:
    """Whether it denies when it is enforced: answers may be mended instead, stripped or replaced as a whole."""
    return (
        not is_of_response(reason)
        or reason.id in OF_BUDGETS
        or (reason.status == HTTPStatus.BAD_GATEWAY and reason.id != "undeclared-property")
    )


def _permit(reason: Reason, event: Event, permit: tuple[str, str | bool]) -> tuple[str, str | bool]:
    """The setting for what HTTP derives from a declared method is a smaller one than to grant everything."""
    if reason.id == "method-not-allowed" and event.method == "HEAD" and "GET" in reason.detail.split(", "):
        return ("allow-head", True)
    return permit


def _least(suffices: Callable[[int], bool]) -> int:
    """The least value that suffices; larger ones do as well."""
    low, high = 0, 1
    while high < _LARGEST and not suffices(high):
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        if suffices(middle):
            high = middle
        else:
            low = middle
    return high
