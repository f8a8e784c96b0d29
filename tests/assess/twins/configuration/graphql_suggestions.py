"""Errors name fields that were nearly asked for / do not."""

from starlette.applications import Starlette
from tests.assess.twins.graphql import CONTRACT, Graph

__all__ = ["CONTRACT", "app"]


def app(vulnerable: bool) -> Starlette:
    return Graph(suggestions=True).app() if vulnerable else Graph(suggestions=False).app()
