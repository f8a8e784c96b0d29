"""An operation: method and path template, the unit of policy. Declared facts only; validators live in `contract`."""

from collections.abc import Mapping
from typing import Any, Final, Literal

import msgspec

from garrison.core.ids import OperationId

UNDESCRIBED: Final = "(undescribed)"
"""What stands for the operation, wherever one is shown, where the contract describes none."""
Location = Literal["path", "query", "querystring", "header", "cookie"]
"""Where a parameter travels; `querystring` is OpenAPI 3.2's whole query as one value."""


class Parameter(msgspec.Struct, frozen=True):
    """One declared parameter."""

    name: str
    location: Location
    required: bool = False
    pointer: str = ""
    """Its place in the description: `$.paths['/pets'].get.parameters[0]`."""
    schema: Any = None
    """The parameter's schema as written, references unresolved; None where only `content` describes it."""
    style: str = ""
    """How it is serialised (OpenAPI `style`), the location's default filled in; empty where `content` says it."""
    repeats: bool = False
    """Whether its style lets the name stand more than once in a request (`explode` of an array)."""
    extensions: Mapping[str, Any] = {}
    """Specification extensions (`x-...`) of the parameter."""


class Response(msgspec.Struct, frozen=True):
    """One declared response."""

    status: str
    """`200`, `4XX` or `default`."""
    headers: tuple[str, ...] = ()
    """Declared header names, lower case."""


class SecurityScheme(msgspec.Struct, frozen=True):
    """One declared way to prove who asks (OpenAPI 3.2, section 4.27)."""

    name: str
    """Its name among the contract's `securitySchemes`."""
    type: Literal["apiKey", "http", "mutualTLS", "oauth2", "openIdConnect"]
    location: Literal["query", "header", "cookie", ""] = ""
    """Where an API key travels."""
    parameter: str = ""
    """The name it travels under; lower case in a header."""
    scheme: str = ""
    """Of type `http`: the authentication scheme (RFC 9110, 16.4.1), lower case: `bearer`, `basic`, `dpop`."""


class Operation(msgspec.Struct, frozen=True):
    """What the contract declares of one operation."""

    id: OperationId
    method: str
    """Upper case; `QUERY` and methods under OpenAPI 3.2's `additionalOperations` included."""
    template: str
    """Path template with the server's prefix in front: `/v1/pets/{petId}`."""
    path: str
    """The key under `paths` as written: `/pets/{petId}`."""
    parameters: tuple[Parameter, ...] = ()
    request_media_types: tuple[str, ...] = ()
    """Declared request media types, lower case, parameters dropped; empty where no body is declared."""
    body_required: bool = False
    responses: tuple[Response, ...] = ()
    security: tuple[Mapping[str, tuple[str, ...]], ...] | None = None
    """Security requirements: any one entry suffices, all schemes of an entry are needed; None where nothing
    is declared, an empty mapping among them allows anonymous principals."""
    schemes: Mapping[str, SecurityScheme] = {}
    """The security schemes that `security` names; one that the contract does not declare soundly is missing."""
    tags: tuple[str, ...] = ()
    deprecated: bool = False
    pointer: str = ""
    """The operation's place in the description: `$.paths['/pets'].get`."""
    extensions: Mapping[str, Any] = {}
    """Specification extensions (`x-...`) of the operation and, beneath them, of its path item."""
