"""Targets: the operations of an API as an assessment sees them, with what the contract says and what names tell."""

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from garrison.assess.request import MULTIPART, Request
from garrison.assess.sampling import Sampler
from garrison.contract import Catalogue, CompiledOperation
from garrison.contract.described import DescribedBody, DescribedOperation, Description
from garrison.core.ids import OperationId
from garrison.exposure.types.rule import words

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS", "QUERY"})
"""Methods that should change nothing (RFC 9110, section 9.2.1)."""

_WIPING: Final = frozenset(
    {"clear", "createdb", "destroy", "drop", "erase", "flush", "init", "initialise", "initialize", "migrate",
     "populate", "purge", "reboot", "reload", "reseed", "reset", "restart", "restore", "seed", "setup", "shutdown",
     "truncate", "wipe"}
)  # fmt: skip
"""Words of operations that may change much more than one object, whatever their method."""
_OF_PEOPLE: Final = frozenset({"password", "passwd", "pwd", "passphrase", "pin", "otp", "mfa", "totp"})
_OF_PASSWORDS: Final = frozenset({"reset", "setup", "init", "restore"})
"""Of those words the ones that beside one of `_OF_PEOPLE` are about one account: `/password/reset`."""
_ENDING: Final = frozenset(
    {"archive", "ban", "block", "cancel", "close", "deactivate", "delete", "disable", "end", "expire", "lock", "refund",
     "reject", "remove", "revoke", "suspend", "terminate", "unsubscribe", "withdraw"}
)  # fmt: skip
"""Last words of paths where a POST ends what it is about: an order, a subscription, an account."""
RIGHTS: Final = frozenset(
    {"admin", "group", "groups", "level", "moderator", "permission", "permissions", "privilege", "privileges", "role",
     "roles", "scope", "scopes", "staff", "superuser"}
)  # fmt: skip
"""Words of properties that are rights."""
_MAX_NODES: Final = 500_000
_JSON: Final = re.compile(r"application/(.+\+)?json")


class Target:
    """One operation of the API under assessment."""

    def __init__(self, described: DescribedOperation, compiled: CompiledOperation | None) -> None:
        self.described = described
        self.compiled = compiled
        """None where it could not be compiled: then its answers are not held against the contract."""

    def __repr__(self) -> str:
        return f"Target({self.id!r})"

    @property
    def id(self) -> OperationId:
        """The operation's id."""
        return self.described.id

    @property
    def method(self) -> str:
        """Upper case."""
        return self.described.method

    @property
    def template(self) -> str:
        """Path template, the server's prefix included."""
        return self.described.template

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables of the path template, in its order."""
        return tuple(re.findall(r"\{([^{}]+)\}", self.template))

    @property
    def collection(self) -> str:
        """The path in front of the last variable: `/v1/pets` of `/v1/pets/{id}` and of `/v1/pets/{id}/photo`; the whole
        path where there is no variable."""
        return collection_of(self.template)

    @property
    def is_safe(self) -> bool:
        """Whether its method should change nothing."""
        return self.method in SAFE

    @property
    def is_declared_public(self) -> bool:
        """Whether the contract lets anybody call it: no security is declared, or an empty requirement is among it."""
        return not self.described.security or any(not each for each in self.described.security)

    @property
    def is_wiping(self) -> bool:
        """Whether its name says that it may change much more than one object, whatever its method."""
        said = {word for part in (self.described.path, self.described.id) for word in words(part.replace("/", " "))}
        return bool(said & _WIPING - (frozenset() if said.isdisjoint(_OF_PEOPLE) else _OF_PASSWORDS))

    @property
    def is_ending(self) -> bool:
        """Whether its path says that it ends what it is about: `POST /orders/{id}/cancel`."""
        last = next((step for step in reversed(self.described.path.split("/")) if step), "")
        return not self.is_safe and not _ENDING.isdisjoint(words(last))

    @property
    def json_body(self) -> DescribedBody | None:
        """What it says of a JSON request body; None where it takes none."""
        return next((each for each in self.described.bodies if _JSON.fullmatch(each.media_type)), None)

    @property
    def body(self) -> DescribedBody | None:
        """The request body that is sent: JSON where that is declared, else the first one."""
        return self.json_body or next(iter(self.described.bodies), None)


class Api:
    """The API under assessment: all its operations, and requests to them that the contract allows."""

    def __init__(self, description: Description, catalogue: Catalogue, sampler: Sampler, base: str = "") -> None:
        """`base` is the path under which the API is served, in place of what its servers say; empty for that."""
        self.description = description
        self.base = base
        self.sampler = sampler
        compiled = {each.operation.id: each for each in catalogue.operations}
        self.every = tuple(Target(_based(each, base), compiled.get(each.id)) for each in description.operations)
        """All operations."""
        self.targets = tuple(target for target in self.every if not target.is_wiping)
        """Those that may be called without fear: what may wipe data is left to the one check that is about it."""
        self._options: dict[str, tuple[Any, ...]] | None = None
        self._by_id = {target.id: target for target in self.every}

    def target(self, operation: OperationId) -> Target:
        """The target with this id."""
        return self._by_id[operation]

    def gives_rights(self, target: Target) -> bool:
        """Whether it takes a right, such as a role: with a made-up one it could shut out whoever sends it."""
        body = target.body
        taken = self.description.properties(body.schema) if body is not None and body.schema is not None else {}
        names = (*taken, *(each.name for each in target.described.parameters if each.location != "header"))
        return any(not RIGHTS.isdisjoint(words(name)) for name in names)

    def siblings(self, target: Target) -> tuple[Target, ...]:
        """The operations on the same path template, itself included."""
        return tuple(each for each in self.targets if each.template == target.template)

    def options(self, name: str) -> tuple[Any, ...]:
        """The values that the contract lists for a property or a parameter of this name, wherever it stands."""
        if self._options is None:
            self._options = dict(_options(self.description.root.value))
        return self._options.get(name, ())

    def request(self, target: Target, *, every: bool = False) -> Request:
        """A request that the contract allows, with made-up values; with `every` optional ones are sent too.

        Values of path variables are placeholders until an object is put there.
        """
        described = target.described
        values = {
            (each.location, each.name): self.sampler.text(each.schema, each.name, each.node)
            for each in described.parameters
            if each.required or every or each.location == "path"
        }

        def pairs(location: str) -> tuple[tuple[str, str], ...]:
            return tuple((name, value) for (where, name), value in values.items() if where == location)

        body = target.body
        return Request(
            operation=target.id,
            method=target.method,
            template=target.template,
            path={name: values.get(("path", name), "1") for name in target.variables},
            query=pairs("query"),
            headers=tuple((name.lower(), value) for name, value in pairs("header")),
            cookies=pairs("cookie"),
            **(
                {}
                if body is None
                else {
                    "body": self._with_files(body, self.sampler.value(body.schema, every=every, node=body.node)),
                    "media_type": body.media_type,
                }
            ),
        )

    def _with_files(self, body: DescribedBody, value: Any) -> Any:
        """The fields of a form with files as bytes, where the contract says that a field is one."""
        if body.media_type != MULTIPART or body.schema is None or not isinstance(value, dict):
            return value
        said, declared = self.description.said, self.description.properties(body.schema)
        files = {
            name
            for name, schema in declared.items()
            if said(schema, "format") == "binary" or said(schema, "contentMediaType") is not None
        }
        return {
            name: each.encode() if name in files and isinstance(each, str) else each for name, each in value.items()
        }


def _options(root: Any) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Names and their enumerations, in schemas anywhere in the description."""
    rest, count = [root], 0
    while rest and count < _MAX_NODES:
        value = rest.pop()
        count += 1
        if isinstance(value, dict):
            rest.extend(value.values())
            properties = value.get("properties")
            for name, schema in properties.items() if isinstance(properties, dict) else ():
                if isinstance(schema, dict) and isinstance(schema.get("enum"), list):
                    yield str(name), tuple(schema["enum"])
        elif isinstance(value, list):
            rest.extend(value)


def _based(described: DescribedOperation, base: str) -> DescribedOperation:
    return msgspec.structs.replace(described, template=base + described.path) if base else described


def collection_of(template: str) -> str:
    """The path in front of a template's last variable; the whole path where there is no variable."""
    head, bracket, _ = template.rpartition("{")
    return (head if bracket else template).rstrip("/")
