"""One query may have any number of aliases / ten."""

from starlette.applications import Starlette
from tests.assess.twins.graphql import CONTRACT, Graph

__all__ = ["CONTRACT", "app"]


def app(vulnerable: bool) -> Starlette:
    return Graph(aliases=10**6).app() if vulnerable else Graph(aliases=10).app()
