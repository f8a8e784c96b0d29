"""Places of data subjects that cannot mean anything, as nobody would be found there; budgets that a restart forgets."""

from collections.abc import Iterator, Sequence
from math import ceil

import msgspec

from garrison.config.explain import Complaint
from garrison.config.exposure import ExposureSettings, SubjectSettings, window_of
from garrison.config.model import Settings
from garrison.config.overrides import matches
from garrison.config.source import Path
from garrison.core.decision import Mode
from garrison.core.nearest import did_you_mean
from garrison.core.operation import Operation


def subject_complaints(settings: Settings) -> Iterator[Complaint]:
    """Entries that say too little or contradict themselves."""
    for place, match, each in _entries(settings):
        told = [name for name in ("parameter", "field", "answer") if getattr(each, name)]
        if len(told) != 1:
            message = "must have one of `parameter`, `field` and `answer`"
            yield Complaint(place, message, "write one entry for each place")
        if not each.kind.strip():
            yield Complaint((*place, "kind"), "is empty, must name a kind of data subjects", "example: `customer`")
        for name in ("field", "answer"):
            yield from _pointer((*place, name), getattr(each, name), is_everywhere=not (match or each.match))


def memory_complaints(settings: Settings) -> Iterator[Complaint]:
    """Exposures that go before the window of a budget has passed that refuses: a restart would forget them."""
    record = settings.record
    for place, own in dict(_enforced(settings)).items():
        for index, budget in enumerate(own.budgets):
            try:
                needed = ceil(window_of(budget) / 86400)
            except ValueError:
                continue  # it is told of as such
            if budget.then == "alert":
                continue
            kept = {("ledger-days",): record.ledger_days} | {
                ("ledger-days-of", kind): days
                for kind, days in record.ledger_days_of.items()
                if budget.subject in {"", kind}
            }
            for name, days in kept.items():
                if days < needed:
                    message = f"is less than the {needed} days that the budget `{budget.name}` must remember"
                    needs = (*place, "exposure", "budgets", index, "window")
                    yield Complaint(("record", *name), message, "raise it, or give a shorter `window`", (needs,))


def _enforced(settings: Settings) -> Iterator[tuple[Path, ExposureSettings]]:
    """Lists of budgets that are enforced, behind the place of their controls."""
    if settings.mode != "enforce":
        return
    whole = settings.controls.exposure
    if whole.mode is Mode.ENFORCE:
        yield ("controls",), whole
    for at, entry in enumerate(settings.operations):
        told = entry.controls.get("exposure", {})
        budgets = {"budgets": told["budgets"]} if "budgets" in told else {}
        if (budgets or whole.mode is not Mode.ENFORCE) and told.get("mode", whole.mode) == Mode.ENFORCE:
            own = msgspec.convert(budgets, ExposureSettings) if budgets else whole
            yield ("operations", at, "controls") if budgets else ("controls",), own


def strange_subjects(settings: Settings, operations: Sequence[Operation]) -> Iterator[Complaint]:
    """Operations and parameters that the contract does not have: most likely spelling mistakes."""
    for place, match, each in _entries(settings):
        meant = [one for one in operations if not match or matches(match, one)]
        if each.match and not any(matches(each.match, one) for one in meant):
            yield Complaint((*place, "match"), f"`{each.match}` names no operation here", _known(meant))
            continue
        meant = [one for one in meant if not each.match or matches(each.match, one)]
        names = {name for one in meant for name in _parameter_names(one)}
        if each.parameter and each.parameter not in names:
            hint = did_you_mean(each.parameter, names)
            yield Complaint((*place, "parameter"), f"no operation here has a parameter `{each.parameter}`", hint)


def _pointer(place: Path, pointer: str, *, is_everywhere: bool) -> Iterator[Complaint]:
    if not pointer:
        return
    if not pointer.startswith("/"):
        yield Complaint(place, f"`{pointer}` is no JSON Pointer", f"did you mean `/{pointer}`?")
    if any(step.isdecimal() for step in pointer.split("/")):
        yield Complaint(place, "may not name one item of a list", "`*` stands for every item")
    if is_everywhere:
        yield Complaint(place, "no two operations have the same bodies", "say with `match` which operations are meant")


def _entries(settings: Settings) -> Iterator[tuple[Path, str, SubjectSettings]]:
    """Place, operations that are meant, and entry."""
    for index, each in enumerate(settings.controls.exposure.subjects):
        yield ("controls", "exposure", "subjects", index), "", each
    for at, entry in enumerate(settings.operations):
        told = {"subjects": entry.controls.get("exposure", {}).get("subjects", ())}
        for index, each in enumerate(msgspec.convert(told, ExposureSettings).subjects):
            yield ("operations", at, "controls", "exposure", "subjects", index), entry.match, each


def _parameter_names(operation: Operation) -> Iterator[str]:
    for each in operation.parameters:
        yield from (each.name, f"{each.location}.{each.name}")


def _known(operations: Sequence[Operation]) -> str:
    known = ", ".join(f"`{one.id}`" for one in operations[:5])
    return f"there are {known}" if known else ""
