"""A small GraphQL service: it knows `__typename`, `__schema` and two fields, and names of others by their likeness."""

import re
from difflib import get_close_matches
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import answer, contract, operation, problem, serving, thing

CONTRACT = contract(
    {"POST /graphql": operation(takes=thing("query"), gives={"type": "object"}, public=True)},
)
FIELDS = ("users", "orders")
_SELECTION = re.compile(r"(?:(\w+)\s*:\s*)?(\w+)(\s*\{)?")


class Graph:
    """What it lets one do."""

    def __init__(
        self,
        *,
        aliases: int = 10,
        batch: int = 1,
        introspection: bool = False,
        suggestions: bool = False,
        get_mutations: bool = False,
    ) -> None:
        self.aliases = aliases
        self.batch = batch
        self.introspection = introspection
        self.suggestions = suggestions
        self.get_mutations = get_mutations

    def app(self) -> Starlette:
        """The service."""
        return serving({"POST /graphql": self.post, "GET /graphql": self.get})

    async def post(self, request: Request) -> Response:
        """Work off what a body asks."""
        body = await request.json()
        if isinstance(body, list):
            return (
                answer([self.run(each["query"]) for each in body]) if len(body) <= self.batch else problem(400, "Batch")
            )
        return answer(self.run(str(body.get("query"))))

    async def get(self, request: Request) -> Response:
        """Work off what the address asks."""
        query = request.query_params.get("query", "")
        is_mutation = query.startswith("mutation")
        return problem(405, "Mutation") if is_mutation and not self.get_mutations else answer(self.run(query))

    def run(self, query: str) -> dict[str, Any]:
        """The result of one query."""
        kind = "Mutation" if query.startswith("mutation") else "Query"
        if "__schema" in query:
            types = [{"name": name, "kind": "OBJECT"} for name in ("Query", "User", "Order")]
            return (
                {"data": {"__schema": {"types": types}}} if self.introspection else self.error("introspection is off")
            )
        asked = _SELECTION.findall(query[query.find("{") + 1 :])
        if len(asked) > self.aliases and any(alias for alias, _, _ in asked):
            return self.error("too many fields")
        data: dict[str, Any] = {}
        errors = []
        for alias, name, _ in asked:
            if name == "__typename":
                data[alias or name] = kind
            elif name in FIELDS:
                data[alias or name] = []
            else:
                errors.append({"message": f"Cannot query field '{name}' on type '{kind}'.{self.hint(name)}"})
        return {"errors": errors} if errors else {"data": data}

    def hint(self, name: str) -> str:
        """What a library says of a field that is nearly right."""
        near = get_close_matches(name, FIELDS) if self.suggestions else []
        return f" Did you mean '{near[0]}'?" if near else ""

    def error(self, told: str) -> dict[str, Any]:
        """A refusal."""
        return {"errors": [{"message": told}]}
