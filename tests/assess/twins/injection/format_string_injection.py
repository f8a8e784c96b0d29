"""A text that is used as a format, with braces and with percent signs."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import answer, contract, operation, problem, serving, thing

CONTRACT = contract({"GET /labels": operation(query=["text"], gives=thing("label"), public=True)})


def build(kind: str) -> Starlette:
    async def label(request: Request) -> Response:
        text = request.query_params.get("text", "")
        try:
            match kind:
                case "braces":
                    return answer({"label": (text + " costs {price}").format(price=3)})
                case "percent":
                    return answer({"label": (text + " costs %(price)s") % {"price": 3}})
                case _:
                    return answer({"label": f"{text} costs 3"})
        except (ValueError, KeyError, IndexError, TypeError):
            return problem(500, "Internal Server Error")

    return serving({"GET /labels": label})


def app(*, vulnerable: bool) -> Starlette:
    return build("braces" if vulnerable else "fixed")


VARIANTS = {"percent signs": lambda: build("percent")}
