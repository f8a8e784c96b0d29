"""The key's name in a JWT, led to a key of the attacker's choice."""

from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.authentication.tokens import HASHES, verified, with_key
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_KEY: Final = "grsn-key"
_ATTEMPTS: Final = (
    ("path", "the path of an empty file", "../../../../../../../../dev/null", b""),
    ("path", "the path of an empty file", "/dev/null", b""),
    ("sql", "an SQL query that gives the key", f"grsn' UNION SELECT '{_KEY}' -- ", _KEY.encode()),
    ("sql", "an SQL query that gives the key", f"grsn' UNION SELECT '{_KEY}", _KEY.encode()),
    ("sql", "an SQL query that gives the key", f'grsn" UNION SELECT "{_KEY}" -- ', _KEY.encode()),
    ("unknown", "the name of no key, signed with an empty one", "grsn", b""),
)


def run(a: Assessment) -> Iterator[Finding]:
    """Name a key whose content is known: an empty file, or what a query gives."""
    found = verified(a)
    if found is None:
        return
    own = str(found.header.get("alg"))
    algorithm = own if own in HASHES else "HS256"
    for kind, what, kid, key in _ATTEMPTS:
        header = found.header | {"kid": kid}
        forged = found.send(
            a, with_key(header, found.longer(), key, algorithm), f"whose `kid` is {what}, it is accepted"
        )
        if not found.guard.accepts(forged):
            continue
        other = found.send(
            a,
            with_key(header, found.longer(), b"grsn-other", algorithm),
            "signed with another key, the same is refused",
        )
        if not found.guard.accepts(other):
            says = (
                f"a token is accepted whose `kid` is {what}: the name is used without a look at the keys that there are"
            )
            yield a.found(CHECK, [found.guard.good, other, forged], says=says, slot=found.place, kind=kind)
        return


CHECK = Check(
    id=CheckId("jwt-kid-injection"),
    title="the key's name in a token chooses any key",
    family="authentication",
    severity=Severity.CRITICAL,
    tags=("owasp.api2", "cwe.347", "cwe.22", "cwe.89"),
    looks="An identity's token is changed, its `kid` set to the path of an empty file or to an SQL query that gives a "
    "known text, and signed with just that. Proof is that it is accepted, and that the same token signed with another "
    "key is refused.",
    why="The sender chooses the key with which their token is verified, so that any token of theirs is a good one; "
    "the same hole lets them read files or the database.",
    mend="Look `kid` up in a fixed table of your keys and refuse what is not in it; never make a path or a query of "
    "it.",
    samples={
        "fastapi": 'key = KEYS.get(header.get("kid"))\nif key is None:\n    raise HTTPException(401)',
        "flask": 'key = KEYS.get(header.get("kid")) or abort(401)',
    },
    run=run,
    most=16,
    needs=("identity",),
)
