"""Requirements of a scope that no flow of the scheme has."""

from collections.abc import Iterator

from garrison.audit import access
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading, Scheme
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    declared = {scheme.name: _scopes(scheme) for scheme in reading.schemes if scheme.kind == "oauth2"}
    for demand in access.demands(reading):
        for one in demand.alternatives:
            for name, scopes in one.items():
                missing = [scope for scope in scopes if name in declared and scope not in declared[name]]
                if missing:
                    shown = ", ".join(f"`{scope}`" for scope in missing[:5])
                    yield Fault(demand.node, f"`{name}` does not declare {shown}", demand.users, kind=name)


def _scopes(scheme: Scheme) -> frozenset[str]:
    found = [flow.value.get("scopes") for _, flow in scheme.flows]
    return frozenset(str(name) for scopes in found if isinstance(scopes, dict) for name in scopes)


RULE = Rule(
    id=CheckId("undeclared-scope"),
    title="a scope is demanded that nobody can get",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    tags=("owasp.api5", "cwe.285", "rec.2"),
    why=(
        "Nobody can ask for it, so that it is either not checked or granted in a way that the description does not "
        "show."
    ),
    mend="Declare the scope in the scheme's flows, or correct its name.",
    look=_look,
)
