"""The environment file, a console, settings and profiles can be read / cannot."""

from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse
from tests.assess.twins.configuration.pages import CONTRACT, showing
from tests.assess.twins.parts import answer

__all__ = ["CONTRACT", "TRAPS", "VARIANTS", "app"]
ENVIRONMENT = PlainTextResponse("# settings\nDATABASE_URL=postgres://app:hunter2@db/app\nSECRET_KEY=abcdefgh\n")


def app(vulnerable: bool) -> Starlette:
    return showing({"/.env": ENVIRONMENT} if vulnerable else {})


VARIANTS = {
    "settings": lambda: showing({"/debug": answer({"db_password": "hunter22", "workers": 4})}),
    "the repository": lambda: showing({"/.git/HEAD": PlainTextResponse("ref: refs/heads/main\n")}),
    "metrics": lambda: showing({"/metrics": PlainTextResponse("# HELP a b\n# TYPE a counter\na 1\n")}),
    "profiles": lambda: showing({"/debug/pprof/": HTMLResponse("<html>Types of profiles available:</html>")}),
}
TRAPS = {
    "everything is answered with the same page": lambda: showing({}, HTMLResponse("<html>Tea = all you need</html>")),
    "everything is answered with a template of an environment file": lambda: showing({}, ENVIRONMENT),
    "errors come with 200": lambda: showing({}, answer({"error": "no such page", "password": "is never shown"})),
    "a page of one's own": lambda: showing({"/debug": HTMLResponse("<html>We debug tea</html>")}),
}
