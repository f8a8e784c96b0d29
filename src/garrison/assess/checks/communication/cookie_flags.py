"""`cookie-flags`: the cookie of a session may be read or sent where it should not."""

import re
from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.communication.origin import answered, is_https, is_loopback
from garrison.assess.doors import credentials_in
from garrison.assess.probe import Exchange
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_LONG: Final = 16
"""Characters of a value that cannot be guessed."""
_SESSION: Final = re.compile(r"sess|sid|auth|token|jwt|login|remember", re.IGNORECASE)


def _run(a: Assessment) -> Iterator[Finding]:
    reported: set[str] = set()
    for exchange in _with_cookies(a):
        for name, value in exchange.answer.headers:
            if name != "set-cookie":
                continue
            cookie, _, rest = value.partition("=")
            flags = {part.strip().partition("=")[0].lower() for part in rest.split(";")[1:]}
            missing = tuple(_missing(a, rest, flags))
            if cookie in reported or not missing or not _is_session(a, cookie):
                continue
            reported.add(cookie)
            yield a.found(
                CHECK,
                [exchange.says_that(f"the cookie `{cookie}` is set without {', '.join(missing)}")],
                slot=f"cookie.{cookie}",
                severity=Severity.MEDIUM if "`HttpOnly`" in missing else Severity.LOW,
                says=f"the session's cookie `{cookie}` is set without {', '.join(missing)}",
            )


def _with_cookies(a: Assessment) -> Iterator[Exchange]:
    """Answers that set cookies: logging in, then what exploration saw."""
    door = a.doors.log_in
    for identity in a.identities if door is not None else ():
        if door is not None and identity.secret is not None:
            yield a.probe.send(credentials_in(a.api.request(door.target, every=True), door, *identity.secret))
            break
    yield from answered(a)


def _is_session(a: Assessment, cookie: str) -> bool:
    """Whether it is what shows who one is: by its name, or by a long value that requests carry."""
    if _SESSION.search(cookie):
        return True
    working = [each for each in a.identities if each.name not in a.probe.lost]
    held = [pair for each in working for pair in a.probe.credential(each).cookies]
    return any(name == cookie and len(value) >= _LONG for name, value in held)


def _missing(a: Assessment, rest: str, flags: set[str]) -> Iterator[str]:
    """Flags that are not set. `Secure` cannot be where the target is tried without TLS on this machine."""
    if "httponly" not in flags:
        yield "`HttpOnly`"
    if "secure" not in flags and (is_https(a) or not is_loopback(a)):
        yield "`Secure`"
    if "samesite" not in flags or ("samesite=none" in rest.lower().replace(" ", "") and "secure" not in flags):
        yield "`SameSite`"


CHECK = Check(
    id=CheckId("cookie-flags"),
    title="a session's cookie is not protected",
    family="communication",
    severity=Severity.MEDIUM,
    tags=("owasp.api2", "cwe.1004", "cwe.614", "cwe.1275", "rec.11"),
    looks="Logs in and reads the cookies that answers set. Proven where the cookie of the session lacks `HttpOnly`, "
    "`SameSite`, or `Secure` (over plain HTTP on this machine the last one is not asked for).",
    why="Scripts read it, it travels in the clear, or pages of others send it along.",
    mend="Set session cookies with `HttpOnly; Secure; SameSite=Lax` and the prefix `__Host-`.",
    samples={
        "fastapi": 'response.set_cookie("__Host-sid", value, httponly=True, secure=True, samesite="lax", path="/")',
        "django": "SESSION_COOKIE_SECURE = True\nSESSION_COOKIE_HTTPONLY = True\nSESSION_COOKIE_SAMESITE = 'Lax'",
        "flask": 'app.config.update(SESSION_COOKIE_SECURE=True, SESSION_COOKIE_SAMESITE="Lax")',
    },
    run=_run,
    most=2,
)
