"""Settings of authorization: which principals may call a function, reach an object, see and write a field."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from msgspec import Meta

from garrison.config.sections import Cap, ControlSettings, Seconds, Section

VARIABLES: Final = ("principal", "request", "params", "peer")
"""What a CEL expression sees."""


class RequiresSettings(Section, frozen=True):
    """What a principal must have. Everything that is named is demanded."""

    scopes: tuple[str, ...] = ()
    """Scopes of which all are needed, besides those that the contract demands."""
    any_scope: tuple[str, ...] = ()
    """Scopes of which one is needed."""
    roles: tuple[str, ...] = ()
    """Roles of which one is needed."""
    claims: Mapping[str, str] = {}
    """Claims and the value that each must have, or hold where it is a list; dots lead into objects."""
    realms: tuple[str, ...] = ()
    """Realms of which the principal must be of one: a token of another opens nothing here."""
    cel: str = ""
    """A CEL expression that must be true. It sees `principal` (id, realm, subject, client, scopes, roles, claims),
    `request` (method, path, query and headers without credentials), `params` (the operation's parameters by place and
    name) and `peer` (address). What fails, because a claim is missing, is not true."""


class FunctionAccessSettings(ControlSettings, frozen=True):
    """Settings of the control `function-access`."""

    requires: RequiresSettings = RequiresSettings()
    """What a principal must have to call the operation."""


class OwnerSettings(Section, frozen=True):
    """One place that says whose an object is. One of `parameter`, `field` and `answer` is needed."""

    parameter: str = ""
    """A parameter of the operation: `accountNumber`, or `query.accountNumber` where several have the name."""
    field: str = ""
    """A JSON Pointer into the request's body: `/customer/id`; `*` stands for every item or property."""
    answer: str = ""
    """A JSON Pointer into the answer's body: `/accountNumber`, `/customers/*/accountNumber`."""
    claim: str = "sub"
    """The claim that must have this value, or hold it where it is a list; dots lead into objects: `act.sub`."""
    table: str = ""
    """One of `tables`, which says what values the claim's values stand for; empty: they are the same."""


class TableSettings(Section, frozen=True):
    """A relation that no token tells: which objects belong to whom."""

    file: str
    """CSV with two columns, the claim's value and an object that is its, a line for each pair and a head line; or JSON,
    `{"value": ["object", ...]}`. Read at load."""


class DecisionPointSettings(Section, frozen=True):
    """An external decision point, asked over AuthZEN (Authorization API 1.0)."""

    url: str
    """The address of its access evaluation: `https://pdp.example.com/access/v1/evaluation`."""
    timeout: Seconds = 2.0
    """How long a request may wait for its answer; then it is refused."""
    ca: str = ""
    """PEM file of the authorities to trust for the address; empty means the system's."""
    token_file: str = ""
    """File with a bearer token to say who we are there; empty asks without."""
    unsafe_plain_http: bool = False
    """Reach this server over http, where anyone on the way can read and forge what is said. Warned of at start."""


class ObjectAccessSettings(ControlSettings, frozen=True):
    """Settings of the control `object-access`. What the contract marks with `x-garrison-owner` counts besides."""

    owners: tuple[OwnerSettings, ...] = ()
    """Where requests and answers say whose an object is."""
    tables: Mapping[str, TableSettings] = {}
    """Tables by the name that `owners` and `x-garrison-owner` use."""
    actors: tuple[str, ...] = ()
    """Who may act for an owner (`act.sub` of the token, RFC 8693, 4.1); empty: whoever the issuer lets."""
    decision_point: DecisionPointSettings | None = None
    """Who else must agree to each request."""
    unless_scopes: tuple[str, ...] = ()
    """Scopes of which one lets a principal reach what is not its own."""
    unless_roles: tuple[str, ...] = ()
    """Roles of which one lets a principal reach what is not its own."""


class IssuedIdsSettings(ControlSettings, frozen=True):
    """Settings of the control `issued-ids`, which monitors unless told to enforce."""

    ids_per_principal: Annotated[int, Meta(ge=16, le=1 << 24)] = 65536
    """Ids that are remembered of one principal; of more the oldest are forgotten. Eight to sixteen bytes each."""
    ids: Cap = 8_000_000
    """Places for ids of all principals together; where they do not suffice, who was not seen longest is forgotten."""
    known_claims: tuple[str, ...] = ()
    """Claims whose values a principal knows without having been shown them: its own account."""
    learning: Annotated[float, Meta(ge=0, le=31_536_000)] = 0.0
    """For so long after the gateway's start an id that was never shown is no objection: what was shown before is not
    remembered across a restart."""


class FieldAccessSettings(ControlSettings, frozen=True):
    """Settings of the control `field-access`."""

    action: Literal["strip", "refuse"] = "strip"
    """In enforce mode: take fields that the principal may not read out of an answer, or refuse the answer."""
