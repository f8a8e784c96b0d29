"""What authorization demands, looked at as a whole: expressions, owners and tables that cannot mean anything."""

from collections.abc import Iterator, Sequence

import msgspec

from garrison.config.access import VARIABLES, ObjectAccessSettings, OwnerSettings
from garrison.config.controls import ControlsSettings
from garrison.config.explain import Complaint
from garrison.config.expression import expression_fault
from garrison.config.model import Settings
from garrison.config.overrides import matches
from garrison.config.source import Path
from garrison.core.nearest import did_you_mean
from garrison.core.operation import Operation

_NAMES = {"function-access", "object-access", "authentication"}


def demand_complaints(settings: Settings) -> Iterator[Complaint]:
    """Demands that no request could fulfil, or that nothing would look at."""
    whole = settings.controls
    yield from _section(("controls",), whole, whole, everywhere=True)
    for index, entry in enumerate(settings.operations):
        told = {name: dict(value) for name, value in entry.controls.items() if name in _NAMES}
        if not told:
            continue
        merged = msgspec.to_builtins(whole)
        for name, value in told.items():
            merged[name] = {**merged[name], **value}
        own = msgspec.convert(told, ControlsSettings)
        at: Path = ("operations", index, "controls")
        yield from _section(at, own, msgspec.convert(merged, ControlsSettings), everywhere=False)


def _section(at: Path, own: ControlsSettings, merged: ControlsSettings, *, everywhere: bool) -> Iterator[Complaint]:
    """`own` is what is written at `at`, `merged` is what holds there."""
    requires, objects = own.function_access.requires, own.object_access
    if requires.cel and (fault := expression_fault(requires.cel, VARIABLES)):
        yield Complaint((*at, "function-access", "requires", "cel"), *fault)
    place = (*at, "object-access", "owners")
    for index, owner in enumerate(objects.owners):
        yield from _owner((*place, index), owner, merged.object_access, everywhere=everywhere)
    if not merged.authentication.schemes:
        yield from _idle(at, own)


def strange_owners(settings: Settings, operations: Sequence[Operation]) -> Iterator[Complaint]:
    """Owners in parameters that no operation has: most likely spelling mistakes, and nothing would be looked at."""
    sections: list[tuple[Path, str, ObjectAccessSettings]] = [(("controls",), "", settings.controls.object_access)]
    for index, entry in enumerate(settings.operations):
        told = entry.controls.get("object-access", {})
        own = msgspec.convert(told, ObjectAccessSettings)
        sections.append((("operations", index, "controls"), entry.match, own))
    for at, match, own in sections:
        meant = [operation for operation in operations if not match or matches(match, operation)]
        names = {
            name for one in meant for each in one.parameters for name in (each.name, f"{each.location}.{each.name}")
        }
        for index, owner in enumerate(own.owners):
            if owner.parameter and owner.parameter not in names:
                hint = did_you_mean(owner.parameter, names)
                message = f"no operation here has a parameter `{owner.parameter}`"
                yield Complaint((*at, "object-access", "owners", index, "parameter"), message, hint)


def _idle(at: Path, own: ControlsSettings) -> Iterator[Complaint]:
    hint = "say under `controls.authentication.schemes` how the contract's schemes are satisfied"
    needs: tuple[Path, ...] = (("controls", "authentication"),)
    message = "nobody is authenticated, so this would not be looked at"
    demanded = msgspec.to_builtins(own.function_access.requires)
    if any(demanded.values()):
        yield Complaint((*at, "function-access", "requires"), message, hint, needs)
    if own.object_access.owners:
        yield Complaint((*at, "object-access", "owners"), message, hint, needs)
    if own.object_access.decision_point is not None:
        yield Complaint((*at, "object-access", "decision-point"), message, hint, needs)


def _owner(place: Path, owner: OwnerSettings, merged: ObjectAccessSettings, *, everywhere: bool) -> Iterator[Complaint]:
    told = [name for name in ("parameter", "field", "answer") if getattr(owner, name)]
    if len(told) != 1:
        yield Complaint(place, "must have one of `parameter`, `field` and `answer`", "write one entry for each place")
    for name in ("field", "answer"):
        pointer = getattr(owner, name)
        if pointer and not pointer.startswith("/"):
            yield Complaint((*place, name), f"`{pointer}` is no JSON Pointer", f"did you mean `/{pointer}`?")
        if pointer and everywhere:
            hint = "put it under `operations`, with the operations that have it"
            yield Complaint((*place, name), "no two operations have the same bodies", hint)
    if owner.table and owner.table not in merged.tables:
        known = ", ".join(f"`{name}`" for name in merged.tables)
        hint = f"there are {known}" if known else "name its file under `object-access.tables`"
        yield Complaint((*place, "table"), f"there is no table `{owner.table}`", hint)
