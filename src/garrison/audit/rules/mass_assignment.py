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
from garrison.exposure.inference import NOUNS

_RIGHTS: Final = frozenset(
    {"accesslevel", "admin", "emailverified", "isadmin", "isadministrator", "isemailverified", "ismoderator", "isstaff",
     "issuperuser", "issystem", "istrusted", "isverified", "kycstatus", "role", "roles", "siteadmin", "staff",
     "superuser", "userrole", "userroles", "usertype", "verified", "walletbalance"}
)  # fmt: skip
_OWN_RIGHTS: Final = _RIGHTS | {"approved", "balance", "credits", "isapproved", "permissions", "privileges", "scopes"}
"""What is a right where people change what is said of themselves, and anything elsewhere."""
_SELF: Final = frozenset({"me", "profile", "register", "registration", "signup"})
_GIVING: Final = frozenset(
    {"enterprise", "enterprises", "group", "groups", "invitation", "invitations", "member", "members", "membership",
     "memberships", "org", "organization", "organizations", "orgs", "project", "projects", "roles", "scim", "team",
     "teams", "tenant", "tenants", "workspace", "workspaces"}
)  # fmt: skip
"""Words of operations by which those who may do so give others their place in something."""


def _look(reading: Reading) -> Iterator[Fault]:
    for field in reading.fields:
        if not field.owner.requests or names.joined(field.name) not in _OWN_RIGHTS or _is_kept(field):
            continue
        changing = [each for each in reading.using(field.owner.requests) if each.method in names.UNSAFE]
        own = [each for each in changing if _SELF & names.of_path(each) and not _GIVING & names.of_path(each)]
        users = own or [each for each in changing if _is_of_people(each) and names.joined(field.name) in _RIGHTS]
        if users:
            yield Fault(
                field.node,
                f"`{field.name}` may be written by who may write the rest",
                reading.users(*users),
                field.location,
                severity=Severity.HIGH if own else None,
                confidence=None if own else Confidence.LOW,
                mends=marking(field, readOnly=True),
            )


def _is_kept(field: Field) -> bool:
    return field.says("readOnly") is True or bool(field.says("x-garrison-write-scope"))


def _is_of_people(operation: DescribedOperation) -> bool:
    """Whether it changes what is said of a person, and is neither for administrators nor meant to give rights."""
    said = names.of_path(operation)
    return bool(said & NOUNS.keys()) and not said & _GIVING and not names.administers(operation)


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
