"""Clients may renegotiate without end / may not.

No library of today has such flaws: the twin stands for what the scanner says of one.
"""

from starlette.applications import Starlette
from tests.assess.twins.communication.tea import CONTRACT, good, tea

from garrison.assess.tools import Tls

__all__ = ["CONTRACT", "app"]


class Scanner:
    def __init__(self, *flaws: str) -> None:
        self.flaws = flaws

    def scan(self) -> Tls:
        return Tls(protocols=("TLS 1.2",), ciphers=(), certificates=(), flaws=self.flaws)


def app(vulnerable: bool) -> Starlette:
    application = tea(good())
    application.state.scanner = Scanner("Heartbleed (CVE-2014-0160)") if vulnerable else Scanner()
    return application
