"""The description is open to anybody / is not served."""

from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from tests.assess.twins.configuration.pages import CONTRACT, showing
from tests.assess.twins.parts import answer

__all__ = ["CONTRACT", "TRAPS", "app"]
HIDDEN = {
    "openapi": "3.1.0",
    "info": {"title": "Tea", "version": "1"},
    "paths": {"/teas": {"get": {}}, "/admin": {"get": {}}},
}


def app(vulnerable: bool) -> Starlette:
    page = HTMLResponse("<html><div id='swagger-ui'></div><script>SwaggerUIBundle({})</script></html>")
    return showing({"/openapi.json": answer(HIDDEN), "/docs": page} if vulnerable else {})


TRAPS = {
    "everything is answered with the same page": lambda: showing({}, HTMLResponse("<html>swagger-ui</html>")),
    "an object of another kind": lambda: showing({"/openapi.json": answer({"tea": "Assam"})}),
}
