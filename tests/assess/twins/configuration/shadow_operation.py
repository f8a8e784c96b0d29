"""An undescribed operation gives people's addresses / is not there."""

from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from tests.assess.twins.configuration.pages import CONTRACT, showing
from tests.assess.twins.parts import answer

__all__ = ["CONTRACT", "TRAFFIC", "TRAPS", "VARIANTS", "app"]
TRAFFIC = ("GET /teas", "GET /old/brews?year=2019", "POST /old/brews")


def app(vulnerable: bool) -> Starlette:
    people = answer([{"email": "ann@example.com", "password": "hunter22"}])
    return showing({"/internal/users": people} if vulnerable else {})


VARIANTS = {"seen in recorded traffic": lambda: showing({"/old/brews": answer([{"tea": "Assam"}])})}
TRAPS = {
    "everything is answered with 200": lambda: showing({}, answer({"message": "tea is all you need"})),
    "errors come with 200": lambda: showing({"/admin": answer({"error": "not allowed"})}),
    "a health page": lambda: showing({"/health": answer({"status": "up"})}),
    "405 where 404 is meant": lambda: showing({}, HTMLResponse("no", 405)),
}
