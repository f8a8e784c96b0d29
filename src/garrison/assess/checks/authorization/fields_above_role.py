"""Excessive data exposure: fields that are for higher roles are shown to ordinary identities."""

from collections.abc import Iterator
from typing import Any, Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.authorization.declared import properties_of
from garrison.assess.checks.authorization.roles import phrase_in
from garrison.assess.checks.authorization.samples import ANSWER_SAMPLES
from garrison.assess.identity import Identity
from garrison.assess.jwt import claims_of
from garrison.assess.probe import Exchange
from garrison.assess.target import Target
from garrison.contract.documents import Node
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_READ: Final = "x-garrison-read-scope"


def _each(a: Assessment, target: Target) -> Iterator[Finding]:
    low = a.low
    if not target.is_safe:
        return
    for exchange in a.survey.baselines(target):
        if exchange.identity is not None and exchange.identity != low:
            continue
        found = dict(_kept(a, target, exchange))
        if not found:
            continue
        again = a.probe.send(exchange.request, exchange.identity)
        found = dict(_kept(a, target, again))
        for way, why in list(found.items())[:1]:
            whose = f"`{low.name}`" if exchange.identity is not None and low is not None else "anybody"
            step = again.says_that(f"the answer holds `{way}`")
            says = f"{whose} reads `{way}`, which is not for everybody: {why}"
            yield a.found(CHECK, [step], says=says, target=target, slot=f"response/{way}")
            return


def _kept(a: Assessment, target: Target, exchange: Exchange) -> Iterator[tuple[str, str]]:
    """Ways to values that the contract keeps for others than who reads them, and why."""
    for way, value, schema in properties_of(a, target, exchange.answer):
        if schema is not None and value not in (None, "", [], {}):
            why = _reason(a, schema, exchange.identity)
            if why:
                yield way, why


def _reason(a: Assessment, schema: Node, reader: Identity | None) -> str:
    scopes = a.api.description.said(schema, _READ)
    wanted = [scopes] if isinstance(scopes, str) else [str(each) for each in scopes] if isinstance(scopes, list) else []
    if wanted and not (set(wanted) & _held(a, reader)):
        return f"the contract asks for the scope `{wanted[0]}`"
    text: Any = a.api.description.said(schema, "description")
    phrase = phrase_in(text) if isinstance(text, str) else ""
    return f"the contract says `{phrase}` of it" if phrase else ""


def _held(a: Assessment, reader: Identity | None) -> set[str]:
    """Scopes and roles of the reader, as their token and the operator say."""
    if reader is None:
        return set()
    claims = claims_of(a.probe.credential(reader).token)
    held = {*reader.roles}
    for name in ("scope", "scp", "scopes", "permissions", "roles", "role"):
        said = claims.get(name)
        held.update(said.split() if isinstance(said, str) else map(str, said) if isinstance(said, list) else ())
    return held


CHECK: Final = Check(
    id=CheckId("fields-above-role"),
    title="fields for higher roles are shown to others",
    family="authorization",
    severity=Severity.HIGH,
    tags=("owasp.api3", "cwe.213", "cwe.863", "rec.12", "rec.20"),
    looks="Reads, as nobody and as the identity with the least rights, answers in whose schema properties are kept for "
    "a scope (`x-garrison-read-scope`) or, as their descriptions say, for administrators. It counts where such a "
    "property is there and the reader's token has no such scope.",
    why="What is meant for those who run the service is read by everybody who asks.",
    mend="Choose the fields of an answer by what its reader may see. The gateway enforces `x-garrison-read-scope`.",
    samples=ANSWER_SAMPLES,
    each=_each,
    most=3,
)
