"""The schema is shown / is not."""

from starlette.applications import Starlette
from tests.assess.twins.graphql import CONTRACT, Graph

__all__ = ["CONTRACT", "app"]


def app(vulnerable: bool) -> Starlette:
    return Graph(introspection=True).app() if vulnerable else Graph(introspection=False).app()
