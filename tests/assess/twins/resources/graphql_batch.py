"""One request may have any number of queries / one."""

from starlette.applications import Starlette
from tests.assess.twins.graphql import CONTRACT, Graph

__all__ = ["CONTRACT", "app"]


def app(vulnerable: bool) -> Starlette:
    return Graph(batch=10**6).app() if vulnerable else Graph(batch=1).app()
