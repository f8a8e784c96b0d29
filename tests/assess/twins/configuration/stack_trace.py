"""Errors show the stack / nothing of it."""

import traceback

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from tests.assess.twins.configuration.failing import CONTRACT, IDENTITIES, failing
from tests.assess.twins.parts import answer, problem

__all__ = ["CONTRACT", "IDENTITIES", "TRAPS", "VARIANTS", "app"]
JAVA = (
    "java.lang.NullPointerException\n\tat shop.tea.Orders.make(Orders.java:41)\n"
    "\tat shop.tea.Router.route(Router.java:12)\n"
)
NODE = (
    "TypeError: x\n    at Orders.make (/srv/shop/orders.js:10:5)\n    at Layer.handle (/srv/shop/node_modules/r.js:9:3)"
)


def app(vulnerable: bool) -> Starlette:
    def told(error: Exception) -> str:
        return "".join(traceback.format_exception(error))

    return failing(
        (lambda error: PlainTextResponse(told(error), 500)) if vulnerable else (lambda _: problem(500, "No"))
    )


VARIANTS = {
    "of Java": lambda: failing(lambda _: PlainTextResponse(JAVA, 500)),
    "of JavaScript, in JSON": lambda: failing(lambda _: answer({"error": {"stack": NODE}}, 500)),
    "of PHP": lambda: failing(lambda _: PlainTextResponse("Error in /var/www/orders.php on line 12", 500)),
    "of Go": lambda: failing(lambda _: PlainTextResponse("panic: x\n\ngoroutine 7 [running]:\nmain.make()", 500)),
}
TRAPS = {
    "a text about errors": lambda: failing(lambda _: problem(500, "An error at line 12 of your order, at the end")),
}
