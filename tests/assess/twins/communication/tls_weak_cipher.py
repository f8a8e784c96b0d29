"""Suites without authentication are accepted / good ones alone."""

from starlette.applications import Starlette
from tests.assess.twins.communication.tea import CONTRACT, good, tea

__all__ = ["CONTRACT", "app"]


def app(vulnerable: bool) -> Starlette:
    context = good()
    if vulnerable:
        context.set_ciphers("ECDHE+AESGCM:aNULL:@SECLEVEL=0")
    return tea(context)
