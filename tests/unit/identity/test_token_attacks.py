# ruff: noqa: E501  # a table: one attack a line
"""Attacks on tokens and proofs, one a line: each is refused, and for its own reason.

The last column says where the attack, or the duty to refuse it, is described. Every attack has a benign twin: what it was
made of is accepted (`TWINS`), so that no case is refused for being badly made.
"""

import base64
import hashlib
import json
import random
import warnings
from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import RSAKey
from tests.unit.identity.mint import (
    ATTACKER,
    ATTACKER_EC,
    BOUND,
    BOUND_TO_CERTIFICATE,
    CERTIFICATE,
    CLAIMS,
    EC,
    ED,
    HEADER,
    ISSUER,
    NOW,
    OTHER,
    RSA,
    SECRET,
    SENDER,
    THEIRS,
    Gateway,
    b64,
    bound,
    compact,
    proof,
    sign,
    token,
    without,
)

from garrison.core.kept import Kept
from garrison.identity import replays
from garrison.identity.dpop import nonce_for

PLAIN = Gateway()


class Attack(NamedTuple):
    """`authorization` holds the whole field where it is not the token alone."""

    name: str
    reason: str
    token: str
    source: str
    more: Mapping[str, Any] = {}
    scheme: str = "Bearer"
    gateway: Gateway = PLAIN


def unsigned(algorithm: Any, signature: str = "") -> str:
    header = b64(json.dumps({**HEADER, "alg": algorithm}).encode())
    return f"{header}.{b64(json.dumps(dict(CLAIMS)).encode())}.{signature}"


def resigned(algorithm: str, signature: bytes, kid: str = "ec") -> str:
    return unsigned(algorithm, b64(signature)).replace(
        b64(json.dumps({**HEADER, "alg": algorithm}).encode()),
        b64(json.dumps({**HEADER, "alg": algorithm, "kid": kid}).encode()),
    )


def confused(secret: bytes, algorithm: str = "HS256") -> str:
    """Key confusion: a public key as the secret of a symmetric signature."""
    return token({"alg": algorithm}, algorithm=algorithm, key=secret)


def raw(header: bytes, payload: bytes) -> str:
    return compact(header, payload)


def changed(text: str, part: int, replacement: str) -> str:
    parts = text.split(".")
    parts[part] = replacement
    return ".".join(parts)


GOOD = token()
PEM, EC_PEM = RSA.as_pem(private=False), EC.as_pem(private=False)
DER = base64.b64decode("".join(PEM.decode().splitlines()[1:-1]))
FLIPPED = bytes([sign("RS256", RSA, GOOD.rpartition(".")[0])[0] ^ 1]) + sign("RS256", RSA, GOOD.rpartition(".")[0])[1:]
OWN_JWK = ATTACKER.as_dict(private=False)
DEEP = b'{"a":' * 3000 + b"1" + b"}" * 3000
HEADER_JSON, CLAIMS_JSON = json.dumps(dict(HEADER)).encode(), json.dumps(dict(CLAIMS)).encode()

_7515, _7519, _8725, _9068 = "RFC 7515", "RFC 7519", "RFC 8725", "RFC 9068"

# fmt: off
SIGNATURES = [
    *[Attack(f"alg {alg}, no signature", "token-unsigned", unsigned(alg), "CVE-2015-9235") for alg in ("none", "None", "NONE", "nOnE")],
    Attack("alg none with a signature", "token-unsigned", unsigned("none", "AAAA"), "CVE-2015-9235"),
    Attack("the signature left out", "token-unsigned", changed(GOOD, 2, ""), "CVE-2020-28042"),
    Attack("HS256 with the public key in PEM", "algorithm-not-allowed", confused(PEM), "CVE-2016-5431"),
    Attack("HS384 with the public key in PEM", "algorithm-not-allowed", confused(PEM, "HS384"), "CVE-2016-10555"),
    Attack("HS512 with the public key in PEM", "algorithm-not-allowed", confused(PEM, "HS512"), "CVE-2022-29217"),
    Attack("HS256 with the public key in DER", "algorithm-not-allowed", confused(DER), "CVE-2024-54150"),
    Attack("HS256 with the EC key in PEM", "algorithm-not-allowed", confused(EC_PEM), "CVE-2022-29217"),
    Attack("HS256 with the key as JWK", "algorithm-not-allowed", confused(json.dumps(RSA.as_dict(private=False)).encode()), "CVE-2023-48223"),
    Attack("HS256 with a weak secret", "algorithm-not-allowed", confused(b"secret-secret-secret"), "CWE-798"),
    Attack("RS384, which is not allowed", "algorithm-not-allowed", token({"alg": "RS384"}, algorithm="RS384"), f"{_8725}, 3.1"),
    Attack("PS512, which is not allowed", "algorithm-not-allowed", token({"alg": "PS512"}, algorithm="PS512"), f"{_8725}, 3.1"),
    Attack("an algorithm that there is not", "algorithm-not-allowed", unsigned("XX999", "AAAA"), f"{_7515}, 4.1.1"),
    Attack("a space after the algorithm", "algorithm-not-allowed", unsigned("RS256 ", "AAAA"), f"{_7515}, 4.1.1"),
    Attack("the algorithm in lower case", "algorithm-not-allowed", unsigned("rs256", "AAAA"), f"{_7515}, 4.1.1"),
    Attack("alg is a number", "token-malformed", raw(json.dumps({**HEADER, "alg": 7}).encode(), CLAIMS_JSON), f"{_7515}, 4.1.1"),
    Attack("alg is a list", "token-malformed", raw(json.dumps({**HEADER, "alg": ["RS256"]}).encode(), CLAIMS_JSON), f"{_7515}, 4.1.1"),
    Attack("alg is missing", "token-malformed", token({"alg": ...}), f"{_7515}, 4.1.1"),
    Attack("a psychic signature", "signature-degenerate", resigned("ES256", bytes(64)), "CVE-2022-21449"),
    Attack("a psychic signature of one byte", "signature-degenerate", resigned("ES256", b"\0"), "CVE-2022-21449"),
    Attack("an EC signature in DER", "signature-invalid", resigned("ES256", b"\x30\x44" + bytes(68) + b"\1"), f"{_7515}, A.3"),
    Attack("an Ed25519 signature of nought", "signature-invalid", resigned("EdDSA", bytes(64), "ed"), "CVE-2020-36843"),
    Attack("one bit of the signature flipped", "signature-invalid", changed(GOOD, 2, b64(FLIPPED)), f"{_7515}, 5.2"),
    Attack("half a signature", "signature-invalid", GOOD[:-170], f"{_7515}, 5.2"),
    Attack("a signature with a byte more", "signature-invalid", changed(GOOD, 2, b64(base64.urlsafe_b64decode(GOOD.split(".")[2] + "==") + b"\0")), f"{_7515}, 5.2"),
    Attack("the claims of another token", "signature-invalid", changed(GOOD, 1, b64(json.dumps({**CLAIMS, "sub": "admin"}).encode())), f"{_7515}, 5.2"),
    Attack("signed with the attacker's RSA key", "signature-invalid", token(key=ATTACKER), f"{_7515}, 5.2"),
    Attack("signed with the attacker's EC key", "signature-invalid", token({"alg": "ES256", "kid": "ec"}, algorithm="ES256", key=ATTACKER_EC), f"{_7515}, 5.2"),
    Attack("an RSA algorithm with the id of an EC key", "key-mismatch", token({"kid": "ec"}), f"{_8725}, 3.1"),
    Attack("an EC algorithm with the id of an RSA key", "key-mismatch", token({"alg": "ES256"}, algorithm="ES256", key=EC), f"{_8725}, 3.1"),
    Attack("EdDSA with the id of an EC key", "key-mismatch", token({"alg": "EdDSA", "kid": "ec"}, algorithm="EdDSA", key=ED), f"{_8725}, 3.1"),
]

HEADERS = [
    Attack("jku", "token-key-in-header", token({"jku": "https://evil.example/jwks"}, key=ATTACKER), "CVE-2018-0114"),
    Attack("jku of the issuer itself", "token-key-in-header", token({"jku": f"{ISSUER}/jwks"}), f"{_8725}, 3.10"),
    Attack("jku to the inside", "token-key-in-header", token({"jku": "http://169.254.169.254/"}), "CWE-918"),
    Attack("x5u", "token-key-in-header", token({"x5u": "https://evil.example/cert"}, key=ATTACKER), f"{_8725}, 3.10"),
    Attack("an embedded jwk", "token-key-in-header", token({"jwk": OWN_JWK}, key=ATTACKER), "CVE-2018-0114"),
    Attack("an embedded jwk, null", "token-key-in-header", token({"jwk": None}), "CVE-2018-0114"),
    Attack("x5c", "token-key-in-header", token({"x5c": ["MIIB"]}, key=ATTACKER), f"{_8725}, 3.10"),
    *[
        Attack(f"kid: {name}", "key-id-implausible", token({"kid": kid}), "CWE-22, CWE-78, CWE-89")
        for name, kid in {
            "a path": "../../../dev/null", "a path inside": "keys/../../etc/passwd", "SQL": "x' UNION SELECT 'k'--",
            "SQL with a quote": "rsa'", "a command": "rsa|id", "a substitution": "$(id)", "backticks": "`id`",
            "a line break": "rsa\n", "a nul": "rsa\0", "a space": "rsa key", "LDAP": "*)(uid=*", "too long": "k" * 257,
            "empty": "", "not ASCII": "rsä",
        }.items()
    ],
    *[Attack(f"kid is {kid!r}", "key-id-implausible", token({"kid": kid}), f"{_7515}, 4.1.4") for kid in (7, ["rsa"], {"a": 1}, True)],
    Attack("kid of a key that there is not", "key-unknown", token({"kid": "next"}), f"{_7515}, 4.1.4"),
    Attack("kid of the other issuer's key", "key-unknown", token({"kid": "theirs", "alg": "ES256"}, algorithm="ES256", key=THEIRS), f"{_8725}, 3.8"),
    Attack("no kid where several keys fit", "key-id-missing", token({"kid": ...}), f"{_7515}, 4.1.4", {}, "Bearer", Gateway()),
    Attack("crit with a known name", "token-critical-extension", token({"crit": ["exp"], "exp": 1}), f"{_7515}, 4.1.11"),
    Attack("crit, empty", "token-critical-extension", token({"crit": []}), f"{_7515}, 4.1.11"),
    Attack("crit with b64", "token-critical-extension", token({"crit": ["b64"], "b64": False}), "RFC 7797, 6"),
    Attack("b64 false without crit", "token-critical-extension", token({"b64": False}), "RFC 7797, 6"),
    Attack("crit with an unknown name", "token-critical-extension", token({"crit": ["x"], "x": 1}), "CVE-2025-59420"),
    Attack("zip", "token-compressed", token({"zip": "DEF"}), "CVE-2024-21319"),
    Attack("enc", "token-encrypted", token({"enc": "A256GCM"}), f"{_9068}, 4"),
    *[Attack(f"typ {typ}", "token-type", token({"typ": typ}), f"{_8725}, 3.11") for typ in ("JWT", "id_token", "secevent+jwt", "dpop+jwt", "logout+jwt", "token-introspection+jwt", "at")],
    Attack("no typ", "token-type", token({"typ": ...}), f"{_9068}, 4"),
    Attack("typ is a number", "token-malformed", token({"typ": 1}), f"{_7515}, 4.1.9"),
]
HEADERS[[each.name for each in HEADERS].index("no kid where several keys fit")].gateway.publish(ISSUER, RSA, ATTACKER)

SHAPES = [
    Attack("one part", "token-malformed", "abc", f"{_7519}, 7.2"),
    Attack("two parts", "token-malformed", GOOD.rpartition(".")[0], f"{_7519}, 7.2"),
    Attack("four parts", "token-malformed", GOOD + ".AA", f"{_7519}, 7.2"),
    Attack("five parts", "token-encrypted", "a.b.c.d.e", f"{_9068}, 4"),
    Attack("two tokens in one field", "token-malformed", f"{GOOD} {GOOD}", "RFC 6750, 2.1"),
    Attack("padding", "token-malformed", changed(GOOD, 1, GOOD.split(".")[1] + "=="), f"{_7515}, 2"),
    Attack("the other base64", "token-malformed", changed(GOOD, 2, "+/" + GOOD.split(".")[2][2:]), f"{_7515}, 2"),
    Attack("a line break inside", "token-malformed", GOOD[:30] + "%0A" + GOOD[30:], f"{_7515}, 2"),
    Attack("bits that base64 leaves over", "token-malformed", changed(GOOD, 0, b64(b'{"alg":"RS256"}x')[:-1] + "5"), "RFC 4648, 3.5"),
    Attack("the header is no JSON", "token-malformed", raw(b"alg=RS256", CLAIMS_JSON), f"{_7519}, 7.2"),
    Attack("the header is a list", "token-malformed", raw(b"[]", CLAIMS_JSON), f"{_7519}, 7.2"),
    Attack("the payload is a list", "token-malformed", raw(HEADER_JSON, b"[]"), f"{_7519}, 7.2"),
    Attack("the payload is text", "token-malformed", raw(HEADER_JSON, b'"u1"'), f"{_7519}, 7.2"),
    Attack("the payload is empty", "token-malformed", raw(HEADER_JSON, b""), f"{_7519}, 7.2"),
    Attack("the payload is two values", "token-malformed", raw(HEADER_JSON, CLAIMS_JSON + b"{}"), f"{_7519}, 7.2"),
    Attack("a byte order mark", "token-malformed", raw(HEADER_JSON, b"\xef\xbb\xbf" + CLAIMS_JSON), "RFC 8259, 8.1"),
    Attack("no UTF-8", "token-malformed", raw(HEADER_JSON, b'{"sub":"\xff"}'), "RFC 8259, 8.1"),
    Attack("NaN", "token-malformed", raw(HEADER_JSON, CLAIMS_JSON[:-1] + b', "exp": NaN}'), "RFC 8259, 6"),
    Attack("alg twice", "token-malformed", raw(HEADER_JSON[:-1] + b', "alg": "none"}', CLAIMS_JSON), f"{_8725}, 2.4"),
    Attack("sub twice", "token-malformed", raw(HEADER_JSON, CLAIMS_JSON[:-1] + b', "sub": "admin"}'), f"{_8725}, 2.4"),
    Attack("a name twice further inside", "token-malformed", raw(HEADER_JSON, CLAIMS_JSON[:-1] + b', "act": {"sub": 1, "sub": 2}}'), f"{_8725}, 2.4"),
    Attack("deeply nested", "token-malformed", raw(HEADER_JSON, DEEP[:5000]), "CWE-674"),
    Attack("too large", "token-too-large", token(claims={"more": "x" * 9000}), "CWE-400"),
]

CLAIMED = [
    Attack("iss is missing", "issuer-unknown", token(claims={"iss": ...}), f"{_9068}, 4"),
    Attack("iss is another's", "issuer-unknown", token(claims={"iss": "https://evil.example"}), f"{_9068}, 4"),
    Attack("iss with a slash", "issuer-unknown", token(claims={"iss": ISSUER + "/"}), f"{_7519}, 4.1.1"),
    Attack("iss in upper case", "issuer-unknown", token(claims={"iss": ISSUER.upper()}), f"{_7519}, 4.1.1"),
    Attack("iss is a list", "issuer-unknown", token(claims={"iss": [ISSUER]}), "CVE-2024-53861"),
    Attack("iss of the other issuer, our key", "algorithm-not-allowed", token(claims={"iss": OTHER}), f"{_8725}, 3.8"),
    Attack("our iss, the other issuer's key", "signature-invalid", token({"alg": "ES256", "kid": "ec"}, algorithm="ES256", key=THEIRS), f"{_8725}, 3.8"),
    Attack("aud is missing", "audience-mismatch", token(claims={"aud": ...}), f"{_9068}, 4"),
    Attack("aud is another API", "audience-mismatch", token(claims={"aud": "billing"}), f"{_8725}, 3.9"),
    Attack("aud begins like ours", "audience-mismatch", token(claims={"aud": "api2"}), "CVE-2024-53861"),
    Attack("aud is a part of ours", "audience-mismatch", token(claims={"aud": "ap"}), "CVE-2024-53861"),
    Attack("aud is a list of others", "audience-mismatch", token(claims={"aud": ["a", "b"]}), f"{_8725}, 3.9"),
    Attack("aud is empty", "audience-mismatch", token(claims={"aud": []}), f"{_7519}, 4.1.3"),
    Attack("aud is a number", "claim-invalid", token(claims={"aud": 7}), f"{_7519}, 4.1.3"),
    Attack("aud is an object", "claim-invalid", token(claims={"aud": {"api": 1}}), f"{_7519}, 4.1.3"),
    Attack("aud holds a number", "claim-invalid", token(claims={"aud": ["api", 7]}), f"{_7519}, 4.1.3"),
    Attack("exp is missing", "token-without-expiry", token(claims={"exp": ...}), f"{_9068}, 2.2"),
    Attack("exp is null", "token-without-expiry", token(claims={"exp": None}), f"{_9068}, 2.2"),
    Attack("expired", "token-expired", token(claims={"exp": NOW - 30}), f"{_7519}, 4.1.4"),
    Attack("expired long ago", "token-expired", token(claims={"exp": 0}), f"{_7519}, 4.1.4"),
    *[Attack(f"exp is {exp!r}", "claim-invalid", token(claims={"exp": exp}), f"{_7519}, 4.1.4") for exp in ("9999999999", True, [NOW + 9], {"a": 1}, -1, 1e300)],
    Attack("nbf to come", "token-not-yet-valid", token(claims={"nbf": NOW + 31}), f"{_7519}, 4.1.5"),
    Attack("nbf is text", "claim-invalid", token(claims={"nbf": "0"}), f"{_7519}, 4.1.5"),
    Attack("iat to come", "token-not-yet-valid", token(claims={"iat": NOW + 31}), f"{_7519}, 4.1.6"),
    Attack("iat is text", "claim-invalid", token(claims={"iat": "now"}), f"{_7519}, 4.1.6"),
    Attack("sub is missing", "claim-missing", token(claims={"sub": ...}), f"{_9068}, 2.2"),
    *[Attack(f"sub is {what}", "claim-invalid", token(claims={"sub": sub}), f"{_7519}, 4.1.2") for what, sub in {"empty": "", "a number": 7, "a list": ["u1"], "too long": "u" * 257, "with a line break": "u1\nadmin"}.items()],
    Attack("scope is a number", "claim-invalid", token(claims={"scope": 7}), "RFC 8693, 4.2"),
    Attack("scope is a list of numbers", "claim-invalid", token(claims={"scope": [1]}), "RFC 8693, 4.2"),
    Attack("roles is an object", "claim-invalid", token(claims={"roles": {"admin": True}}), f"{_9068}, 2.2.3.1"),
    Attack("client_id is a number", "claim-invalid", token(claims={"client_id": 1}), f"{_9068}, 2.2"),
    Attack("jti is a number", "claim-invalid", token(claims={"jti": 1}), f"{_7519}, 4.1.7"),
    Attack("a required claim is missing", "claim-missing", token(), f"{_7519}, 4", {}, "Bearer", Gateway({"required-claims": ["acr"]})),
    Attack("a required claim is empty", "claim-missing", token(claims={"acr": ""}), f"{_7519}, 4", {}, "Bearer", Gateway({"required-claims": ["acr"]})),
    Attack("issued too long ago", "token-too-old", token(claims={"iat": NOW - 91}), f"{_7519}, 4.1.6", {}, "Bearer", Gateway({"max-age": 60})),
    Attack("an age that is not told", "claim-missing", token(claims={"iat": ...}), f"{_7519}, 4.1.6", {}, "Bearer", Gateway({"max-age": 60})),
]

STRICT, DEMANDING = Gateway(), Gateway(scheme={"sender-constraint": "dpop"})
EITHER, BY_CERTIFICATE = Gateway(scheme={"sender-constraint": "required"}), Gateway(scheme={"sender-constraint": "mtls"})
NONCES = Gateway(scheme={"dpop": {"nonce": True}})
USED = Gateway()
USED.send(f"DPoP {BOUND}", dpop=proof())
KEPT: list[Kept] = []
BEFORE, AFTER = Gateway(), Gateway()
BEFORE.state.keep_with(lambda *each: KEPT.append(Kept(*each)))
BEFORE.send(f"DPoP {BOUND}", dpop=proof())
AFTER.state.restore(KEPT, NOW)
_9449, _8705 = "RFC 9449", "RFC 8705"


def begun(moment: float) -> Gateway:
    """A gateway that remembers nothing from before."""
    gateway = Gateway()
    gateway.state.remembers_since(moment)
    return gateway


def dpop(name: str, reason: str, source: str, text: str, gateway: Gateway = STRICT) -> Attack:
    return Attack(name, reason, BOUND, f"{_9449}, {source}", {"dpop": text}, "DPoP", gateway)


def forged_nonce() -> str:
    return nonce_for(b"another gateway's secret, 32 byt", NOW)


SENDERS = [
    Attack("a bound token as bearer", "binding-downgrade", BOUND, f"{_9449}, 7.2"),
    Attack("a bound token as bearer with a proof", "binding-downgrade", BOUND, f"{_9449}, 7.2", {"dpop": proof()}),
    Attack("no proof", "proof-missing", BOUND, f"{_9449}, 4.3", {}, "DPoP"),
    Attack("an unbound token as DPoP", "token-not-bound", token(), f"{_9449}, 7.1", {"dpop": proof(token())}, "DPoP"),
    Attack("an unbound token where DPoP is demanded", "token-not-bound", token(), f"{_9449}, 5", {}, "Bearer", DEMANDING),
    Attack("an unbound token where a binding is demanded", "token-not-bound", token(), f"{_8705}, 3", {}, "Bearer", EITHER),
    Attack("an unbound token where a certificate is demanded", "token-not-bound", token(), f"{_8705}, 3", {}, "Bearer", BY_CERTIFICATE),
    dpop("a proof that is none", "proof-malformed", "4.3", "abc"),
    dpop("a proof of another type", "proof-malformed", "4.3", proof(header={"typ": "JWT"})),
    dpop("a proof without a key", "proof-malformed", "4.3", proof(header={"jwk": ...})),
    dpop("a proof with a private key", "proof-malformed", "4.3", proof(header={"jwk": SENDER.as_dict(private=True)})),
    dpop("a proof with a symmetric key", "proof-malformed", "4.3", proof(header={"jwk": {"kty": "oct", "k": "c2VjcmV0"}})),
    dpop("a proof with a key that is none", "proof-malformed", "4.3", proof(header={"jwk": {"kty": "EC"}})),
    dpop("a proof without a signature", "proof-algorithm", "4.3", changed(proof(), 2, "")),
    dpop("a proof with alg none", "proof-algorithm", "4.3", changed(proof(header={"alg": "none"}), 2, "")),
    dpop("a proof with a symmetric algorithm", "proof-algorithm", "4.3", compact({"typ": "dpop+jwt", "alg": "HS256", "jwk": SENDER.as_dict(private=False)}, {}, "HS256", b"0" * 32)),
    dpop("a proof with the attacker's key", "proof-of-another-key", "6.1", proof(key=ATTACKER_EC)),
    dpop("a proof signed with another key than it shows", "proof-signature", "4.3", compact({"typ": "dpop+jwt", "alg": "ES256", "jwk": SENDER.as_dict(private=False)}, {}, "ES256", ATTACKER_EC)),
    dpop("a proof for another method", "proof-of-another-request", "4.3", proof(claims={"htm": "POST"})),
    dpop("a proof for the method in lower case", "proof-of-another-request", "4.3", proof(claims={"htm": "get"})),
    dpop("a proof without a method", "proof-of-another-request", "4.3", proof(claims={"htm": ...})),
    dpop("a proof for another host", "proof-of-another-request", "4.3", proof(claims={"htu": "https://evil.example/things"})),
    dpop("a proof for another port", "proof-of-another-request", "4.3", proof(claims={"htu": "https://api.example:8443/things"})),
    dpop("a proof for another path", "proof-of-another-request", "4.3", proof(claims={"htu": "https://api.example/admin"})),
    dpop("a proof for plain http", "proof-of-another-request", "4.3", proof(claims={"htu": "http://api.example/things"})),
    dpop("a proof with a user in its address", "proof-of-another-request", "4.3", proof(claims={"htu": "https://u@api.example/things"})),
    dpop("a proof without an address", "proof-of-another-request", "4.3", proof(claims={"htu": ...})),
    dpop("a proof whose address is a list", "proof-of-another-request", "4.3", proof(claims={"htu": ["https://api.example/things"]})),
    dpop("a proof for another token", "proof-of-another-token", "7", proof(token())),
    dpop("a proof for no token", "proof-of-another-token", "7", proof(claims={"ath": ...})),
    dpop("a proof that is too old", "proof-expired", "11.1", proof(claims={"iat": NOW - 61})),
    dpop("a proof from the future", "proof-expired", "11.1", proof(claims={"iat": NOW + 6})),
    dpop("a proof without a time", "proof-malformed", "4.3", proof(claims={"iat": ...})),
    dpop("a proof without an id", "proof-malformed", "4.3", proof(claims={"jti": ...})),
    dpop("a proof with an endless id", "proof-malformed", "11.1", proof(claims={"jti": "j" * 257})),
    dpop("a proof used before", "proof-replayed", "11.1", proof(), USED),
    dpop("a proof used before a restart", "proof-replayed", "11.1", proof(), AFTER),
    dpop("a proof that may have been used before a restart", "proof-nonce", "11.1", proof(), begun(NOW - 4)),
    dpop("no nonce where one is demanded", "proof-nonce", "9", proof(), NONCES),
    dpop("a nonce of another gateway", "proof-nonce", "9", proof(claims={"nonce": forged_nonce()}), NONCES),
    dpop("a nonce that is too old", "proof-nonce", "9", proof(claims={"nonce": nonce_for(SECRET, NOW - 130)}), NONCES),
    Attack("a certificate-bound token without one", "certificate-missing", BOUND_TO_CERTIFICATE, f"{_8705}, 3"),
    Attack("a certificate-bound token with another", "certificate-mismatch", BOUND_TO_CERTIFICATE, f"{_8705}, 3", {"certificate": hashlib.sha256(b"other").hexdigest()}),
    Attack("a binding that is no object", "claim-invalid", token(claims={"cnf": "x"}), "RFC 7800, 3.1"),
    Attack("a binding that is not known", "binding-unknown", bound(x5u="https://evil.example"), "RFC 7800, 3.1"),
    Attack("a binding that is empty", "binding-unknown", token(claims={"cnf": {}}), "RFC 7800, 3.1"),
    Attack("a binding to a number", "binding-unknown", bound(jkt=7), "RFC 7800, 3.1"),
]

ATTACKS = [*SIGNATURES, *HEADERS, *SHAPES, *CLAIMED, *SENDERS]

TWINS: list[tuple[str, str, Mapping[str, Any], Gateway]] = [
    ("RS256", f"Bearer {token()}", {}, PLAIN),
    ("PS256", f"Bearer {token({'alg': 'PS256'}, algorithm='PS256')}", {}, PLAIN),
    ("ES256", f"Bearer {token({'alg': 'ES256', 'kid': 'ec'}, algorithm='ES256', key=EC)}", {}, PLAIN),
    ("EdDSA", f"Bearer {token({'alg': 'EdDSA', 'kid': 'ed'}, algorithm='EdDSA', key=ED)}", {}, PLAIN),
    ("no kid, one key that fits", f"Bearer {token({'kid': ...})}", {}, PLAIN),
    ("the type with its prefix", f"Bearer {token({'typ': 'application/AT+JWT'})}", {}, PLAIN),
    ("the scheme in lower case", f"bearer {token()}", {}, PLAIN),
    ("several audiences", f"Bearer {token(claims={'aud': ['billing', 'https://api.example']})}", {}, PLAIN),
    ("just expired", f"Bearer {token(claims={'exp': NOW - 29})}", {}, PLAIN),
    ("nearly valid", f"Bearer {token(claims={'nbf': NOW + 30, 'iat': NOW + 30})}", {}, PLAIN),
    ("scopes and roles in lists", f"Bearer {token(claims={'scope': ['read'], 'roles': ['r']})}", {}, PLAIN),
    ("a large token", f"Bearer {token(claims={'more': 'x' * 5000})}", {}, PLAIN),
    ("the other issuer", f"Bearer {token({'alg': 'ES256', 'kid': 'theirs'}, {'iss': OTHER}, 'ES256', THEIRS)}", {}, PLAIN),
    ("required claims", f"Bearer {token(claims={'acr': '1'})}", {}, Gateway({"required-claims": ["acr"]})),
    ("young enough", f"Bearer {token(claims={'iat': NOW - 89})}", {}, Gateway({"max-age": 60})),
    ("DPoP", f"DPoP {BOUND}", {"dpop": proof()}, Gateway()),
    ("DPoP where it is demanded", f"DPoP {BOUND}", {"dpop": proof()}, Gateway(scheme={"sender-constraint": "dpop"})),
    ("DPoP with query and port", f"DPoP {BOUND}", {"dpop": proof(claims={"htu": "https://API.example:443/things?a#b"})}, Gateway()),
    ("DPoP with this nonce", f"DPoP {BOUND}", {"dpop": proof(claims={"nonce": nonce_for(SECRET, NOW)})}, Gateway(scheme={"dpop": {"nonce": True}})),
    ("DPoP with a nonce after a restart", f"DPoP {BOUND}", {"dpop": proof(claims={"nonce": nonce_for(SECRET, NOW)})}, begun(NOW - 4)),
    ("DPoP from after a restart", f"DPoP {BOUND}", {"dpop": proof()}, begun(NOW - 6)),
    ("DPoP with the last nonce", f"DPoP {BOUND}", {"dpop": proof(claims={"nonce": nonce_for(SECRET, NOW - 60)})}, Gateway(scheme={"dpop": {"nonce": True}})),
    ("a certificate", f"Bearer {BOUND_TO_CERTIFICATE}", {"certificate": CERTIFICATE.hexdigest()}, BY_CERTIFICATE),
    ("a binding that is ignored", f"Bearer {BOUND}", {}, Gateway(scheme={"unsafe-ignore-binding": True})),
]
# fmt: on


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_attack_is_refused_for_its_reason(attack: Attack) -> None:
    assert attack.gateway.reason(f"{attack.scheme} {attack.token}", **attack.more) == attack.reason


@pytest.mark.parametrize(("name", "authorization", "more", "gateway"), TWINS, ids=[each[0] for each in TWINS])
def test_benign_twin_is_let_in(name: str, authorization: str, more: Mapping[str, Any], gateway: Gateway) -> None:
    assert gateway.reason(authorization, **more) == "", name


def test_there_are_many_and_none_is_twice() -> None:
    assert len(ATTACKS) >= 120
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS)
    assert all(attack.source.startswith(("RFC ", "CVE-", "CWE-")) for attack in ATTACKS)


def test_an_attack_stays_refused_after_the_real_token_was_let_in() -> None:
    """What is remembered of a token is remembered of that very token."""
    gateway = Gateway()
    assert gateway.reason(f"Bearer {GOOD}") == ""
    for attack in (*SIGNATURES, *SHAPES, *CLAIMED[:30]):
        assert gateway.reason(f"Bearer {attack.token}") == attack.reason, attack.name
    assert gateway.reason(f"Bearer {GOOD}", now=NOW + 331) == "token-expired"


def test_keys_that_went_take_their_tokens_with_them() -> None:
    gateway = Gateway()
    assert gateway.reason(f"Bearer {GOOD}") == ""
    gateway.publish(ISSUER, EC, ED)
    assert gateway.reason(f"Bearer {GOOD}") == "key-unknown"
    gateway.publish(ISSUER, RSA)
    assert gateway.reason(f"Bearer {GOOD}") == ""


def test_an_issuer_whose_keys_are_not_known_yet() -> None:
    gateway = Gateway()
    gateway.state.identity.keys.keep_only(frozenset({OTHER}))
    assert gateway.reason(f"Bearer {GOOD}") == "keys-unavailable"
    assert gateway.state.identity.keys.take_missed() == {ISSUER: NOW}


@given(st.integers(0, len(GOOD) - 1), st.characters(min_codepoint=33, max_codepoint=126))
def test_no_changed_token_is_let_in(at: int, character: str) -> None:
    altered = GOOD[:at] + character + GOOD[at + 1 :]
    assert (PLAIN.reason(f"Bearer {altered}") == "") == (altered == GOOD)


@given(st.randoms(use_true_random=False))
def test_no_shuffled_token_is_let_in(chance: random.Random) -> None:
    parts = [*GOOD.split("."), *proof().split("."), *BOUND.split(".")]
    made = ".".join(chance.choice(parts) for _ in range(3))
    assert PLAIN.reason(f"Bearer {made}") != "" or made == GOOD


def test_every_claim_that_is_left_out_is_missed_or_not_needed() -> None:
    needed = {"iss", "aud", "sub", "exp"}
    for name in CLAIMS:
        told = compact(dict(HEADER), without(CLAIMS, {name: ...}))
        assert (PLAIN.reason(f"Bearer {told}") != "") == (name in needed), name


def test_a_key_that_is_too_small() -> None:
    gateway = Gateway()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library warns of it too
        small = RSAKey.generate_key(1024, {"kid": "small"})
        gateway.publish(ISSUER, small)
    assert gateway.reason(f"Bearer {token({'kid': 'small'}, key=small)}") == "key-too-small"


def test_where_no_more_proofs_can_be_remembered_none_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replays, "MAX_REMEMBERED", 1)
    gateway = Gateway()
    assert gateway.reason(f"DPoP {BOUND}", dpop=proof()) == ""
    assert gateway.reason(f"DPoP {BOUND}", dpop=proof(claims={"jti": "p2"})) == "replays-exhausted"
    later = proof(claims={"jti": "p3", "iat": NOW + 61})
    assert gateway.reason(f"DPoP {BOUND}", dpop=later, now=NOW + 61) == "", "what counts no more makes room"
