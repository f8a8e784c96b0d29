"""Requirements of OAuth without a scope, though the scheme has some."""

from collections.abc import Iterator

from garrison.audit import access
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    scoped = {scheme.name for scheme in reading.schemes if any(flow.value.get("scopes") for _, flow in scheme.flows)}
    for demand in access.demands(reading):
        bare = [name for one in demand.alternatives for name, scopes in one.items() if name in scoped and not scopes]
        if bare and all(set(one) <= scoped and not any(one.values()) for one in demand.alternatives if one):
            yield Fault(demand.node, f"`{bare[0]}` is demanded without any of its scopes", demand.users)


RULE = Rule(
    id=CheckId("operation-without-scopes"),
    title="no scope is demanded",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    tags=("owasp.api5", "cwe.862", "rec.12"),
    why="Any token of any program is let in, also one that was given for something else.",
    mend="Name the scopes that the operation needs beside the scheme.",
    look=_look,
)
