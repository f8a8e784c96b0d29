"""How complete an answer of the ledger is, in words. It stands below every answer."""

from collections.abc import Iterator

from garrison.core.counted import counted
from garrison.core.ledger import Certainty, OperationCoverage

_OPERATIONS = 5
"""Operations that are named; more are counted."""


def certainty_lines(found: Certainty) -> Iterator[str]:
    """One line for each thing that is known of it."""
    if not found.answers:
        yield "no answers with a body were recorded that this is about"
    else:
        answers = counted(found.answers, "answer is", "answers are")
        share = f"{percent(found.attributed, found.answers)} of {answers} attributed"
        inferred = f", {percent(found.inferred, found.answers)} by inference" if found.inferred else ""
        yield share + inferred
    if found.unattributed:
        yield f"{counted(found.unattributed, 'answer')} may have disclosed more: {_where(found.operations)}"
    if found.unknown_key:
        yield f"rows under keys that the key ring lacks: {found.unknown_key:,}; whose they are cannot be told"
    if found.keys > 1:
        yield f"subjects are named under {found.keys} keys: who was seen under two counts twice where nobody is named"
    if found.lost:
        yield f"exchanges that passed and could not be recorded since the gateway began: {found.lost:,}"
    if found.damaged:
        yield f"lines of the record that could not be read: {found.damaged:,}"
    if found.is_complete and found.answers:
        yield "nothing is known to be missing"


def percent(part: int, whole: int) -> str:
    """A share, never rounded up to all of it."""
    share = 100 * part / whole if whole else 100.0
    return f"{min(share, 99.99) if part < whole else share:.2f}".rstrip("0").rstrip(".") + " %"


def _where(operations: tuple[OperationCoverage, ...]) -> str:
    named = [
        f"{each.answers - each.attributed:,} of {each.operation or 'what the contract does not describe'}"
        for each in operations[:_OPERATIONS]
    ]
    more = [f"and {counted(len(operations) - _OPERATIONS, 'more operation')}"] if len(operations) > _OPERATIONS else []
    return ", ".join([*named, *more])
