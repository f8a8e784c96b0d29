"""Accounts that are the same in every installation."""

from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.authentication.entering import credential_of, log_in
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding
from garrison.exposure.types.rule import words

_PAIRS: Final = (
    ("admin", "admin"),
    ("admin", "password"),
    ("admin", "admin123"),
    ("administrator", "administrator"),
    ("root", "root"),
    ("user", "user"),
    ("test", "test"),
    ("guest", "guest"),
    ("demo", "demo"),
)
"""At most three for one name: nobody is locked out by so few."""


def run(a: Assessment) -> Iterator[Finding]:
    """Log in with what installers write down."""
    door = a.doors.log_in
    if door is None or not door.names:
        return
    wrong = log_in(a, a.api.sampler.word(), a.api.sampler.password(), "a made-up name and password are refused")
    if wrong is None or credential_of(a, wrong) is not None:
        return
    domain = "@example.com" if not {"email", "mail"}.isdisjoint(words(door.names[0].leaf)) else ""
    for name, password in _PAIRS:
        opened = log_in(a, name + domain, password, f"`{name}` and `{password}` are let in")
        if opened is not None and credential_of(a, opened) is not None:
            says = f"the default account `{name}` with the password `{password}` exists"
            yield a.found(CHECK, [wrong, opened], says=says, target=door.target, kind=name)


CHECK = Check(
    id=CheckId("default-credentials"),
    title="a default account exists",
    family="authentication",
    severity=Severity.CRITICAL,
    tags=("owasp.api2", "owasp.api8", "cwe.1392", "cwe.798"),
    looks="Nine usual pairs of name and password are tried, at most three for one name. Proof is that one is let in "
    "where a made-up pair is refused.",
    why="These pairs stand in every list that attackers try first, and the accounts are often those of administrators.",
    mend="Ship no account with a known password: let the first start ask for one, or make a random one and show it "
    "once.",
    samples={
        "django": "manage.py createsuperuser  # asks; do not load fixtures with users",
        "flask": "password = secrets.token_urlsafe(16)  # shown once, at the first start",
        "fastapi": "password = secrets.token_urlsafe(16)  # shown once, at the first start",
    },
    run=run,
    most=12,
    disturbs=Disturbs.SERVICE,
)
