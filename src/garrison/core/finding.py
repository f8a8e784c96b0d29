"""Findings: weaknesses of an API, each with what shows it. No secret and no raw personal value stands in one.

What an assessment found is shown by exchanges that anyone can send again; what an audit found, by a place in the
description.
"""

import hashlib
from enum import StrEnum
from typing import Final, NewType

import msgspec

from garrison.core.detection import Confidence, Severity
from garrison.core.ids import OperationId

CheckId = NewType("CheckId", str)
"""A check's kebab-case name, final once released: `object-read-by-another`."""


class Step(msgspec.Struct, frozen=True, omit_defaults=True):
    """One exchange of a proof: what was sent, as whom, what came back, and what that shows.

    Secrets are replaced by the name of whose they are in braces: `authorization: Bearer {alice}`. Whoever sends it
    again puts a live one in its place.
    """

    says: str
    """What it shows, as a sentence without a full stop: `bob reads the order that alice made`."""
    method: str
    url: str
    """Path and query, percent-encoded, without the origin."""
    identity: str = ""
    """As whom it was sent; empty for nobody."""
    headers: tuple[tuple[str, str], ...] = ()
    """Names lower case, credentials included in their replaced form."""
    body: str = ""
    """The request's body as text; empty where there is none."""
    status: int = 0
    """Status of the answer; 0 where none came."""
    answer_headers: tuple[tuple[str, str], ...] = ()
    """Those that matter for the proof."""
    answer: str = ""
    """The answer's body as text, cut to what matters, personal values masked."""
    seconds: float = 0.0
    """From sending it to the end of the answer."""
    fault: str = ""
    """Why no answer came: `no answer within 10 s`; empty where one did."""


class Source(msgspec.Struct, frozen=True, omit_defaults=True):
    """A place in a description."""

    file: str
    path: str
    """JSON path (RFC 9535): `$.paths['/pets'].get`."""
    line: int = 0
    """Counted from 1; 0 where unknown."""


class Finding(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="v", tag=1):
    """One weakness of one API. The same weakness has the same fingerprint in every run."""

    check: CheckId
    title: str
    """The weakness in a few words: `an object of another can be read`."""
    severity: Severity
    confidence: Confidence
    says: str
    """What is wrong here: a sentence or two, without a full stop at the end."""
    fingerprint: str
    """32 hexadecimal digits made of check, operation, location and kind: `fingerprint_of`."""
    operation: OperationId | None = None
    """None where it is a weakness of the API as a whole."""
    method: str = ""
    template: str = ""
    """Path template of the operation, or the path where nothing is described."""
    location: str = ""
    """Where in the request or the answer: `path.username`, `query.q`, `body/user/role`, `header.origin`."""
    identities: tuple[str, ...] = ()
    """Who took part in the proof."""
    proof: tuple[Step, ...] = ()
    """The exchanges that show it, the fewest that do, in the order in which they are to be sent."""
    source: Source | None = None
    """Where it stands in the description; of what an audit found, always."""
    suggestion: str = ""
    """What mends the description: actions of an OpenAPI Overlay, as YAML; empty where there is none."""
    tags: tuple[str, ...] = ()
    """`owasp.api1`, `cwe.639`, `rec.12`: as the check has them, and what is special here."""


class State(StrEnum):
    """What became of a finding over the runs of one target."""

    NEW = "new"
    """Found for the first time in the last run."""
    OPEN = "open"
    """Found again."""
    FIXED = "fixed"
    """Tested again and not found."""
    REGRESSED = "regressed"
    """Found again after it was fixed."""
    ACCEPTED = "accepted"
    """Somebody accepts it until a day that has not come yet, and says why."""


class Untested(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was not tested, and why: a report says so, for silence would read as safety."""

    why: str
    """Lower case, no full stop: `no second identity was given`."""
    check: CheckId | None = None
    """None where it holds for all."""
    operation: OperationId | None = None
    """None where it holds for the API as a whole."""


OWASP: Final = {
    "owasp.api1": "API1:2023 Broken Object Level Authorization",
    "owasp.api2": "API2:2023 Broken Authentication",
    "owasp.api3": "API3:2023 Broken Object Property Level Authorization",
    "owasp.api4": "API4:2023 Unrestricted Resource Consumption",
    "owasp.api5": "API5:2023 Broken Function Level Authorization",
    "owasp.api6": "API6:2023 Unrestricted Access to Sensitive Business Flows",
    "owasp.api7": "API7:2023 Server Side Request Forgery",
    "owasp.api8": "API8:2023 Security Misconfiguration",
    "owasp.api9": "API9:2023 Improper Inventory Management",
    "owasp.api10": "API10:2023 Unsafe Consumption of APIs",
}
"""The OWASP API Security Top 10 of 2023, by tag."""


def fingerprint_of(check: str, operation: str, location: str = "", kind: str = "") -> str:
    """The fingerprint of a weakness: of what was checked and where, never of what was sent or came back."""
    digest = hashlib.sha256(f"{check}\0{operation}\0{location}\0{kind}".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:32]
