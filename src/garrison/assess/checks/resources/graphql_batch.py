"""`graphql-batch`: one request carries a list of GraphQL queries."""

from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.graphql import SIMPLE, endpoint
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_COUNT: Final = 20


def _run(a: Assessment) -> Iterator[Finding]:
    place = endpoint(a)
    if place is None:
        return
    control = place.ask(SIMPLE, "one query")
    many = place.post([{"query": SIMPLE}] * _COUNT, f"a list of {_COUNT} queries: all are answered")
    value = many.answer.json()
    if isinstance(value, list) and len(value) == _COUNT and all(isinstance(e, dict) and e.get("data") for e in value):
        yield a.found(
            CHECK,
            [control, many],
            template=place.path,
            says=f"{place.path} works off a list of {_COUNT} queries in one request",
        )


CHECK = Check(
    id=CheckId("graphql-batch"),
    title="one request carries any number of GraphQL queries",
    family="resources",
    severity=Severity.LOW,
    tags=("owasp.api4", "cwe.799", "rec.15"),
    looks="Sends a list of 20 queries in one request. Proven where the answer is a list of 20 results.",
    why="Limits count requests: in batches a client guesses passwords and codes hundreds at a time.",
    mend="Switch batching off, or bound the number of queries in one request and count each of them.",
    samples={"fastapi": "StrawberryConfig(batching_config=None)  # which is what it is by default"},
    run=_run,
    most=14,
    disturbs=Disturbs.SERVICE,
)
