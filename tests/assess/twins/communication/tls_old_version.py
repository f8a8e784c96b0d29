"""TLS 1.0 is spoken / 1.2 and 1.3 alone."""

import ssl
import warnings

from starlette.applications import Starlette
from tests.assess.twins.communication.tea import CONTRACT, good, tea

__all__ = ["CONTRACT", "app"]


def app(vulnerable: bool) -> Starlette:
    context = good()
    if vulnerable:
        context.set_ciphers("ECDHE:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # that is what this twin is about
            context.minimum_version = ssl.TLSVersion.TLSv1
    return tea(context)
