"""Needed: what an API of somebody else asks for and gives, held against what is needed of it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from garrison.audit.personal import GRAVE
from garrison.contract.described import DescribedOperation, Description
from garrison.contract.documents import Node
from garrison.contract.place import Place
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId, Finding, fingerprint_of
from garrison.core.findings_report import Explained
from garrison.core.semantics import SEMANTIC_TYPES
from garrison.vet.needs import Need, covers
from garrison.vet.personal_fields import Fields, PersonalField

UNDESCRIBED: Final = Explained(
    CheckId("need-undescribed"),
    "what is needed is not promised",
    Severity.MEDIUM,
    tags=("owasp.api10", "cwe.1059", "rec.3"),
    looks="Looks in the contract for every operation and every field that the file of needs names.",
    why="What no contract describes may change or go away without notice, and nothing checks it when it comes.",
    mend="Have its owner describe it, or describe it in an Overlay of your own, and check answers by that.",
)
ASKED: Final = Explained(
    CheckId("data-asked-without-need"),
    "personal data is asked for without need",
    Severity.MEDIUM,
    tags=("owasp.api10", "cwe.359", "rec.7"),
    looks="Compares the personal data that requests to the operations that are used may hold with what is to be sent.",
    why="What is sent is out of your hands: the other party keeps it, hands it on, or loses it.",
    mend="Leave out what need not be sent. Where it is demanded, ask its owner why, or send a value that is nobody's.",
)
GIVEN: Final = Explained(
    CheckId("data-given-without-need"),
    "personal data is given without need",
    Severity.LOW,
    tags=("owasp.api10", "owasp.api3", "cwe.213", "rec.6", "rec.7"),
    looks="Compares the personal data that answers of the operations that are used may hold with what is read of them.",
    why="What comes in lands in logs, caches and backups of your own, and you answer for it.",
    mend="Ask for fewer fields where the API lets you; else take them out on the way in, before anything keeps them.",
)
EXPLAINED: Final = (UNDESCRIBED, ASKED, GIVEN)
"""What is looked for, in this order."""
_TITLES: Final = {each.id: each.title for each in SEMANTIC_TYPES}


class Held(msgspec.Struct, frozen=True):
    """What came of holding an API against needs."""

    findings: tuple[Finding, ...]
    scopes: tuple[str, ...]
    """The least scopes that a credential for what is needed must have."""
    blind: tuple[str, ...] = ()
    """Operations that are needed, and of which the contract does not say what they take or answer."""


class _Fault(msgspec.Struct, frozen=True):
    explained: Explained
    node: Node
    says: str
    severity: Severity
    operation: DescribedOperation | None = None
    location: str = ""


def hold(description: Description, fields: Fields, needs: Sequence[Need]) -> Held:
    """What the contract asks, gives and leaves open of what is needed."""
    faults: list[_Fault] = []
    used: list[DescribedOperation] = []
    blind: list[str] = []
    for need in needs:
        operation = next((each for each in description.operations if need.is_of(each)), None)
        if operation is None:
            says = f"`{need.operation}` is needed, and the contract has no such operation"
            faults.append(_Fault(UNDESCRIBED, description.root, says, Severity.MEDIUM, location=need.operation))
            blind.append(need.operation)
            continue
        used.append(operation)
        faults += _sent(operation, need, tuple(fields.asked(operation)))
        given = tuple(fields.given(operation))
        faults += _read(operation, need, given)
        if need.reads is not None and not given:
            blind.append(f"{operation.method} {operation.template}")
    sources = description.sources([each.node for each in faults])
    findings = [_finding(fault) for fault in faults]
    placed = (msgspec.structs.replace(each, source=source) for each, source in zip(findings, sources, strict=True))
    return Held(tuple(placed), _scopes(used), tuple(blind))


def _sent(operation: DescribedOperation, need: Need, fields: Sequence[PersonalField]) -> Iterator[_Fault]:
    for field in _once(fields) if need.sends is not None else ():
        if not field.kind or covers(need.sends or (), field):
            continue
        severity = Severity.LOW if not field.required else Severity.HIGH if field.kind in GRAVE else Severity.MEDIUM
        demand = "demands" if field.required else "takes"
        says = f"it {demand} `{field.way}` ({_TITLES[field.kind]}), which need not be sent"
        yield _Fault(ASKED, field.node, says, severity, operation, f"body/{field.way}")
    yield from _missing(operation, need.sends, fields, "request")


def _read(operation: DescribedOperation, need: Need, fields: Sequence[PersonalField]) -> Iterator[_Fault]:
    for field in _once(fields) if need.reads is not None else ():
        if field.kind and not covers(need.reads or (), field):
            severity = Severity.MEDIUM if field.kind in GRAVE else Severity.LOW
            says = f"answers hold `{field.way}` ({_TITLES[field.kind]}), which is not read"
            yield _Fault(GIVEN, field.node, says, severity, operation, f"answer/{field.way}")
    yield from _missing(operation, need.reads, fields, "answer")


def _missing(
    operation: DescribedOperation, names: Iterable[str] | None, fields: Sequence[PersonalField], where: str
) -> Iterator[_Fault]:
    """What is sent or read and no field of the contract is."""
    for name in names or ():
        if not any(covers((name,), field) for field in fields):
            says = f"`{name}` is needed, and the contract has no such field in its {where}"
            yield _Fault(UNDESCRIBED, operation.node, says, Severity.MEDIUM, operation, f"{where}/{name}")


def _once(fields: Iterable[PersonalField]) -> Iterator[PersonalField]:
    """Each place in a description once: two media types often share a schema."""
    seen = set[Place]()
    for field in fields:
        if field.node.place not in seen:
            seen.add(field.node.place)
            yield field


def _finding(fault: _Fault) -> Finding:
    operation, explained = fault.operation, fault.explained
    return Finding(
        check=explained.id,
        title=explained.title,
        severity=fault.severity,
        confidence=Confidence.HIGH if explained is UNDESCRIBED else Confidence.MEDIUM,
        says=fault.says,
        fingerprint=fingerprint_of(explained.id, operation.id if operation is not None else "", fault.location),
        operation=operation.id if operation is not None else None,
        method=operation.method if operation is not None else "",
        template=operation.template if operation is not None else "",
        location=fault.location,
        tags=explained.tags,
    )


def _scopes(used: Iterable[DescribedOperation]) -> tuple[str, ...]:
    """Of every operation the alternative with the fewest scopes."""
    found: dict[str, None] = {}
    for operation in used:
        ways = [[scope for scopes in one.values() for scope in scopes] for one in operation.security or ()]
        found |= dict.fromkeys(min(ways, key=len, default=()))
    return tuple(sorted(found))
