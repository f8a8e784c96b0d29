"""The servers that authentication and authorization rest on, as the settings name them: for keys, and for questions."""

from collections.abc import Iterator, Mapping
from typing import TypeAlias
from urllib.parse import urlsplit

import msgspec

from garrison.config.controls import ControlsSettings
from garrison.config.explain import Complaint
from garrison.config.model import Settings
from garrison.config.source import Path
from garrison.config.third_party import OutgoingSettings
from garrison.config.tokens import IntrospectionSettings, JwtSettings

DECISION_POINT = "decision-point"
"""The name of the one external decision point (`Question.service`)."""


class KeySource(msgspec.Struct, frozen=True):
    """Where one issuer's keys come from."""

    issuer: str
    url: str = ""
    """Of the key set; empty means that the issuer's metadata says it."""
    file: str = ""
    """Of the key set; then nothing is fetched."""
    refresh: float = 300.0
    """Seconds between two looks."""
    ca: str = ""
    plain_http: bool = False


class Service(msgspec.Struct, frozen=True):
    """A server that is asked while a request waits."""

    name: str
    """As in `Question.service`."""
    url: str
    timeout: float
    """Seconds that a request may wait for one answer."""
    ca: str = ""
    plain_http: bool = False
    client_id: str = ""
    """With it we say who we are by `client_secret_basic` (RFC 6749, 2.3.1)."""
    secret_file: str = ""
    token_file: str = ""
    """File with a bearer token to send."""


Placed: TypeAlias = tuple[Path, KeySource | Service]
"""A server, and where its address stands."""


def introspection_service(scheme: str) -> str:
    """The name of the server that is asked about the tokens of `scheme`."""
    return f"introspection {scheme}"


def signature_keys(scheme: str) -> str:
    """What stands for an issuer where requests are signed with keys of `scheme`."""
    return f"signatures {scheme}"


def key_sources(settings: Settings) -> tuple[KeySource, ...]:
    """Every issuer whose keys are needed, once."""
    return tuple({one.issuer: one for _, one in placed_servers(settings) if isinstance(one, KeySource)}.values())


def services(settings: Settings) -> tuple[Service, ...]:
    """Every server that may be asked, once."""
    return tuple({one.name: one for _, one in placed_servers(settings) if isinstance(one, Service)}.values())


def server_complaints(settings: Settings) -> Iterator[Complaint]:
    """Addresses that cannot be used, and servers that are named twice in different ways."""
    first: dict[tuple[type, str], Placed] = {}
    for place, server in placed_servers(settings):
        yield from _address_complaints(place, server)
        key = (type(server), server.issuer if isinstance(server, KeySource) else server.name)
        before = first.setdefault(key, (place, server))
        if before[1] != server:
            what = f"the issuer `{key[1]}` has its keys" if isinstance(server, KeySource) else f"`{key[1]}` is asked"
            message = f"{what} in another way elsewhere: say the same in both places"
            yield Complaint(place[:-1], message, "", (before[0],))


def _address_complaints(place: Path, server: KeySource | Service) -> Iterator[Complaint]:
    if isinstance(server, KeySource) and server.file:
        return
    address = (server.url or server.issuer) if isinstance(server, KeySource) else server.url
    try:
        parts = urlsplit(address)
        whole = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        whole = False
    if not whole:
        is_name = place[-1] == "issuer" and "jwt" in place
        hint = "name `jwks-url` or `jwks-file`" if is_name else "example: `https://id.example.com/keys`"
        yield Complaint(place, f"`{address}` is no address that can be asked", hint)
    elif parts.scheme == "http" and not server.plain_http:
        hint = "use https; `unsafe-plain-http` is for networks where nobody else is"
        yield Complaint(place, f"`{address}` is not encrypted: who is on the way could forge the answer", hint)
    elif parts.username is not None or parts.fragment:
        yield Complaint(place, f"`{_without_user(address)}` must hold neither credentials nor a fragment")


def _without_user(address: str) -> str:
    scheme, _, rest = address.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"


def placed_servers(settings: Settings) -> Iterator[Placed]:
    """Every server as often as it is named, and where."""
    named: set[str] = set()
    signed: list[tuple[Path, IntrospectionSettings]] = []
    for at, controls in placed_controls(settings):
        for place, server in _servers_of(at, controls, signed):
            named.add(server.issuer if isinstance(server, KeySource) else "")
            yield place, server
    for place, own in signed:
        if own.issuer not in named:  # else its keys are had as its tokens' settings say
            named.add(own.issuer)
            yield place, KeySource(own.issuer, ca=own.ca, plain_http=own.unsafe_plain_http)


def placed_controls(settings: Settings) -> Iterator[tuple[Path, ControlsSettings]]:
    """What is said of authentication and objects, for all operations and for some, and where."""
    yield ("controls",), settings.controls
    for index, entry in enumerate(settings.operations):
        told: Mapping[str, object] = entry.controls
        own = {name: value for name, value in told.items() if name in {"authentication", "object-access"}}
        if own:
            yield ("operations", index, "controls"), msgspec.convert(own, ControlsSettings)


def placed_credentials(settings: Settings) -> Iterator[tuple[Path, str]]:
    """The file of every credential that is added to requests for a third party, and where it is named."""
    sections: list[tuple[Path, OutgoingSettings]] = [(("controls",), settings.controls.outgoing)]
    for index, entry in enumerate(settings.operations):
        if told := entry.controls.get("outgoing"):
            sections.append((("operations", index, "controls"), msgspec.convert(told, OutgoingSettings)))
    for at, own in sections:
        if own.credential is not None and own.credential.file:
            yield (*at, "outgoing", "credential", "file"), own.credential.file


def _servers_of(
    at: Path, controls: ControlsSettings, signed: list[tuple[Path, IntrospectionSettings]]
) -> Iterator[Placed]:
    """The servers of one section; those who sign their answers are put into `signed` as well."""
    for name, scheme in controls.authentication.schemes.items():
        place = (*at, "authentication", "schemes", name)
        for index, jwt in enumerate(scheme.jwt):
            yield (*place, "jwt", index, "jwks-url" if jwt.jwks_url else "issuer"), _issuer(jwt)
        if scheme.introspection is not None:
            own = scheme.introspection
            yield (*place, "introspection", "url"), _introspection(name, own)
            if own.signed:
                signed.append(((*place, "introspection", "issuer"), own))
        if scheme.signature is not None:
            keys = KeySource(signature_keys(name), file=scheme.signature.jwks_file)
            yield (*place, "signature", "jwks-file"), keys
    point = controls.object_access.decision_point
    if point is not None:
        service = Service(
            DECISION_POINT, point.url, point.timeout, point.ca, point.unsafe_plain_http, token_file=point.token_file
        )
        yield (*at, "object-access", "decision-point", "url"), service


def _issuer(jwt: JwtSettings) -> KeySource:
    return KeySource(jwt.issuer, jwt.jwks_url, jwt.jwks_file, jwt.refresh, jwt.ca, jwt.unsafe_plain_http)


def _introspection(scheme: str, own: IntrospectionSettings) -> Service:
    return Service(
        introspection_service(scheme),
        own.url,
        own.timeout,
        own.ca,
        own.unsafe_plain_http,
        client_id=own.client_id,
        secret_file=own.client_secret_file,
    )
