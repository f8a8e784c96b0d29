"""Exposed: whose data an answer discloses, if it leaves."""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from garrison.core.exposure import Attribution, Disclosure
from garrison.engine.seen import Seen


class Exposed(msgspec.Struct, frozen=True, eq=False, gc=False):
    """Whose data one answer discloses. One object, made when all of it is known: facts take each field dearly."""

    attribution: Attribution = Attribution.NOTHING
    """Whether it is known whose data it is."""
    disclosures: tuple[Disclosure, ...] = ()
    key: int = 0
    """Number of the key under which they name their subjects: it may be renewed while an exchange is under way."""
    told: bytes = b""
    """The same subjects but for one's own, abridged, one after another."""
    again: Callable[[Any, Any], None] | None = None
    """Called where the answer leaves otherwise than it was judged, with the facts and the JSON value that leaves; None
    for a body that has nothing of the upstream's."""
    alone: str = ""
    """Name of the subject where it is one alone, of the kind that requests may name where they name one at most. It
    goes no further. Else empty."""
    payer: str = ""
    """Under which name that one was counted: `Facts.party`; empty where it was not, or not by that."""
    seen: Seen | None = None
    """Among whom that one took a place of budgets, where it is one place; as in `Facts.taken`."""


NOTHING_EXPOSED: Final = Exposed()
"""Nobody's."""
