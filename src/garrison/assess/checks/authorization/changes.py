"""Changes that are known again: a request with one new value in it."""

from typing import Any, Final

from garrison.assess.assessment import Assessment
from garrison.assess.checks.authorization.rights import KEPT
from garrison.assess.explore import SELVES
from garrison.assess.request import Request, Slot
from garrison.exposure.types.rule import words

_SECRET: Final = frozenset({"password", "passwd", "pwd"})

_NAMES: Final = frozenset({"email", "login", "mail", "phone", "user"})
_STATES: Final = KEPT | {"kind", "mode", "state", "status", "type"}
"""Words of texts that only a few values are good for, whatever the contract says: they are changed last."""


def changed(a: Assessment, request: Request, besides: Slot | None = None) -> tuple[Request, str] | None:
    """The request with a new value in it that is known again, and that value; None where it takes no free text
    `besides` that slot."""
    for slot in sorted(request.slots("body", "query"), key=_risk):
        value: Any = request.value(slot)
        is_named = "".join(words(slot.leaf)) in SELVES  # who is renamed is not found again
        is_text = isinstance(value, str) and _SECRET.isdisjoint(words(slot.leaf)) and slot != besides and not is_named
        if is_text and _is_free(a, request, slot):
            new = a.api.sampler.word()
            return request.put(slot, f"{new}@example.com" if "@" in value else new), new
    return None


def _risk(slot: Slot) -> int:
    """How much may be spoiled by a made-up value: an address is often what somebody logs in with."""
    said = words(slot.leaf)
    return 2 if not _STATES.isdisjoint(said) else 1 if not _NAMES.isdisjoint(said) else 0


def _is_free(a: Assessment, request: Request, slot: Slot) -> bool:
    """Whether the contract lets the value be any text."""
    body = a.api.target(request.operation).body if request.operation is not None else None
    if slot.where != "body" or body is None or body.schema is None:
        return True
    schema = a.api.description.properties(body.schema).get(slot.leaf)
    said = a.api.description.said
    return schema is None or (
        all(said(schema, key) is None for key in ("enum", "const", "pattern"))
        and said(schema, "format") in (None, "email")
    )
