"""Patterns that take exponential time."""

from collections.abc import Iterator

from garrison.audit.patterns import Budget, is_catastrophic
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading, Users
from garrison.contract.documents import Node
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    budget, known = Budget(), dict[str, bool]()
    for spot in reading.spots:
        pattern = spot.node.value.get("pattern")
        if not isinstance(pattern, str):
            continue
        if pattern not in known:
            known[pattern] = is_catastrophic(pattern, budget)
        if known[pattern]:
            where = f" of `{spot.name}`" if spot.name else ""
            says = f"the pattern{where} takes exponential time on some texts"
            # an API judges its requests, and who calls it its answers
            low = None if spot.requests else Severity.LOW
            users = Users(spot.requests | spot.answers | spot.errors)
            node = Node(spot.node.place.child("pattern"), pattern)
            yield Fault(node, says, users, spot.location, severity=low)


RULE = Rule(
    id=CheckId("catastrophic-pattern"),
    title="a pattern can be made to run for years",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    tags=("owasp.api4", "cwe.1333", "rec.5"),
    why=(
        "On a short text made for it a backtracking engine (Python, JavaScript, Java, .NET) tries exponentially "
        "many ways: one request holds a core for good."
    ),
    mend="Write it so that no text can be read in two ways: not `(a+)+`, but `a+`. Bound the length as well.",
    look=_look,
)
