"""A folder lists its files / does not."""

from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from tests.assess.twins.configuration.pages import CONTRACT, showing

__all__ = ["CONTRACT", "TRAPS", "app"]
LIST = HTMLResponse("<html><title>Index of /files/</title><h1>Index of /files/</h1><a href='a.pdf'>a.pdf</a></html>")


def app(vulnerable: bool) -> Starlette:
    return showing({"/files/": LIST} if vulnerable else {})


TRAPS = {"a page about files": lambda: showing({"/files/": HTMLResponse("<html><h1>Files</h1></html>")})}
