"""Settings: the typed form of garrison.yaml. Field names are written with hyphens in the file.

Every field has a default, so that an empty file is a valid one; what a field means, its unit and its bounds
stand below it and are what `garrison config schema` prints. Durations are seconds, sizes are bytes.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from msgspec import Meta

from garrison.config.assess import AssessSettings
from garrison.config.controls import ControlsSettings
from garrison.config.detect import DetectSettings
from garrison.config.notify import NotifySettings
from garrison.config.respond import RespondSettings
from garrison.config.sections import Bytes, Cap, Seconds, Section
from garrison.config.third_party import EgressSettings
from garrison.core.decision import FailMode


class ContractSettings(Section, frozen=True):
    """Where the API is described."""

    file: str = ""
    """OpenAPI description: path (relative to garrison.yaml) or http(s) URL. Empty: none."""
    overlays: tuple[str, ...] = ()
    """OpenAPI Overlay files, applied in this order."""
    match_hosts: bool = False
    """Serve an operation only on the hosts of its `servers`; otherwise only their path prefixes count."""


class HealthCheckSettings(Section, frozen=True):
    """Active health check of the upstream."""

    path: str
    """Request path that answers 200 when the upstream is well."""
    interval: Seconds = 5.0
    """Time between two checks; three failures in a row mark the upstream as down, one success as up."""


class UpstreamTlsSettings(Section, frozen=True):
    """How an https upstream is verified."""

    ca: str = ""
    """PEM file of the authorities to trust; empty means the system's."""
    server_name: str = ""
    """Name to expect and to send (SNI); empty means the host of the URL."""
    certificate: str = ""
    """PEM file of our client certificate, where the upstream asks for one."""
    key: str = ""
    """PEM file of its private key."""
    unsafe_skip_verification: bool = False
    """Accept any certificate. Warned of at start and shown in the plan."""


class UpstreamSettings(Section, frozen=True):
    """The API behind the gateway."""

    url: str = ""
    """`http://HOST:PORT` or `https://HOST:PORT`."""
    http2: bool = False
    """Speak HTTP/2 to the upstream (gRPC needs it)."""
    connect_timeout: Seconds = 5.0
    """Time to open a connection, TLS handshake included; then 502."""
    request_timeout: Seconds = 30.0
    """From the request's end to the beginning of the response; then 504. What follows is bound by
    `idle-timeout`, so that a stream may last."""
    idle_timeout: Seconds = 300.0
    """An exchange without a byte in either direction for this long is closed."""
    max_connections: Cap = 1024
    """Connections to the upstream at once."""
    max_pending_requests: Cap = 1024
    """Requests that may wait for a connection; more are answered with 503."""
    max_requests: Cap = 4096
    """Requests under way at once; more are answered with 503."""
    tls: UpstreamTlsSettings = UpstreamTlsSettings()
    """How an `https` upstream is verified."""
    health_check: HealthCheckSettings | None = None
    """Active health check; absent means that only requests show whether the upstream is well."""


class ListenTlsSettings(Section, frozen=True):
    """The gateway's own certificate; TLS 1.2 and 1.3 are served."""

    certificate: str
    """PEM file: certificate chain."""
    key: str
    """PEM file: private key."""
    client_ca: str = ""
    """PEM file of authorities whose client certificates are verified; empty asks for none."""
    require_client_certificate: bool = False
    """Refuse connections without a client certificate that `client-ca` verifies."""


class ListenSettings(Section, frozen=True):
    """Where the gateway listens."""

    address: str = "127.0.0.1:8080"
    """`HOST:PORT`; an IPv6 host in brackets."""
    tls: ListenTlsSettings | None = None
    """The gateway's certificate; absent means plain HTTP."""
    http3: bool = False
    """Serve HTTP/3 on the same port (UDP); needs `tls`."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses or networks (CIDR) whose `X-Forwarded-For` is believed; from all others it is dropped."""
    workers: Annotated[int, Meta(ge=0, le=256)] = 0
    """Envoy worker threads; 0 means one for each core, less one for the policy where there are more than two."""
    max_connections: Cap = 10000
    """Client connections at once; more are refused."""


class RecordSettings(Section, frozen=True):
    """How exchanges are recorded in the data directory."""

    fail: FailMode | None = None
    """What it means that an exchange cannot be recorded, because the disk is full or `spool-bytes` is reached:
    `closed` refuses it with 503, `open` lets it pass and counts it as lost. Absent: `closed` where the gateway
    enforces, `open` where it monitors."""
    spool_bytes: Bytes = 4 * 1024 * 1024 * 1024
    """Most that may wait in the spool for the process that turns it into Parquet."""
    retention_days: Annotated[int, Meta(ge=1, le=36500)] = 90
    """Days, in UTC, that events are kept."""
    keep_bodies: bool = False
    """Keep each exchange's messages too, encrypted, for `garrison replay` and `garrison explain`. Warned of at
    start: bodies hold what people sent and were sent."""
    key_file: str = ""
    """File of the key for what `keep-bodies` keeps, made where it is missing. Empty: beside the data directory, with
    `.key` after its name."""
    passphrase_file: str = ""
    """File of a passphrase that the key is derived from; `key-file` then holds only the salt."""
    ledger_days: Annotated[int, Meta(ge=1, le=36500)] = 400
    """Days, in UTC, that exposures are kept: who must be told of a breach is asked long after it."""
    ledger_days_of: Mapping[str, Annotated[int, Meta(ge=1, le=36500)]] = {}
    """Days for the exposures of single kinds of data subjects, as the contract names them with `x-garrison-subject`;
    at most `ledger-days` count."""
    ledger_key_file: str = ""
    """File of the keys under which the ledger names data subjects, made where it is missing; whoever loses it cannot
    tell any more whose data went where. Empty: beside the data directory, with `.ledger.key` after its name."""


class MetricsSettings(Section, frozen=True):
    """Counters for Prometheus."""

    listen: str = ""
    """`HOST:PORT` to answer `GET /metrics` on, in the guard's process: `127.0.0.1:9464`. Empty: nowhere. Whoever
    reaches it may read how much is called and refused, but nothing personal."""


class TelemetrySettings(Section, frozen=True):
    """Traces and logs for an OpenTelemetry collector; needs the extra `garrison[otel]`."""

    otlp_url: str = ""
    """The collector's OTLP/HTTP address: `http://127.0.0.1:4318`; `/v1/traces` and `/v1/logs` are added to it.
    Empty: nothing is sent."""


class OperationSettings(Section, frozen=True):
    """Policy for some operations; later entries win over earlier ones, key by key. What a key of a control has here
    stands in the place of all that it had: lists and sections as `limits`, `requires`, `except` or `lockout` are not
    put together."""

    match: str
    """An operation id (`getPet`), a method and template (`GET /pets/{petId}`), a template with `*` for
    any text (`* /admin/*`), or `tag:NAME`."""
    controls: Mapping[str, Mapping[str, Any]] = {}
    """As the top-level `controls`, for the matching operations only."""


class Settings(Section, frozen=True):
    """All of garrison.yaml."""

    version: Literal[1] = 1
    """Version of the file's format."""
    mode: Literal["monitor", "enforce"] = "monitor"
    """`monitor` records what would be denied, `enforce` denies it."""
    data: str = ""
    """Directory for what is kept. Empty: `garrison guard` keeps it in `garrison-data` where it was started, the
    ASGI middleware keeps nothing."""
    contract: ContractSettings = ContractSettings()
    """Where the API is described."""
    upstream: UpstreamSettings = UpstreamSettings()
    """The API behind the gateway."""
    egress: EgressSettings = EgressSettings()
    """The API behind the gateway is somebody else's, and those who call it are yours."""
    listen: ListenSettings = ListenSettings()
    """Where the gateway listens."""
    record: RecordSettings = RecordSettings()
    """How exchanges are recorded."""
    metrics: MetricsSettings = MetricsSettings()
    """Counters for Prometheus."""
    telemetry: TelemetrySettings = TelemetrySettings()
    """Traces and logs for an OpenTelemetry collector."""
    detect: DetectSettings = DetectSettings()
    """Detection rules look at events as they are recorded."""
    respond: RespondSettings = RespondSettings()
    """What is done about detections."""
    notify: NotifySettings = NotifySettings()
    """Who is told of incidents, and of what assessments find different."""
    assess: AssessSettings = AssessSettings()
    """The API is assessed again and again, beside the gateway."""
    controls: ControlsSettings = ControlsSettings()
    """What each control is told, for all operations."""
    operations: tuple[OperationSettings, ...] = ()
    """Policy for some operations, over what `controls` says for all."""

    @property
    def record_fail(self) -> FailMode:
        """What it means that an exchange cannot be recorded: unless told, nothing passes unseen that is enforced."""
        if self.record.fail is not None:
            return self.record.fail
        return FailMode.CLOSED if self.mode == "enforce" else FailMode.OPEN
