"""`graphql-introspection`: the whole GraphQL schema is shown to anybody."""

from collections.abc import Iterator, Mapping

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.graphql import data, endpoint
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_QUERY = "{__schema{queryType{name} mutationType{name} types{name kind}}}"


def _run(a: Assessment) -> Iterator[Finding]:
    place = endpoint(a)
    if place is None:
        return
    shown = place.ask(_QUERY, "the types of the whole schema come back")
    schema = data(shown.answer).get("__schema")
    types = schema.get("types") if isinstance(schema, Mapping) else None
    if types:
        names = [str(each.get("name")) for each in types if not str(each.get("name")).startswith("__")]
        yield a.found(
            CHECK,
            [shown],
            template=place.path,
            says=f"{place.path} describes all of its {len(names)} types "
            + ("to anybody" if place.identity is None else "to everybody who is logged in"),
        )


CHECK = Check(
    id=CheckId("graphql-introspection"),
    title="the GraphQL schema is shown",
    family="configuration",
    severity=Severity.LOW,
    tags=("owasp.api8", "cwe.200", "rec.4"),
    looks="Asks for `__schema` where the API answers GraphQL. Proven where its types come back. An API that is meant "
    "for everybody may well show them: accept the finding then.",
    why="Every query, mutation and field, internal ones included, is listed for whoever looks for a way in.",
    mend="Switch introspection off in production for those who are not logged in.",
    samples={
        "fastapi": "strawberry.Schema(Query, extensions=[DisableIntrospection])",
        "apollo": "introspection: false",
    },
    run=_run,
    most=14,
)
