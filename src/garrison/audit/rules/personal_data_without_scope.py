"""Data of people in answers that no scope is demanded for."""

from collections.abc import Iterator
from typing import Final

from garrison.audit import access, personal
from garrison.audit.bounds import adding
from garrison.audit.rule import Action, Fault, Rule
from garrison.audit.walk import Field, Reading, Users
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId

_SCOPE: Final = "x-garrison-read-scope"


def _look(reading: Reading) -> Iterator[Fault]:
    scoped = reading.users(*(each for each in reading.operations if access.always_scoped(each)))
    for spot, found in personal.objects(reading):
        bare = {field: kind for field, kind in found.items() if not field.says(_SCOPE)}
        users = Users(spot.answers & ~scoped)
        if not bare or not users or spot.said(_SCOPE):
            continue
        grave = Severity.MEDIUM if personal.GRAVE & set(bare.values()) else None
        shown = ", ".join(f"`{field.name}`" for field in list(bare)[:5])
        more = f" and {len(bare) - 5} more" if len(bare) > 5 else ""
        are, them = ("is", "it") if len(bare) == 1 else ("are", "them")
        yield Fault(
            spot.node,
            f"{shown}{more} {are} personal, and no scope is demanded to read {them}",
            users,
            spot.location,
            severity=grave,
            mends=tuple(action for field in bare for action in _mend(field)),
        )


def _mend(field: Field) -> tuple[Action, ...]:
    own = field.node.place == field.spot.node.place
    return adding(field.spot, **{_SCOPE: "personal:read"}) if own else ()


RULE = Rule(
    id=CheckId("personal-data-without-scope"),
    title="personal data is read without a scope of its own",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    tags=("owasp.api3", "cwe.359", "rec.6", "rec.7", "rec.20"),
    why=(
        "Whoever may ask at all gets all of it: a token that was made for a list of names reads birthdays and "
        "incomes too."
    ),
    mend="Demand a scope for the operation, or for the fields with `x-garrison-read-scope`.",
    look=_look,
)
