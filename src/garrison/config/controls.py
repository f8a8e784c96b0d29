"""Settings of the controls: what `controls` says in garrison.yaml, for all operations or for some."""

from typing import Literal

from garrison.config.access import FieldAccessSettings, FunctionAccessSettings, IssuedIdsSettings, ObjectAccessSettings
from garrison.config.authentication import AuthenticationSettings
from garrison.config.exposure import ExposureSettings
from garrison.config.inspected import PAYLOAD_CLASSES, PayloadClassName, UsualSettings
from garrison.config.limits import BlockingSettings, RateLimitSettings, RevocationSettings
from garrison.config.sections import Bytes, ControlSettings, Count, Section
from garrison.config.third_party import CircuitBreakerSettings, IncomingSettings, OutgoingSettings
from garrison.core.patch import Patch


class CanonicalFormSettings(ControlSettings, frozen=True):
    """Settings of the control `canonical-form`."""

    allow_encoded_slash: bool = False
    """Let `%2F` stand inside a path segment, as one character of it."""
    allow_method_override: bool = False
    """Let `X-HTTP-Method-Override` and its kin pass; they are still not obeyed."""


class InventorySettings(ControlSettings, frozen=True):
    """Settings of the control `inventory`."""

    unsafe_allow_undescribed: bool = False
    """Grant requests for operations that the contract does not describe. Warned of at start."""
    allow_head: bool = False
    """Grant HEAD on paths that the contract describes with GET."""
    allow_preflight: bool = False
    """Grant CORS preflight requests (OPTIONS) that ask for a method the contract describes there."""


class MediaTypeSettings(ControlSettings, frozen=True):
    """Settings of the control `media-type`."""


class RequestLimitsSettings(ControlSettings, frozen=True):
    """Settings of the control `request-limits`. Bounds hold even where the contract is silent."""

    header_count: Count = 100
    """Header fields, repeated ones counted each."""
    header_bytes: Bytes = 32768
    """All names and values together."""
    uri_bytes: Bytes = 8192
    """Length of the request target."""
    body_bytes: Bytes = 10 * 1024 * 1024
    """Largest request body, inspected or not."""
    inspected_bytes: Bytes = 1024 * 1024
    """Largest body that is held for inspection, decompressed size included."""
    json_depth: Count = 32
    """Arrays and objects inside one another."""
    array_items: Count = 10000
    """Items in one array."""
    object_keys: Count = 1000
    """Keys in one object, or fields in one form."""
    query_parameters: Count = 200
    """Parameters in the query."""


class RequestSchemaSettings(ControlSettings, frozen=True):
    """Settings of the control `request-schema`."""

    undeclared_query: Literal["refuse", "strip", "allow"] = "refuse"
    """Query parameters that the operation does not declare; `strip` forwards the request without them."""
    undeclared_properties: Literal["refuse", "strip", "allow"] = "allow"
    """Properties of a request body, or fields of a form, that the schema neither declares nor forbids; `strip` forwards
    the request without them."""


class PayloadSettings(ControlSettings, frozen=True):
    """Settings of the control `payload`."""

    classes: tuple[PayloadClassName, ...] = PAYLOAD_CLASSES
    """What is looked for; one that is left out here is looked for nowhere."""
    usual: tuple[UsualSettings, ...] = ()
    """What is not objected to at some places, mostly of one operation; `garrison replay --learn` proposes it."""
    unsafe_trusted_places: tuple[str, ...] = ()
    """Places whose texts are not inspected, as reasons name them: `body/query`, `query.filter`, `header.x-note`; one
    that ends in `/*` means all below it. Warned of at start."""


class ResponseSchemaSettings(ControlSettings, frozen=True):
    """Settings of the control `response-schema`, which monitors unless told to enforce."""

    action: Literal["refuse", "strip"] = "refuse"
    """In enforce mode: refuse a response that breaks the contract, or strip what it does not declare
    (and refuse what is still broken then)."""
    inspected_bytes: Bytes = 1024 * 1024
    """Largest response body that is inspected, decompressed size included."""


class VirtualPatchSettings(ControlSettings, frozen=True):
    """Settings of the control `virtual-patch`. What `patches.yaml` beside garrison.yaml holds counts besides."""

    patches: tuple[Patch, ...] = ()
    """Patches in force until they end; `garrison patch` writes and proves them."""


class ErrorLeakageSettings(ControlSettings, frozen=True):
    """Settings of the control `error-leakage`."""


class ControlsSettings(Section, frozen=True):
    """One entry for each control."""

    canonical_form: CanonicalFormSettings = CanonicalFormSettings()
    """One reading of every request: ambiguity is refused."""
    blocking: BlockingSettings = BlockingSettings()
    """Who is blocked is refused before anything else."""
    circuit_breaker: CircuitBreakerSettings = CircuitBreakerSettings()
    """A third party that misbehaves is asked nothing for a while."""
    inventory: InventorySettings = InventorySettings()
    """Only described operations exist."""
    media_type: MediaTypeSettings = MediaTypeSettings()
    """Only declared media types are exchanged."""
    request_limits: RequestLimitsSettings = RequestLimitsSettings()
    """Sizes, counts and depths of requests."""
    authentication: AuthenticationSettings = AuthenticationSettings()
    """Who asks is proved."""
    revocation: RevocationSettings = RevocationSettings()
    """Credentials and principals that were revoked or blocked are refused."""
    rate_limit: RateLimitSettings = RateLimitSettings()
    """Nobody asks more than they may."""
    function_access: FunctionAccessSettings = FunctionAccessSettings()
    """Principals call only the operations that they may."""
    request_schema: RequestSchemaSettings = RequestSchemaSettings()
    """Parameters and bodies of requests keep to the contract."""
    outgoing: OutgoingSettings = OutgoingSettings()
    """What goes out to a third party is what its contract declares."""
    payload: PayloadSettings = PayloadSettings()
    """Values stay values: nothing in them breaks into another language."""
    object_access: ObjectAccessSettings = ObjectAccessSettings()
    """Objects are reached by their owners only."""
    issued_ids: IssuedIdsSettings = IssuedIdsSettings()
    """Objects are asked for by ids that were given out."""
    virtual_patch: VirtualPatchSettings = VirtualPatchSettings()
    """What was found is closed until the API is mended."""
    field_access: FieldAccessSettings = FieldAccessSettings()
    """Fields are read and written by those who may."""
    incoming: IncomingSettings = IncomingSettings()
    """What comes in from a third party is bounded, stays there and is only data."""
    response_schema: ResponseSchemaSettings = ResponseSchemaSettings()
    """Responses keep to the contract."""
    exposure: ExposureSettings = ExposureSettings()
    """Whose data goes to whom is known and bounded."""
    error_leakage: ErrorLeakageSettings = ErrorLeakageSettings()
    """Error answers disclose nothing of the inside."""
