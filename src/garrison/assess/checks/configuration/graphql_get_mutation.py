"""`graphql-get-mutation`: GET runs a GraphQL mutation."""

from collections.abc import Iterator

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.graphql import SIMPLE, data, endpoint
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding


def _run(a: Assessment) -> Iterator[Finding]:
    place = endpoint(a)
    if place is None:
        return
    control = place.get(SIMPLE, "a query with GET")
    sent = place.get("mutation{__typename}", "a mutation with GET is run: it names the type of mutations")
    kind = data(sent.answer).get("__typename")
    if kind and kind != data(control.answer).get("__typename"):
        yield a.found(
            CHECK, [control, sent], template=place.path, slot="method", says=f"{place.path} runs mutations with GET"
        )


CHECK = Check(
    id=CheckId("graphql-get-mutation"),
    title="GET runs GraphQL mutations",
    family="configuration",
    severity=Severity.MEDIUM,
    tags=("owasp.api8", "cwe.352", "cwe.650", "rec.4"),
    looks="Sends a mutation that changes nothing (`mutation{__typename}`) with GET. Proven where it names the type of "
    "mutations: it was run.",
    why="A link or a picture on a page of somebody else changes data in the name of who is logged in with cookies, "
    "and caches and logs keep the mutation's arguments.",
    mend="Run mutations with POST and `application/json` alone (405 for GET).",
    samples={"fastapi": "GraphQLRouter(schema, allow_queries_via_get=False)"},
    run=_run,
    most=14,
)
