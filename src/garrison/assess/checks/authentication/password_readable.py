"""Passwords that come back."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.authentication.entering import Person, people
from garrison.assess.checks.authentication.tokens import jwt_in
from garrison.assess.jwt import claims_of
from garrison.assess.probe import Exchange
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding
from garrison.exposure.types.rule import words

_LONG: Final = 10
"""Characters from which on a text is not the same as a password by chance."""
_PASSWORDS: Final = frozenset({"password", "passwd", "pwd", "passphrase", "pass", "pin", "secret"})


def run(a: Assessment) -> Iterator[Finding]:
    """Look for the passwords of accounts that are known in everything that was answered, and in tokens."""
    forms: dict[str, str] = {}
    for person in people(a):
        forms |= _forms(person)
    seen = set[str]()
    for fact in a.survey.facts():
        what = forms.get(fact.value)
        exchange = fact.exchange
        if what is None or fact.is_sent or exchange.request.operation in seen or exchange.request.operation is None:
            continue
        if not _is_telling(fact.value, fact.name):
            continue
        seen.add(exchange.request.operation)
        echoed = fact.value in str(exchange.request.body)
        says = f"the answer holds {what} of an account" + (", which the request had just sent" if echoed else "")
        yield a.found(
            CHECK,
            [exchange.says_that(f"{what} stands in the answer, as `{' '.join(fact.name)}`")],
            says=says,
            target=a.api.target(exchange.request.operation),
            severity=Severity.LOW if echoed else None,
        )
    yield from _in_tokens(a, forms)


def _is_telling(value: str, name: tuple[str, ...]) -> bool:
    """Whether a value is a password and no word that happens to be one: `admin` is many things."""
    return len(value) >= _LONG or not _PASSWORDS.isdisjoint(name)


def _forms(person: Person) -> dict[str, str]:
    """A password and what quick hashes make of it, and what each is called."""
    clear = person.password.encode()
    quick = {
        name: hashlib.new(name, clear, usedforsecurity=False).hexdigest()
        for name in ("md5", "sha1", "sha256", "sha512")
    }
    return {person.password: "the password"} | {
        value: f"the {name} hash of the password" for name, value in quick.items()
    }


def _in_tokens(a: Assessment, forms: Mapping[str, str]) -> Iterator[Finding]:
    for identity in a.identities:
        token = jwt_in(a.probe.credential(identity)) if identity.name not in a.probe.lost else ""
        claims = claims_of(token) if token else {}
        telling = [str(value) for name, value in claims.items() if _is_telling(str(value), words(name))]
        found = [forms[value] for value in telling if value in forms]
        shown = _shown(a, identity.name)
        if found and shown is not None:
            proof = [shown.says_that("the token that is sent here holds it, readable for whoever has the token")]
            yield a.found(CHECK, proof, says=f"the token holds {found[0]} of its owner", kind="token")
            return


def _shown(a: Assessment, name: str) -> Exchange | None:
    known = [each for target in a.api.targets for each in a.survey.baselines(target)]
    return next((each for each in known if each.identity is not None and each.identity.name == name), None)


CHECK = Check(
    id=CheckId("password-readable"),
    title="passwords are kept so that they can be read",
    family="authentication",
    severity=Severity.CRITICAL,
    tags=("owasp.api2", "owasp.api3", "cwe.256", "cwe.257", "cwe.916"),
    looks="Everything that the API answered, and what its tokens say, is searched for the passwords of accounts that "
    "are known, as they are and as quick hashes make them (MD5, SHA-1, SHA-2). Proof is the very password in an "
    "answer.",
    why="A password that comes back was not hashed: one leak of the database, or of one answer, and every account is "
    "open, here and wherever else people use the same.",
    mend="Store what Argon2id, scrypt or bcrypt make of a password and nothing else, and leave it out of every "
    "answer: declare what answers hold, and let the framework drop the rest.",
    samples={
        "fastapi": "user.hash = PasswordHasher().hash(password)  # argon2-cffi; and response_model=UserOut",
        "django": 'user.set_password(password)\n\n\nclass Meta:\n    exclude = ["password"]',
        "flask": "user.hash = generate_password_hash(password)",
    },
    run=run,
    most=2,
)
