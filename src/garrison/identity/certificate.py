"""Client certificates as identity: who holds the key of a certificate that `listen.tls.client-ca` verified (RFC 8446).

The gateway verifies the certificate in the handshake, and its validity with it; here it is only said who that is.
"""

from fnmatch import fnmatchcase

from garrison.config.credentials import CertificateSettings
from garrison.core.operation import SecurityScheme
from garrison.core.principal import Principal
from garrison.identity.outcome import Attempt, Failure, Method, Outcome


def method(scheme: SecurityScheme, settings: CertificateSettings) -> Method:
    """How a client certificate satisfies `scheme`."""
    realm, allowed = settings.realm, settings.names

    def authenticate(attempt: Attempt) -> Outcome:
        tls = attempt.request.peer.tls
        if tls is None or not tls.certificate_sha256:
            return None
        name = {"subject": tls.subject, "dns": tls.dns_san, "uri": tls.uri_san}[settings.principal]
        if not name:
            return Failure("certificate-nameless", f"no {settings.principal}")
        if allowed and not any(fnmatchcase(name, pattern) for pattern in allowed):
            return Failure("certificate-not-allowed", account=name)
        return Principal(
            id=f"{realm}:{name}",
            realm=realm,
            subject=name,
            client=name,
            scopes=frozenset(settings.scopes),
            roles=frozenset(settings.roles),
            schemes=(scheme.name,),
            token=tls.certificate_sha256,
        )

    return Method(authenticate)
