"""Issuers of the made-up world, and the tokens of everybody in it."""

import json
from typing import Any, Final

from joserfc import jwt
from joserfc.jwk import OKPKey

from garrison.core.http import Headers
from garrison.engine.state import State
from garrison.identity.keys import IssuerKeys, read_jwks
from garrison.lab.breach import Who

CUSTOMERS: Final = "https://customers.example"
PARTNERS: Final = "https://partners.example"
STAFF: Final = "https://staff.example"
ISSUERS: Final = (CUSTOMERS, PARTNERS, STAFF)
AUDIENCE: Final = "api"
_ALGORITHM = "Ed25519"  # the quickest to sign and to verify, and there are thousands of people


class Issuers:
    """Keys of all issuers, made anew with each run, and the tokens that were asked for.

    Each principal has one token for the whole of a campaign: renewing it would change nothing that is measured.
    """

    def __init__(self, begins: float, ends: float) -> None:
        self._keys = {
            issuer: OKPKey.generate_key("Ed25519", {"kid": "1", "use": "sig", "alg": _ALGORITHM}) for issuer in ISSUERS
        }
        self._begins, self._ends = begins, ends
        self._headers: dict[tuple[str, str], Headers] = {}

    def introduce(self, state: State) -> None:
        """Let `state` know the issuers' public keys."""
        for issuer in ISSUERS:
            state.identity.keys.put(issuer, IssuerKeys(read_jwks(self.jwks(issuer)), 0.0))

    def jwks(self, issuer: str) -> bytes:
        """The issuer's public keys (RFC 7517)."""
        return json.dumps({"keys": [self._keys[issuer].as_dict(private=False)]}).encode()

    def headers(self, who: Who | None) -> Headers:
        """What a request by `who` carries to prove it."""
        if who is None:
            return ()
        found = self._headers.get(who.key)
        if found is None:
            found = self._headers[who.key] = (("authorization", f"Bearer {self._token(who)}"),)
        return found

    def _token(self, who: Who) -> str:
        claims = {
            "iss": who.issuer,
            "aud": AUDIENCE,
            "sub": who.subject,
            "client_id": "app",
            "iat": int(self._begins) - 60,
            "exp": int(self._ends) + 60,
            **who.claims,
        }
        header = {"alg": _ALGORITHM, "kid": "1", "typ": "at+jwt"}
        return jwt.encode(header, claims, self._keys[who.issuer], algorithms=[_ALGORITHM])


def scheme(*issuers: str) -> dict[str, Any]:
    """Settings of a security scheme that believes these issuers."""
    return {
        "jwt": [
            {
                "issuer": issuer,
                "audiences": [AUDIENCE],
                "realm": issuer.removeprefix("https://").partition(".")[0],
                "algorithms": [_ALGORITHM],
            }
            for issuer in issuers
        ]
    }
