"""Credentials of which only a part is checked."""

import base64
import binascii
from collections.abc import Callable, Iterator

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.authentication.guarding import Guard, changed, guard_at, guards, scrambled
from garrison.assess.checks.authentication.tokens import jwt_in
from garrison.assess.identity import Credential
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_MOST_TARGETS = 8
"""Operations that ask for two credentials at once and are tried."""


def run(a: Assessment) -> Iterator[Finding]:
    """Change the parts of a credential, and leave one of two out."""
    for guard in guards(a, fits=lambda credential: not jwt_in(credential)):
        credential = guard.credential
        for name, _ in (*credential.headers, *credential.cookies, *credential.query):
            yield from _loosely_compared(a, guard, name)
        break
    for target in [each for each in a.api.targets if _asks_two(each) and each.is_safe][:_MOST_TARGETS]:
        yield from _one_suffices(a, target)


def _loosely_compared(a: Assessment, guard: Guard, name: str) -> Iterator[Finding]:
    """Send the secret under `name` longer, shorter and in the other case."""
    made_up = changed(guard.credential, scrambled, name)
    bad = a.probe.send(guard.request, credential=made_up, says=f"with a made-up `{name}` it is refused")
    if guard.accepts(bad):
        return  # this operation does not ask for it
    for kind, what, change in (
        ("suffix", "with text behind it", lambda secret: f"{secret}grsn"),
        ("prefix", "cut to its first half", lambda secret: secret[: (len(secret) + 1) // 2]),
        ("case", "in the other case", str.swapcase),
    ):
        credential = changed(guard.credential, _of_secret(change), name)
        if credential == guard.credential:
            continue
        loose = a.probe.send(guard.request, credential=credential, says=f"the credential {what} is accepted")
        if guard.accepts(loose):
            says = f"the credential in `{name}` is accepted {what}: it is not compared as a whole"
            severity = Severity.HIGH if kind == "prefix" else Severity.MEDIUM
            yield a.found(CHECK, [guard.good, bad, loose], says=says, slot=name, kind=kind, severity=severity)


def _of_secret(change: Callable[[str], str]) -> Callable[[str], str]:
    """The change of a secret; of Basic credentials (RFC 7617) that of the password in them."""

    def of(secret: str) -> str:
        try:
            name, colon, password = base64.b64decode(secret, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return change(secret)
        if not colon:
            return change(secret)
        return base64.b64encode(f"{name}:{change(password)}".encode()).decode()

    return of


def _asks_two(target: Target) -> bool:
    return bool(target.described.security) and all(len(each) > 1 for each in target.described.security or ())


def _one_suffices(a: Assessment, target: Target) -> Iterator[Finding]:
    """Leave out one of the credentials that the contract asks for together."""
    for identity in a.identities:
        parts = tuple(_parts(a.probe.credential(identity))) if a.survey.baseline(target, identity) else ()
        guard = guard_at(a, target, identity) if len(parts) > 1 else None
        if guard is None:
            continue
        for left, credential in parts:
            rest = a.probe.send(guard.request, credential=credential, says=f"without `{left}` it is answered too")
            if guard.accepts(rest):
                says = f"the contract asks for two credentials together, and the operation answers without `{left}`"
                yield a.found(
                    CHECK, [guard.good, guard.bad, rest], says=says, target=target, slot=left, kind="left out"
                )
        return


def _parts(credential: Credential) -> Iterator[tuple[str, Credential]]:
    """For each part of a credential: where it stands, and what is left without it."""
    for name, _ in credential.headers:
        yield (
            f"header.{name}",
            Credential(
                tuple(pair for pair in credential.headers if pair[0] != name), credential.query, credential.cookies
            ),
        )
    for name, _ in credential.query:
        yield (
            f"query.{name}",
            Credential(
                credential.headers, tuple(pair for pair in credential.query if pair[0] != name), credential.cookies
            ),
        )
    for name, _ in credential.cookies:
        yield (
            f"cookie.{name}",
            Credential(
                credential.headers, credential.query, tuple(pair for pair in credential.cookies if pair[0] != name)
            ),
        )


CHECK = Check(
    id=CheckId("partially-checked-credentials"),
    title="only a part of the credential is checked",
    family="authentication",
    severity=Severity.HIGH,
    tags=("owasp.api2", "cwe.287", "cwe.1254"),
    looks="A good credential is sent with text behind it, cut in half, and in the other case; where the contract asks "
    "for two credentials together, with one of them left out. Proof is the success that the whole credential has, on "
    "an operation that refuses a made-up one.",
    why="A credential that is compared only in part can be guessed in part, and one of two required credentials is as "
    "good as both: whoever stole one is in.",
    mend="Compare the whole credential, byte for byte, with a comparison that takes the same time for all. Check "
    "every credential that the contract asks for, and refuse when one is missing.",
    samples={
        "fastapi": "if not secrets.compare_digest(given.encode(), key.encode()):\n    raise HTTPException(401)",
        "flask": "if not hmac.compare_digest(given.encode(), key.encode()):\n    abort(401)",
    },
    run=run,
    most=60,
    needs=("identity",),
)
