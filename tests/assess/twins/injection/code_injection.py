"""An expression that Python evaluates; a calculator that knows numbers alone is the fixed one."""

import ast
import operator
from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import answer, contract, operation, problem, serving, thing

CONTRACT = contract(
    {
        "GET /sum": operation(gives=thing("result"), public=True)
        | {
            "parameters": [
                {"name": "of", "in": "query", "required": True, "schema": {"type": "string"}, "example": "1+1"}
            ]
        },
    }
)
OPERATORS: dict[type, Callable[[Any, Any], Any]] = {ast.Add: operator.add, ast.Mult: operator.mul}


def calculate(node: ast.AST) -> Any:
    """The value of a sum of products."""
    match node:
        case ast.Expression(body=body):
            return calculate(body)
        case ast.Constant(value=int() as value):
            return value
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in OPERATORS:
            return OPERATORS[type(sign)](calculate(left), calculate(right))
    raise ValueError("no number")


def app(*, vulnerable: bool) -> Starlette:
    async def result(request: Request) -> Response:
        text = request.query_params.get("of", "")
        try:
            value = eval(text) if vulnerable else calculate(ast.parse(text, mode="eval"))  # noqa: S307 - the weakness
        except Exception:  # noqa: BLE001 - whatever an expression raises
            return problem(500, "Internal Server Error")
        return answer({"result": str(value)})

    return serving({"GET /sum": result})
