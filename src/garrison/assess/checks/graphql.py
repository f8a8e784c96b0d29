"""GraphQL: where an API answers queries of it, and what a query is as a request (GraphQL over HTTP)."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from garrison.assess.assessment import Assessment
from garrison.assess.call import Answer
from garrison.assess.checks.asking import plain
from garrison.assess.identity import Identity
from garrison.assess.probe import Exchange
from garrison.assess.request import Request, Slot
from garrison.core.ids import OperationId

_USUAL: Final = ("/graphql", "/api/graphql", "/v1/graphql", "/query")
SIMPLE: Final = "{__typename}"
_FOUND: Final = "graphql"


class Endpoint:
    """Where queries go, and as whom."""

    def __init__(self, a: Assessment, path: str, operation: OperationId | None, identity: Identity | None) -> None:
        self._a = a
        self.path = path
        self.operation = operation
        self.identity = identity

    def post(self, body: Any, says: str = "") -> Exchange:
        """Send a body to it."""
        return self._a.probe.send(_request(self.path, self.operation, body), self.identity, says=says)

    def ask(self, query: str, says: str = "") -> Exchange:
        """Send one query."""
        return self.post({"query": query}, says)

    def get(self, query: str, says: str = "") -> Exchange:
        """Send one query in the address, with GET."""
        request = plain("GET", self.path).put(Slot("query", "query"), query)
        return self._a.probe.send(request, self.identity, says=says)


def endpoint(a: Assessment) -> Endpoint | None:
    """Where the API answers GraphQL; None where it does not. Looked for once."""
    if _FOUND not in a.shared:
        a.shared[_FOUND] = _look(a)
    found: Endpoint | None = a.shared[_FOUND]
    return found


def _look(a: Assessment) -> Endpoint | None:
    """Nobody is tried before somebody."""
    for path, operation in _places(a):
        for identity in (None, *a.identities[:1]):
            found = Endpoint(a, path, operation, identity)
            if data(found.ask(SIMPLE).answer).get("__typename"):
                return found
    return None


def _places(a: Assessment) -> Iterator[tuple[str, OperationId | None]]:
    """Declared places first. Where the contract has none, usual ones are tried."""
    declared = [
        (target.template, target.id)
        for target in a.api.targets
        if target.method == "POST" and not target.variables and _is_named(target.template)
    ]
    yield from declared
    if not declared:
        yield from ((path, None) for path in _USUAL)


def _is_named(template: str) -> bool:
    last = template.rstrip("/").rpartition("/")[2].lower()
    return "graphql" in last or last in ("query", "gql")


def _request(path: str, operation: OperationId | None, body: Any) -> Request:
    return Request(operation=operation, method="POST", template=path, raw_path=path, body=body)


def data(answer: Answer) -> Mapping[str, Any]:
    """What a query got; empty where it got nothing."""
    value = answer.json()
    found = value.get("data") if isinstance(value, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def errors(answer: Answer) -> tuple[str, ...]:
    """The messages of its errors."""
    value = answer.json()
    found = value.get("errors") if isinstance(value, Mapping) else None
    return tuple(str(each.get("message", "")) for each in found or () if isinstance(each, Mapping))
