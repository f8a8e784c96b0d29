"""Settings for an API of somebody else that is called through the gateway: `egress`, and the controls made for it."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal, TypeAlias, get_args

from msgspec import Meta

from garrison.config.inspected import PAYLOAD_CLASSES, PayloadClassName, UsualSettings
from garrison.config.sections import Bytes, Cap, ControlSettings, Count, Fault, Seconds, Section

TypeName: TypeAlias = Literal[
    "name", "email", "phone", "address", "birth-date", "national-id", "account", "vehicle", "card", "iban", "income",
    "position", "network-address", "health", "credential", "behaviour",
]  # fmt: skip
"""A semantic type, as `core/semantics.py` has it."""
ToldByValue: TypeAlias = Literal["email", "phone", "national-id", "vehicle", "card", "iban", "credential"]
"""Those that are told within any text, by their syntax and check digits."""
TOLD_BY_VALUE: Final[tuple[ToldByValue, ...]] = get_args(ToldByValue)
Failing: TypeAlias = Literal["contract", "errors", "timeouts"]
"""What counts as a failure: an answer that breaks the contract, the server's own error, none in time."""
FAILING: Final[tuple[Failing, ...]] = get_args(Failing)

_HEADER: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}\Z")
_SCHEME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{0,40}\Z")
_NEVER_SET: Final = frozenset({"connection", "content-length", "content-type", "host", "te", "transfer-encoding"})

DEFAULTS: Final[Mapping[tuple[str, ...], Any]] = {
    ("mode",): "enforce",
    ("controls", "request-schema", "undeclared-properties"): "refuse",
    ("controls", "outgoing", "mode"): "enforce",
    ("controls", "incoming", "mode"): "enforce",
    ("controls", "circuit-breaker", "mode"): "enforce",
    ("controls", "response-schema", "mode"): "enforce",
}
"""What holds with `egress.enabled` where the file and the options say nothing else."""


class EgressSettings(Section, frozen=True):
    """The API behind the gateway is somebody else's, and those who call it are yours."""

    enabled: bool = False
    """Stand in front of an API of somebody else: its own host name is sent to it, nothing is told of who calls, and
    unless told otherwise the gateway enforces, and so do `response-schema`, `outgoing`, `incoming` and
    `circuit-breaker`; undeclared properties of requests are refused."""
    answer_timeout: Seconds = 60.0
    """Time for a whole answer, from the request's end to the answer's; then it is broken off. Streams too."""
    unsafe_plain_http: bool = False
    """Reach the third party over http, where anyone on the way can read and change everything. Warned of at start."""


class ThirdPartyCredentialSettings(Section, frozen=True):
    """The credential that the third party gave you. It stands in no event and in no message."""

    file: str
    """File with the token, key or `user:password` in one line. Read again when it changes."""
    header: str = "authorization"
    """The header field that carries it; what callers send there does not go out."""
    scheme: str = "Bearer"
    """What stands before it: `Bearer`, or `Basic`, which encodes `user:password`. Empty: nothing, as for an API key."""


class OutgoingSettings(ControlSettings, frozen=True):
    """Settings of the control `outgoing`, which is off unless told otherwise."""

    action: Literal["redact", "refuse"] = "redact"
    """In enforce mode: change the request so that the data does not leave, and refuse it only where what is left would
    break the contract or cannot be changed; or refuse it at once."""
    look_for: tuple[ToldByValue, ...] = TOLD_BY_VALUE
    """Data that is looked for in texts of which the contract does not say that they hold it, by annotation
    (`x-garrison-type`), format or name."""
    never: tuple[TypeName, ...] = ()
    """Data that never leaves, also where the contract asks for it."""
    headers: tuple[str, ...] = ()
    """Header fields that may go out besides those that the contract declares and those that HTTP needs."""
    credential: ThirdPartyCredentialSettings | None = None
    """The third party's credential, which the gateway adds, so that callers need not hold it."""


class IncomingSettings(ControlSettings, frozen=True):
    """Settings of the control `incoming`, which is off unless told otherwise."""

    body_bytes: Bytes = 10 * 1024 * 1024
    """Largest answer, inspected or not; `response-schema.inspected-bytes` bounds those that are."""
    json_depth: Count = 32
    """Arrays and objects inside one another."""
    redirect_hosts: tuple[str, ...] = ()
    """Hosts that answers may send callers to besides the third party's own: `files.example.com`. Whoever follows one
    goes there without this gateway."""
    cookies: Literal["drop", "pass"] = "drop"
    """What becomes of cookies that the contract does not declare."""
    texts: Literal["pass", "note", "refuse"] = "pass"
    """Texts in JSON answers that would leave their place where somebody puts them into a page, a query or a command:
    look at none; have the event say so; or, in enforce mode, refuse the answer."""
    classes: tuple[PayloadClassName, ...] = PAYLOAD_CLASSES
    """What is looked for in them, as with `payload`."""
    usual: tuple[UsualSettings, ...] = ()
    """What texts of answers usually hold at some places, mostly of one operation; places as with `payload`."""


class CircuitBreakerSettings(ControlSettings, frozen=True):
    """Settings of the control `circuit-breaker`, which is off unless told otherwise."""

    counts: tuple[Failing, ...] = FAILING
    """What counts as a failure: answers that break the `contract`, `errors` (5xx, no connection), `timeouts`."""
    window: Annotated[float, Meta(ge=1, le=3600)] = 60.0
    """Seconds that exchanges are looked back at."""
    least: Cap = 10
    """Exchanges in that time without which nothing is concluded."""
    share: Annotated[float, Meta(gt=0, le=1)] = 0.5
    """Share of failures among them from which on nothing more is asked."""
    pause: Annotated[float, Meta(ge=1, le=86400)] = 30.0
    """Seconds for which requests are refused; then a few are let through to see."""
    probes: Annotated[int, Meta(ge=1, le=100)] = 3
    """How many are let through then, and must all succeed."""


def header_faults(settings: OutgoingSettings) -> Iterator[Fault]:
    """What is wrong with the section: where, what and how to mend it."""
    for index, name in enumerate(settings.headers):
        if not _HEADER.match(name):
            yield ("headers", index), f"`{name}` is no name of a header field", "example: `x-tenant`"
    own = settings.credential
    if own is None:
        return
    if not own.file:
        yield ("credential", "file"), "is empty: where does the credential stand?", "name a file with it in one line"
    if not _HEADER.match(own.header) or own.header.lower() in _NEVER_SET:
        hint = "examples: `authorization`, `x-api-key`"
        yield ("credential", "header"), f"`{own.header}` is no header field that can carry it", hint
    if not _SCHEME.match(own.scheme):
        yield ("credential", "scheme"), f"`{own.scheme}` is no authentication scheme", "examples: `Bearer`, `Basic`"


def with_defaults(data: dict[str, Any]) -> None:
    """Lay `DEFAULTS` under settings as data, where they ask for it. What is no section is left to who complains."""
    egress = data.get("egress")
    if not isinstance(egress, dict) or egress.get("enabled") is not True:
        return
    for path, value in DEFAULTS.items():
        at: Any = data
        for step in path[:-1]:
            at = at.setdefault(step, {}) if isinstance(at, dict) else None
        if isinstance(at, dict):
            at.setdefault(path[-1], value)
