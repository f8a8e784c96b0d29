"""The rows through the whole engine: without a contract, and to operations whose contract types their fields.

Only `payload` enforces; what other controls object to is counted apart. A row that breaks the contract would be refused
for that, whatever `payload` says of it.
"""

from collections.abc import Sequence

import msgspec
from benchmarks.inspection.rows import Row
from benchmarks.inspection.sample_api import description
from msgspec.structs import replace

from garrison.adapters.recorded.play import decide_request
from garrison.config.model import ContractSettings, Settings
from garrison.core.decision import Mode
from garrison.engine.plan import Policy
from garrison.wiring import build_policy

_CONTRACT = frozenset({"canonical-form", "inventory", "media-type", "request-schema"})
"""Whose objection says that a request is none that the contract describes, or cannot be read as one."""
_OTHERS = ("canonical_form", "media_type", "request_limits", "request_schema", "inventory")


class Typed(msgspec.Struct):
    """Rows whose field the contract gives one type."""

    rows: int = 0
    refused: int = 0
    """By `payload`."""
    kept: int = 0
    """That keep the contract."""
    kept_refused: int = 0
    """By `payload`, of those that keep it."""


def with_contract(rows: Sequence[Row]) -> dict[str, Typed]:
    """Rows of which the field's type is known, by `attack` or `legitimate` and that type."""
    policy = watching("sample.json")
    found: dict[str, Typed] = {}
    for row in rows:
        if not row.field:
            continue
        event = decide_request(policy, row.exchange)
        refused = any(each.control == "payload" for each in event.reasons)
        keeps = not any(each.control in _CONTRACT for each in event.observed)
        label = "attack" if row.is_malicious else "legitimate"
        own = found.setdefault(f"{label} {row.field.partition(':')[0]}", Typed())
        own.rows += 1
        own.refused += refused
        own.kept += keeps
        own.kept_refused += keeps and refused
    return dict(sorted(found.items()))


def refusals(rows: Sequence[Row]) -> list[bool]:
    """Which rows `payload` refuses where no operation is described."""
    policy = watching(None)
    return [any(each.control == "payload" for each in decide_request(policy, row.exchange).reasons) for row in rows]


def watching(contract: str | None) -> Policy:
    """A policy in which only `payload` enforces."""
    controls = Settings().controls
    controls = replace(controls, inventory=replace(controls.inventory, unsafe_allow_undescribed=contract is None))
    own = {name: replace(getattr(controls, name), mode=Mode.MONITOR) for name in _OTHERS}
    own["payload"] = replace(controls.payload, mode=Mode.ENFORCE)
    settings = replace(Settings(), mode="enforce", controls=replace(controls, **own))
    if contract is not None:
        settings = replace(settings, contract=ContractSettings(file=contract))
    return build_policy(settings, read=lambda _: msgspec.json.encode(description()))
