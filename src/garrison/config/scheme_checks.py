"""Settings of authentication that would satisfy nothing, or contradict each other."""

from collections.abc import Iterator

from garrison.config.authentication import SchemeSettings
from garrison.config.explain import Complaint
from garrison.config.model import Settings
from garrison.config.servers import placed_controls
from garrison.config.source import Path
from garrison.config.tokens import IntrospectionSettings, JwtSettings, realm_of

_WAYS = ("jwt", "introspection", "api-key", "basic", "certificate", "signature")
_THIRD_PARTY = "third-party"


def scheme_complaints(settings: Settings) -> Iterator[Complaint]:
    """What is wrong with the ways to satisfy schemes, for all operations and for some."""
    verifies_clients = settings.listen.tls is not None and bool(settings.listen.tls.client_ca)
    for at, controls in placed_controls(settings):
        for name, scheme in controls.authentication.schemes.items():
            yield from _scheme((*at, "authentication", "schemes", name), scheme, verifies_clients=verifies_clients)
    yield from _shared_realms(settings)


def _shared_realms(settings: Settings) -> Iterator[Complaint]:
    """Several issuers may live on one host, as tenants of a provider do: a subject of one is not that of another, and
    whoever has a name in one would be whoever has it in the other."""
    issuers: dict[str, set[str]] = {}
    unnamed: dict[str, Path] = {}
    for place, own in _issuers(settings):
        issuers.setdefault(realm_of(own.realm, own.issuer), set()).add(own.issuer)
        if not own.realm:
            unnamed.setdefault(own.issuer, (*place, "issuer"))
    for issuer, place in unnamed.items():
        realm = realm_of("", issuer)
        if others := sorted(issuers[realm] - {issuer}):
            message = f"the realm `{realm}` is also that of `{others[0]}`, whose principals are others"
            yield Complaint(place, message, "name a `realm`; the same for both where they have the same people")


def _issuers(settings: Settings) -> Iterator[tuple[Path, JwtSettings | IntrospectionSettings]]:
    """Everybody whose name is said whose tokens are believed, and where."""
    for at, controls in placed_controls(settings):
        for name, scheme in controls.authentication.schemes.items():
            place = (*at, "authentication", "schemes", name)
            yield from (((*place, "jwt", index), jwt) for index, jwt in enumerate(scheme.jwt))
            if scheme.introspection is not None and scheme.introspection.issuer:
                yield (*place, "introspection"), scheme.introspection


def _scheme(at: Path, scheme: SchemeSettings, *, verifies_clients: bool) -> Iterator[Complaint]:
    if not any(getattr(scheme, way.replace("-", "_")) for way in _WAYS):
        yield Complaint(at, "names no way to satisfy the scheme", "ways: " + ", ".join(f"`{way}`" for way in _WAYS))
    for index, jwt in enumerate(scheme.jwt):
        yield from _jwt((*at, "jwt", index), jwt)
        if any(other.issuer == jwt.issuer for other in scheme.jwt[:index]):
            yield Complaint((*at, "jwt", index, "issuer"), f"`{jwt.issuer}` is named twice")
    if scheme.introspection is not None:
        yield from _introspection((*at, "introspection"), scheme.introspection)
    yield from _realms(at, scheme)
    if not scheme.dpop.algorithms:
        yield Complaint((*at, "dpop", "algorithms"), "is empty: no proof could hold", "leave the key out")
    if scheme.certificate is not None and not verifies_clients:
        yield Complaint((*at, "certificate"), "no client certificate is asked for", "set `listen.tls.client-ca`")


def _realms(at: Path, scheme: SchemeSettings) -> Iterator[Complaint]:
    """Principals must not be taken for third parties, whom the ledger knows by what their names begin with."""
    ways: dict[Path, str] = {("jwt", index): each.realm for index, each in enumerate(scheme.jwt)}
    others = ("introspection", "api_key", "basic", "certificate", "signature")
    ways |= {(name.replace("_", "-"),): own.realm for name in others if (own := getattr(scheme, name)) is not None}
    for way, realm in ways.items():
        if realm.partition(":")[0] == _THIRD_PARTY:
            message = f"`{realm}` is what third parties are named by, to whom a gateway sends"
            yield Complaint((*at, *way, "realm"), message, "choose another name")


def _jwt(at: Path, jwt: JwtSettings) -> Iterator[Complaint]:
    yield from _audiences(at, jwt)
    if jwt.jwks_url and jwt.jwks_file:
        yield Complaint((*at, "jwks-file"), "contradicts `jwks-url`", "keep one of them")
    for key, values in (("algorithms", jwt.algorithms), ("types", jwt.types)):
        if not values:
            yield Complaint((*at, key), "is empty: no token could be believed", "leave the key out")
    for index, text in enumerate(jwt.types):
        plain = text.lower().removeprefix("application/")
        if text != plain:
            yield Complaint((*at, "types", index), f"`{text}` is compared without prefix and case", f"write `{plain}`")


def _introspection(at: Path, own: IntrospectionSettings) -> Iterator[Complaint]:
    yield from _audiences(at, own)
    if own.signed and not (own.issuer and own.client_id):
        yield Complaint((*at, "signed"), "needs `issuer` and `client-id`", "signed answers name both")
    if own.client_secret_file and not own.client_id:
        yield Complaint((*at, "client-secret-file"), "needs `client-id`", "name the client whose secret it is")


def _audiences(at: Path, own: JwtSettings | IntrospectionSettings) -> Iterator[Complaint]:
    if not own.unsafe_any_audience and not any(own.audiences):
        hint = "a token for another API of the same issuer must not be accepted here"
        yield Complaint((*at, "audiences"), "is empty, must name this API", hint)
