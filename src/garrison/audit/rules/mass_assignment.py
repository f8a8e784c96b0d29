"""Properties in requests by which somebody could give himself rights."""

from collections.abc import Iterator
from typing import Final

from garrison.audit import names
from garrison.audit.bounds import marking
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Field, Reading
from garrison.contract.described import DescribedOperation
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId

_RIGHTS: Final = frozenset(
    {"accesslevel", "admin", "approved", "balance", "credits", "emailverified", "isadmin", "isadministrator",
     "isapproved", "isemailverified", "ismoderator", "isowner", "isstaff", "issuperuser", "issystem", "istrusted",
     "isverified", "kycstatus", "permissions", "privileges", "role", "roles", "scopes", "siteadmin", "staff",
     "superuser", "userrole", "userroles", "usertype", "verified", "walletbalance"}
)  # fmt: skip


def _look(reading: Reading) -> Iterator[Fault]:
    for field in reading.fields:
        if not field.owner.requests or names.joined(field.name) not in _RIGHTS or _is_kept(field):
            continue
        users = [
            each
            for each in reading.using(field.owner.requests)
            if each.method in names.UNSAFE and not names.administers(each)
        ]
        if not users:
            continue
        own = any(_is_own(each) for each in users)
        sure, grave = (None, Severity.HIGH) if own else (Confidence.LOW, None)
        says = f"`{field.name}` may be written by who may write the rest"
        yield Fault(
            field.node,
            says,
            reading.users(*users),
            field.location,
            severity=grave,
            confidence=sure,
            mends=marking(field, readOnly=True),
        )


def _is_kept(field: Field) -> bool:
    return field.says("readOnly") is True or bool(field.says("x-garrison-write-scope"))


def _is_own(operation: DescribedOperation) -> bool:
    """Whether people change with it what is said of themselves."""
    return bool({"register", "registration", "signup", "me", "profile"} & names.of_path(operation))


RULE = Rule(
    id=CheckId("mass-assignment"),
    title="rights can be written like any other field",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    tags=("owasp.api3", "cwe.915", "rec.20"),
    why="Whoever changes his own profile makes himself an administrator, verified, or rich.",
    mend=(
        "Mark the property `readOnly`, or let only administrators write it: an operation of their own, or "
        "`x-garrison-write-scope`."
    ),
    look=_look,
)
