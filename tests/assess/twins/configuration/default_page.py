"""The root shows nginx's own page / the service's."""

from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from tests.assess.twins.configuration.pages import CONTRACT, showing

__all__ = ["CONTRACT", "app"]


def app(vulnerable: bool) -> Starlette:
    text = "Welcome to nginx!" if vulnerable else "Welcome to the tea shop!"
    return showing({"/": HTMLResponse(f"<html><title>{text}</title></html>")})
