"""Session cookies that are signed with a secret that can be guessed."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping
from typing import Final

import msgspec

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.authentication.guarding import Guard, changed, guards, scrambled
from garrison.assess.checks.authentication.guessing import likely
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_DERIVED: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "Flask": lambda secret: hmac.digest(secret, b"cookie-session", "sha1"),
    "Starlette": lambda secret: hashlib.sha1(b"itsdangerous.Signersigner" + secret, usedforsecurity=False).digest(),
}
"""How the keys of signed cookies are made of a secret, by whose cookies they are (the library is itsdangerous)."""


_LENGTH: Final = 20
"""Bytes of a signature with SHA-1."""


class _Signed(msgspec.Struct, frozen=True):
    """A signed cookie: what it says, when it was made, and the signature of both."""

    name: str
    value: str
    text: str
    mac: bytes


def run(a: Assessment) -> Iterator[Finding]:
    """Guess the secret without sending anything, then sign a cookie with it that nobody issued."""
    for guard in guards(a, fits=lambda credential: any(_read(*pair) for pair in credential.cookies)):
        for cookie in filter(None, (_read(*pair) for pair in guard.credential.cookies)):
            found = _guessed(a, cookie)
            if found is not None:
                yield from _forged(a, guard, cookie, *found)
        return


def _read(name: str, value: str) -> _Signed | None:
    text, dot, signature = value.strip('"').rpartition(".")
    try:
        mac = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
    except (binascii.Error, ValueError):
        return None
    return _Signed(name, value, text, mac) if dot and "." in text and len(mac) == _LENGTH else None


def _guessed(a: Assessment, cookie: _Signed) -> tuple[str, str] | None:
    """The secret, and whose cookie it is."""
    text = cookie.text.encode()
    for secret in likely(a):
        for kind, derive in _DERIVED.items():
            if hmac.digest(derive(secret.encode()), text, "sha1") == cookie.mac:
                return secret, kind
    return None


def _forged(a: Assessment, guard: Guard, cookie: _Signed, secret: str, kind: str) -> Iterator[Finding]:
    """A cookie of another moment, which the service never made."""
    text, _, moment = cookie.text.rpartition(".")
    earlier = base64.urlsafe_b64decode(moment + "=" * (-len(moment) % 4))
    number = (int.from_bytes(earlier) - 1).to_bytes(len(earlier))
    body = f"{text}.{base64.urlsafe_b64encode(number).rstrip(b'=').decode()}"
    mac = hmac.digest(_DERIVED[kind](secret.encode()), body.encode(), "sha1")
    made = f"{body}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
    spoiled = f"{body}.{scrambled(made.rpartition('.')[2])}"
    wrong = a.probe.send(
        guard.request,
        credential=changed(guard.credential, lambda value: spoiled, cookie.name),
        says="a cookie of another moment with a wrong signature is refused",
    )
    right = a.probe.send(
        guard.request,
        credential=changed(guard.credential, lambda value: made, cookie.name),
        says="signed with the guessed secret it is accepted",
    )
    if guard.accepts(right) and not guard.accepts(wrong):
        says = (
            f"the secret with which the cookie `{cookie.name}` is signed can be guessed ({len(secret)} characters): "
            "anybody can make sessions of anybody"
        )
        yield a.found(CHECK, [guard.good, wrong, right], says=says, slot=f"cookie.{cookie.name}")


CHECK = Check(
    id=CheckId("session-weak-secret"),
    title="session cookies are signed with a secret that can be guessed",
    family="authentication",
    severity=Severity.CRITICAL,
    tags=("owasp.api2", "cwe.521", "cwe.798"),
    looks="The secret of a signed session cookie (of Flask and of Starlette) is guessed without sending anything, as "
    "that of tokens is. Proof is that a cookie of another moment, signed with it, is accepted, and one with a wrong "
    "signature is refused.",
    why="Whoever holds one cookie guesses the secret on a laptop in seconds, and then makes sessions for anybody.",
    mend="Take a secret of at least 32 random bytes from the secret store, one for every installation, and change it "
    "now.",
    samples={
        "flask": 'app.config["SECRET_KEY"] = os.environ["SESSION_KEY"]  # secrets.token_hex(32), made once',
        "fastapi": 'app.add_middleware(SessionMiddleware, secret_key=os.environ["SESSION_KEY"])',
    },
    run=run,
    most=10,
    needs=("identity",),
)
