"""Settings of authorization: which principals may call a function, reach an object, see and write a field."""

from collections.abc import Mapping
from typing import Literal

from garrison.config.sections import ControlSettings, Seconds, Section


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
    `request` (method, path), `params` (the operation's parameters by place and name) and `peer` (address)."""


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
    """The claim that must have this value, or hold it where it is a list; dots lead into objects."""


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
    """Reach this server over http, where anyone on the way can forge its answers. Warned of at start."""


class ObjectAccessSettings(ControlSettings, frozen=True):
    """Settings of the control `object-access`. What the contract marks with `x-garrison-owner` counts besides."""

    owners: tuple[OwnerSettings, ...] = ()
    """Where requests and answers say whose an object is."""
    decision_point: DecisionPointSettings | None = None
    """Who else must agree to each request."""
    unless_scopes: tuple[str, ...] = ()
    """Scopes of which one lets a principal reach what is not its own."""
    unless_roles: tuple[str, ...] = ()
    """Roles of which one lets a principal reach what is not its own."""


class FieldAccessSettings(ControlSettings, frozen=True):
    """Settings of the control `field-access`."""

    action: Literal["strip", "refuse"] = "strip"
    """In enforce mode: take fields that the principal may not read out of an answer, or refuse the answer."""
