"""`parameter-pollution`: of a parameter that comes twice one value is checked and the other one used."""

from collections.abc import Iterator

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.compare import same
from garrison.assess.probe import Exchange
from garrison.assess.request import Request, Slot
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding


def _each(a: Assessment, target: Target) -> Iterator[Finding]:
    if target.method != "GET" or a.pair is None:
        return
    for slot in a.api.request(target, every=True).slots("query"):
        for mine, theirs in _cases(a, target, slot):
            own, other = mine.request.value(slot), theirs.request.value(slot)
            plain = a.probe.send(mine.request.put(slot, other), mine.identity, says="asking for the other's is refused")
            if plain.is_success and not same(plain.answer, mine.answer):
                continue
            for request in _twice(mine.request, slot, str(own), str(other)):
                both = a.probe.send(request, mine.identity, says="with both values the other's comes")
                if both.is_success and same(both.answer, theirs.answer) and not same(both.answer, mine.answer):
                    yield _finding(a, target, slot, [plain, theirs.says_that("what the other gets"), both])
                    return


def _cases(a: Assessment, target: Target, slot: Slot) -> Iterator[tuple[Exchange, Exchange]]:
    """What two identities get with values of their own."""
    pair = a.pair
    if pair is None:
        return
    asked = []
    for identity in pair:
        known = a.survey.baseline(target, identity)
        base = known.request if known is not None else a.api.request(target)
        said = a.survey.of(identity)
        values = [said[name] for name in said if _fits(slot, name)]
        asked += [a.probe.send(base.put(slot, value), identity) for value in values[:1]]
    if len(asked) == 2 and all(each.is_success for each in asked) and not same(asked[0].answer, asked[1].answer):
        yield asked[0], asked[1]


def _fits(slot: Slot, name: tuple[str, ...]) -> bool:
    said = "".join(name)
    wanted = slot.leaf.replace("_", "").replace("-", "").lower()
    return said == wanted or (wanted in ("user", "owner", "account", "customer") and said in ("username", "sub", "id"))


def _twice(request: Request, slot: Slot, own: str, other: str) -> Iterator[Request]:
    yield request.put(slot, own).also(slot, other)
    yield request.put(slot, other).also(slot, own)


def _finding(a: Assessment, target: Target, slot: Slot, proof: list[Exchange]) -> Finding:
    return a.found(
        CHECK,
        proof,
        target=target,
        slot=slot,
        says=f"`{slot.name}` sent twice gives the data of somebody else: one value is checked, and the other one used",
    )


CHECK = Check(
    id=CheckId("parameter-pollution"),
    title="a parameter sent twice evades the check of its value",
    family="configuration",
    severity=Severity.HIGH,
    tags=("owasp.api8", "owasp.api1", "cwe.235", "rec.13"),
    looks="Where a parameter of the query names whose data is wanted, sends one's own value and another's together, "
    "in both orders. Proven where that gives what the other gets, while the other's value alone is refused.",
    why="Whatever is checked for one value is evaded with the second: data of others is read.",
    mend="Refuse a parameter that comes twice where the contract has it once.",
    samples={"fastapi": "if len(request.query_params.getlist('user')) > 1:\n    raise HTTPException(400)"},
    each=_each,
    most=12,
    needs=("two-identities",),
)
