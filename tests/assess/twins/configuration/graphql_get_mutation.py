"""GET runs mutations / is refused for them."""

from starlette.applications import Starlette
from tests.assess.twins.graphql import CONTRACT, Graph

__all__ = ["CONTRACT", "app"]


def app(vulnerable: bool) -> Starlette:
    return Graph(get_mutations=True).app() if vulnerable else Graph(get_mutations=False).app()
