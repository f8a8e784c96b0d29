"""Credentials that are accepted in the URL though the contract has them elsewhere."""

from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.authentication.guarding import Guard, guards, scrambled
from garrison.assess.identity import Credential
from garrison.assess.probe import Exchange
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_NAMES: Final = (
    "access_token", "token", "auth_token", "authToken", "accessToken", "api_key", "apikey", "key", "jwt", "auth",
    "session", "sessionid", "sid",
)  # fmt: skip
_FIRST: Final = 3
"""Names that are tried one by one where all of them together are not understood."""


def run(a: Assessment) -> Iterator[Finding]:
    """Put the credential into the query."""
    for guard in guards(a, fits=lambda credential: not credential.query):
        for secret, name in _accepted(a, guard):
            there = a.probe.send(
                guard.request, credential=_at(name, secret), says="the same credential in the URL does"
            )
            wrong = a.probe.send(
                guard.request, credential=_at(name, scrambled(secret)), says="a made-up one in the URL does not"
            )
            if guard.accepts(there) and not guard.accepts(wrong):
                says = f"the credential is accepted in the URL, as `{name}`, though the contract has it elsewhere"
                yield a.found(CHECK, [guard.bad, there, wrong], says=says, slot=f"query.{name}")
                return
        return


def _at(name: str, secret: str) -> Credential:
    return Credential(query=((name, secret),))


def _accepted(a: Assessment, guard: Guard) -> Iterator[tuple[str, str]]:
    """Secrets and the names of parameters under which they seem to be accepted."""
    credential = guard.credential
    for name, value in (*credential.headers, *credential.cookies):
        secret = value.partition(" ")[2] or value
        names = tuple(dict.fromkeys((*_NAMES, name)))
        whole = a.probe.send(guard.request, credential=Credential(query=tuple((each, secret) for each in names)))
        if guard.accepts(whole):
            yield from ((secret, each) for each in names if guard.accepts(_alone(a, guard, each, secret)))
        elif whole.answer.status not in (401, 403):
            yield from ((secret, each) for each in names[:_FIRST] if guard.accepts(_alone(a, guard, each, secret)))


def _alone(a: Assessment, guard: Guard, name: str, secret: str) -> Exchange:
    return a.probe.send(guard.request, credential=_at(name, secret))


CHECK = Check(
    id=CheckId("credentials-in-url"),
    title="a credential is accepted in the URL",
    family="authentication",
    severity=Severity.MEDIUM,
    tags=("owasp.api2", "cwe.598"),
    looks="An identity's credential is left out of its header or cookie and put into the query under usual names. "
    "Proof is that it is accepted there and that a made-up one under the same name is not.",
    why="URLs end in logs, histories, `Referer` headers and caches, and with them the credential: whoever reads one "
    "of them can act as its owner.",
    mend="Take credentials from the one place that the contract names and ignore them everywhere else. For downloads "
    "and sockets issue a ticket that is good once and for a minute.",
    samples={
        "fastapi": "bearer = HTTPBearer()  # instead of token: str = Query(...)",
        "flask": 'app.config["JWT_TOKEN_LOCATION"] = ["headers"]  # no "query_string"',
    },
    run=run,
    most=40,
    needs=("identity",),
)
