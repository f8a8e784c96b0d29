"""The certificate has ended / is valid, and is the host's."""

import datetime as dt
import tempfile

import trustme
from starlette.applications import Starlette
from tests.assess.twins.communication.tea import CONTRACT, HOST, good, self_signed, tea, with_certificate

__all__ = ["CONTRACT", "VARIANTS", "app"]


def app(vulnerable: bool) -> Starlette:
    if not vulnerable:
        return tea(good())
    ended = dt.datetime.now(dt.UTC) - dt.timedelta(days=3)
    return tea(with_certificate(trustme.CA().issue_cert(HOST, not_after=ended)))


def signed_by_itself() -> Starlette:
    with tempfile.TemporaryDirectory() as folder:
        return tea(self_signed(folder))


VARIANTS = {
    "another host's": lambda: tea(with_certificate(trustme.CA().issue_cert("api.example.com"))),
    "signed by itself": signed_by_itself,
}
