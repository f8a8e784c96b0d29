"""Objects with a prototype, as in JavaScript, and a merge that does not mind the names of what it merges."""

import json
from collections.abc import Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import body_of, contract, operation, serving, thing

CONTRACT = contract(
    {
        "POST /orders": operation(takes=thing("tea"), gives=thing("tea"), public=True),
        "GET /menu": operation(gives=thing("tea"), public=True),
    }
)


class Engine:
    """A server whose objects inherit from one prototype; a `for ... in` over an object shows what it inherits."""

    def __init__(self) -> None:
        self.prototype: dict[str, Any] = {}

    def merge(self, into: dict[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
        """A deep merge: `into["__proto__"]` is the prototype, and so is `into["constructor"]["prototype"]`."""
        for name, value in given.items():
            inner = self.prototype if name == "__proto__" else into.get(name)
            if name == "constructor" and isinstance(value, Mapping):
                self.merge(self.prototype, value.get("prototype") or {})
            elif isinstance(value, Mapping):
                self.merge(inner if isinstance(inner, dict) else into.setdefault(name, {}), value)
            else:
                into[name] = value
        return into

    def written(self, value: Mapping[str, Any], *, inherits: bool) -> Response:
        """The object as JSON: with what it inherits where a loop copied it; indented as the settings say."""
        whole = {**(self.prototype if inherits else {}), **value}
        spaces = self.prototype.get("json spaces") or None
        return Response(json.dumps(whole, indent=spaces), media_type="application/json")


def build(*, weak: bool, inherits: bool = True) -> Starlette:
    engine, orders = Engine(), list[dict[str, Any]]()

    async def order(request: Request) -> Response:
        given = await body_of(request)
        made = engine.merge({}, given) if weak else dict(given)
        orders.append(made)
        return engine.written(made, inherits=inherits)

    async def menu(request: Request) -> Response:
        return engine.written({"tea": "green", "orders": orders[-3:] if not weak else []}, inherits=inherits)

    return serving({"POST /orders": order, "GET /menu": menu})


def app(*, vulnerable: bool) -> Starlette:
    return build(weak=vulnerable)


VARIANTS = {"settings alone are inherited": lambda: build(weak=True, inherits=False)}
