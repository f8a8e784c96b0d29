"""Origin: whether the target speaks TLS, whether it stands on this machine, and what its scanner says."""

import ipaddress
from collections.abc import Iterator
from urllib.parse import urlsplit

from garrison.assess.assessment import Assessment
from garrison.assess.call import Call
from garrison.assess.check import Check
from garrison.assess.probe import Exchange
from garrison.assess.request import Request
from garrison.assess.tools import Tls, Unusable


def is_https(a: Assessment) -> bool:
    """Whether the target was given with `https`."""
    return urlsplit(a.probe.origin).scheme == "https"


def is_loopback(a: Assessment) -> bool:
    """Whether the target stands on this machine."""
    host = urlsplit(a.probe.origin).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def tls(a: Assessment, check: Check) -> Tls | None:
    """How the target speaks TLS; None where it does not, or where nothing can be said: then the check is noted as
    untested."""
    if not is_https(a):
        a.skip(check, "the target was given with `http`")
        return None
    if a.tools.tls is None:
        a.skip(check, "nothing was given that looks at TLS")
        return None
    try:
        return a.tools.tls.scan()
    except Unusable as missing:
        a.skip(check, str(missing))
        return None


def handshake(a: Assessment, says: str) -> list[Exchange]:
    """An exchange that stands for the connection that was looked at."""
    known = next(answered(a), None)
    if known is not None:
        return [known.says_that(says)]
    request = Request(None, "GET", "/", raw_path="/")
    return [a.probe.raw(Call("GET", request.raw_path), says=says)]


def answered(a: Assessment) -> Iterator[Exchange]:
    """Requests that succeeded while the API was explored."""
    for target in a.api.targets:
        yield from a.survey.baselines(target)
