"""`graphql-aliases`: one GraphQL query asks for the same thing a hundred times."""

from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.graphql import SIMPLE, data, endpoint
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_COUNT: Final = 200


def _run(a: Assessment) -> Iterator[Finding]:
    place = endpoint(a)
    if place is None:
        return
    control = place.ask(SIMPLE, "one query")
    query = "{" + " ".join(f"g{number}:__typename" for number in range(_COUNT)) + "}"
    many = place.ask(query, f"the same {_COUNT} times under other names, in one query: all are answered")
    if len(data(many.answer)) == _COUNT:
        yield a.found(
            CHECK,
            [control, many],
            template=place.path,
            says=f"one query at {place.path} asks for the same field under {_COUNT} names, and gets {_COUNT} answers",
        )


CHECK = Check(
    id=CheckId("graphql-aliases"),
    title="one GraphQL query may ask for the same thing any number of times",
    family="resources",
    severity=Severity.LOW,
    tags=("owasp.api4", "cwe.770", "cwe.799", "rec.15"),
    looks="Asks for one field under 200 names (aliases) in one query. Proven where all 200 are answered.",
    why="Limits count requests: with aliases a client tries hundreds of passwords or makes the service do hundreds of "
    "costly things in one.",
    mend="Bound aliases, depth and computed cost of a query before it is run.",
    samples={
        "fastapi": "schema = strawberry.Schema(Query, extensions=[MaxAliasesLimiter(max_alias_count=15)])",
    },
    run=_run,
    most=14,
    disturbs=Disturbs.SERVICE,
)
