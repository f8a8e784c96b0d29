"""`authentication`: who asks is proved, in the way that the contract demands.

A contract's `security` lists alternatives, each of which may need several schemes (OpenAPI 3.2, section 4.8.24); the
settings say what satisfies a scheme. Nobody is let in because nothing was said: an operation that the contract secures
with nothing is refused as well, unless the operator says that anyone may call it. A gateway for which no scheme is
configured leaves authentication to the API behind it, and says so at start.

What is forwarded holds: where one alternative is satisfied, a credential of another that stands elsewhere in the
request and does not hold is refused all the same (RFC 6750, 3.1), as the API behind may read that one and trust the
gateway.
"""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple, TypeAlias

import msgspec

from garrison.config.authentication import AuthenticationSettings, SchemeSettings
from garrison.config.controls import ControlsSettings
from garrison.contract.catalogue import CompiledOperation
from garrison.controls.inventory import is_preflight
from garrison.core.decision import Grant, Outcome, Reason
from garrison.core.ids import ControlId
from garrison.core.operation import SecurityScheme
from garrison.core.principal import Principal
from garrison.core.question import Question
from garrison.engine.control import Check, Checks, ControlSpec, Reasons, ReasonSpec
from garrison.engine.facts import Facts
from garrison.identity.methods import methods_for
from garrison.identity.outcome import Attempt, Failure, Method

_ID = ControlId("authentication")
_GRANT = Grant(_ID)
ACCOUNT: Final = "account-name"
"""The kind under which accounts have their digests."""

_reason = Reasons(
    _ID,
    ReasonSpec("algorithm-not-allowed", 401, "a token signed with an algorithm that the issuer is not to use"),
    ReasonSpec("api-key-expired", 401, "an API key that holds no more"),
    ReasonSpec("api-key-malformed", 401, "an API key that is none by its form"),
    ReasonSpec("api-key-revoked", 401, "an API key that was revoked"),
    ReasonSpec("api-key-unknown", 401, "an API key that this gateway did not make"),
    ReasonSpec("audience-mismatch", 401, "a token for somebody else: none of its audiences is this API's"),
    ReasonSpec("binding-downgrade", 401, "a token bound to a key, sent as if it were not"),
    ReasonSpec("binding-unknown", 401, "a token bound to its sender in a way that is not known"),
    ReasonSpec("certificate-mismatch", 401, "a token bound to another client certificate"),
    ReasonSpec("certificate-missing", 401, "a token bound to a client certificate, sent without one"),
    ReasonSpec("certificate-nameless", 401, "a client certificate without a name of the kind that names principals"),
    ReasonSpec("certificate-not-allowed", 401, "a client certificate of a name that is not let in"),
    ReasonSpec("claim-invalid", 401, "a claim of the wrong type or too long"),
    ReasonSpec("claim-missing", 401, "a token without a claim that it must have"),
    ReasonSpec("credential-missing", 401, "no credential of the schemes that the operation demands"),
    ReasonSpec("content-digest-mismatch", 401, "a body that is not what was signed"),
    ReasonSpec("introspection-unavailable", 503, "the authorization server did not say whether a token holds"),
    ReasonSpec("issuer-unknown", 401, "a token of an issuer that is not believed"),
    ReasonSpec("key-id-implausible", 401, "a key id that is no name but a path, a query or a command"),
    ReasonSpec("key-id-missing", 401, "a token that does not say which of several keys signed it"),
    ReasonSpec("key-mismatch", 401, "a token that names a key which is not for its algorithm"),
    ReasonSpec("key-too-small", 401, "a token signed with a key that is too small"),
    ReasonSpec("key-unknown", 401, "a token that names a key which its issuer is not known to have"),
    ReasonSpec("keys-unavailable", 503, "an issuer whose keys could not be fetched yet"),
    ReasonSpec("locked-out", 429, "an account or an address from which too many credentials were tried"),
    ReasonSpec("message-key-unknown", 401, "a request signed with a key that is not known"),
    ReasonSpec(
        "message-signature-before-start", 401, "a request whose signature may have been used before the gateway started"
    ),
    ReasonSpec("message-signature-expired", 401, "a request whose signature is too old or from the future"),
    ReasonSpec("message-signature-incomplete", 401, "a request whose signature does not cover what it must"),
    ReasonSpec("message-signature-invalid", 401, "a request whose signature does not hold"),
    ReasonSpec("message-signature-replayed", 401, "a request whose signature was used before"),
    ReasonSpec("password-malformed", 401, "a name and password that are none"),
    ReasonSpec("password-unchecked", 503, "more passwords to check at once than can be"),
    ReasonSpec("password-wrong", 401, "a wrong password, or a user that there is not"),
    ReasonSpec(
        "principal-required", 401, "an operation that the contract secures with nothing", ("unsafe-anonymous", True)
    ),
    ReasonSpec("proof-algorithm", 401, "a DPoP proof signed with an algorithm that is not allowed"),
    ReasonSpec("proof-expired", 401, "a DPoP proof that is too old or from the future"),
    ReasonSpec("proof-malformed", 401, "a DPoP proof that is none"),
    ReasonSpec("proof-missing", 401, "a token bound to a key, sent without a DPoP proof"),
    ReasonSpec("proof-nonce", 401, "a DPoP proof without a nonce, or with an old one, where one is demanded"),
    ReasonSpec("proof-of-another-key", 401, "a DPoP proof with a key that the token is not bound to"),
    ReasonSpec("proof-of-another-request", 401, "a DPoP proof made for another method or address"),
    ReasonSpec("proof-of-another-token", 401, "a DPoP proof made for another token"),
    ReasonSpec("proof-replayed", 401, "a DPoP proof that was used before"),
    ReasonSpec("proof-signature", 401, "a DPoP proof whose signature does not hold"),
    ReasonSpec("replays-exhausted", 503, "more proofs at once than can be remembered"),
    ReasonSpec("scheme-not-configured", 401, "an operation that demands only schemes for which nothing is configured"),
    ReasonSpec("signature-degenerate", 401, "a signature of nought, which a faulty verifier takes for any"),
    ReasonSpec("signature-invalid", 401, "a token whose signature does not hold"),
    ReasonSpec("token-compressed", 401, "a compressed token"),
    ReasonSpec("token-critical-extension", 401, "a token that demands an extension which is not understood"),
    ReasonSpec("token-encrypted", 401, "an encrypted token"),
    ReasonSpec("token-expired", 401, "a token that holds no more"),
    ReasonSpec("token-inactive", 401, "a token of which the authorization server says that it does not hold"),
    ReasonSpec("token-key-in-header", 401, "a token that brings its own key or says where to fetch it"),
    ReasonSpec("token-malformed", 401, "a token that is none"),
    ReasonSpec("token-not-bound", 401, "a token that is not bound to its sender where that is demanded"),
    ReasonSpec("token-not-yet-valid", 401, "a token that does not hold yet"),
    ReasonSpec("token-too-large", 401, "a token larger than the issuer's may be"),
    ReasonSpec("token-too-old", 401, "a token that was issued too long ago"),
    ReasonSpec("token-type", 401, "a token for another purpose"),
    ReasonSpec("token-unsigned", 401, "a token without a signature"),
    ReasonSpec("token-without-expiry", 401, "a token that never expires"),
)

_LATER = ((503, "retry-after", "5"),)
"""The credential may be good, which cannot be told yet: what is missing is asked for again within seconds."""

_UNNAMED = ((401, "www-authenticate", 'Bearer realm="api"'),)
"""A 401 must name some scheme (RFC 9110, 15.5.2), also where none would help."""

_Scheme: TypeAlias = tuple[str, tuple[Method, ...]]
"""The name of a scheme and what satisfies it: any one method."""

Alternatives: TypeAlias = tuple[tuple[_Scheme, ...], ...]
"""Any one of these; of each all schemes."""

_Found: TypeAlias = Principal | Failure | Question | None

_Place: TypeAlias = tuple[str, str]
"""Where credentials stand: location and name."""
_AUTHORIZATION: Final[_Place] = "header", "authorization"
_SIGNATURE: Final[_Place] = "header", "signature"


class _Carried(NamedTuple):
    """What of a request satisfies one scheme and reaches the API behind: all but the client's certificate."""

    scheme: str
    places: frozenset[_Place]
    methods: tuple[Method, ...]
    is_all: bool
    """Whether nothing else satisfies it."""


_Carries: TypeAlias = tuple[_Carried, ...]


def compile_checks(operation: CompiledOperation | None, settings: ControlsSettings) -> Checks:
    """Has nothing to do where no scheme is configured."""
    own = settings.authentication
    if not own.schemes:
        return Checks()
    if operation is None:
        return Checks(head=_public(own, preflight=settings.inventory.allow_preflight))
    security = operation.operation.security or ()
    if not security or {} in security:
        # what anyone may call anyhow gains nothing from a credential, and one that is presented must still hold
        head = _optional(operation, own) if any(security) else _public(own)
    else:
        head = _required(operation, own)
    return Checks(head=head, body=_signed_body(operation, own))


def _signed_body(operation: CompiledOperation, own: AuthenticationSettings) -> Check | None:
    """The body of a signed request must be what its signed digest says; one that passes uninspected is not."""
    named = {name: own.schemes.get(name) for needed in operation.operation.security or () for name in needed}
    signing = frozenset(name for name, scheme in named.items() if scheme is not None and scheme.signature is not None)
    if not signing:
        return None
    from garrison.identity.signatures import DIGEST, is_signed_digest  # with its library, which others do not need

    def check(facts: Facts) -> Outcome:
        if signing.isdisjoint(facts.principal.schemes) or not (facts.has_body or facts.received):
            return None
        received = facts.received
        if received is None or not is_signed_digest(facts.canonical.headers.get(DIGEST, ""), received):
            return _reason("content-digest-mismatch", "body")
        return None

    return check


def _public(own: AuthenticationSettings, *, preflight: bool = False) -> Callable[[Facts], Outcome]:
    if own.unsafe_anonymous:
        return _let_anyone
    reason = _reason("principal-required")

    def check(facts: Facts) -> Outcome:
        if preflight and is_preflight(facts):
            return _GRANT  # a browser sends it without credentials (Fetch, 4.8)
        facts.refusal_headers += _UNNAMED
        return reason

    return check


def _let_anyone(facts: Facts) -> Outcome:
    del facts
    return _GRANT


def _alternatives(operation: CompiledOperation, own: AuthenticationSettings) -> Alternatives:
    """Those that can be satisfied at all: one that needs a scheme for which nothing is configured cannot."""
    declared = operation.operation
    found = []
    for needed in declared.security or ():
        schemes = tuple([(name, _methods(declared.schemes, name, own)) for name in needed])
        if schemes and all(methods for _, methods in schemes):
            found.append(schemes)
    return tuple(found)


def _methods(declared: Mapping[str, SecurityScheme], name: str, own: AuthenticationSettings) -> tuple[Method, ...]:
    scheme, settings = declared.get(name), own.schemes.get(name)
    return methods_for(scheme, settings, own.lockout) if scheme is not None and settings is not None else ()


def _carries(operation: CompiledOperation, own: AuthenticationSettings) -> _Carries:
    found = []
    for name, scheme in operation.operation.schemes.items():
        settings = own.schemes.get(name)
        if settings is None or not any(name in needed for needed in operation.operation.security or ()):
            continue
        methods = methods_for(scheme, msgspec.structs.replace(settings, certificate=None), own.lockout)
        found.append(_Carried(name, _places(scheme, settings), methods, settings.certificate is None))
    return tuple([each for each in found if each.methods])


def _places(scheme: SecurityScheme, settings: SchemeSettings) -> frozenset[_Place]:
    found = {_SIGNATURE} if settings.signature is not None else set[_Place]()
    if settings.jwt or any((settings.introspection, settings.api_key, settings.basic)):
        found.add((scheme.location, scheme.parameter) if scheme.type == "apiKey" else _AUTHORIZATION)
    return frozenset(found)


def _required(operation: CompiledOperation, own: AuthenticationSettings) -> Callable[[Facts], Outcome | Question]:
    alternatives = _alternatives(operation, own)
    if not alternatives:
        return _unsatisfiable
    challenges = _challenges(alternatives)
    find = _finder(alternatives, _carries(operation, own))

    def check(facts: Facts) -> Outcome | Question:
        found = find(facts)
        if type(found) is Principal:
            facts.principal = found
            return _GRANT
        if type(found) is Question:
            return found
        return _refused(facts, found if isinstance(found, Failure) else None, challenges)

    return check


def _optional(operation: CompiledOperation, own: AuthenticationSettings) -> Callable[[Facts], Outcome | Question]:
    """Anonymous is one of the alternatives: who presents a credential must present one that holds."""
    alternatives = _alternatives(operation, own)
    find = _finder(alternatives, _carries(operation, own))
    challenges, without = _challenges(alternatives), _public(own)

    def check(facts: Facts) -> Outcome | Question:
        found = find(facts)
        if found is None:
            return without(facts)
        if isinstance(found, Principal):
            facts.principal = found
            return _GRANT
        return found if isinstance(found, Question) else _refused(facts, found, challenges)

    return check


def _finder(alternatives: Alternatives, carries: _Carries) -> Callable[[Facts], _Found]:
    if len(alternatives) == 1 and len(alternatives[0]) == 1 and len(alternatives[0][0][1]) == 1:
        authenticate = alternatives[0][0][1][0].authenticate

        def find_one(facts: Facts) -> _Found:
            # made here: one call less, of every request
            return authenticate(Attempt(facts.request, facts.canonical, facts.now, facts.state.identity, facts.answers))

        return find_one

    def find_any(facts: Facts) -> _Found:
        if facts.credentials is None:
            facts.credentials = {}
        attempt = _attempt(facts)
        found = _try_all(alternatives, attempt, facts.credentials)
        return _beside(found, carries, attempt, facts.credentials) if isinstance(found, Principal) else found

    return find_any


def _attempt(facts: Facts) -> Attempt:
    return Attempt(facts.request, facts.canonical, facts.now, facts.state.identity, facts.answers)


def _unsatisfiable(facts: Facts) -> Outcome:
    facts.refusal_headers += _UNNAMED
    return _reason("scheme-not-configured")


def _try_all(alternatives: Alternatives, attempt: Attempt, known: dict[str, _Found]) -> _Found:
    """The principal of the first alternative that is satisfied; else the first failure: it says more than silence."""
    failure: Failure | None = None
    for schemes in alternatives:
        found = _try_one(schemes, attempt, known)
        if isinstance(found, Principal | Question):
            return found
        failure = failure or found
    return failure


def _try_one(schemes: tuple[_Scheme, ...], attempt: Attempt, known: dict[str, _Found]) -> _Found:
    principals: list[Principal] = []
    for name, methods in schemes:
        found = known[name] if name in known else _try_methods(methods, attempt)
        if not isinstance(found, Question):
            known[name] = found
        if not isinstance(found, Principal):
            return found
        principals.append(found)
    return principals[0] if len(principals) == 1 else _united(principals)


def _beside(principal: Principal, carries: _Carries, attempt: Attempt, known: dict[str, _Found]) -> _Found:
    """`principal`, unless a credential elsewhere in the request does not hold. One that does is part of who asks: who
    is blocked, or what is revoked, may be that."""
    used = frozenset().union(*[each.places for each in carries if each.scheme in principal.schemes])
    parts = principal.proved
    for each in carries:
        if not used.isdisjoint(each.places):
            continue
        found = known[each.scheme] if each.is_all and each.scheme in known else _try_methods(each.methods, attempt)
        if isinstance(found, Failure | Question):
            return found
        if found is not None:
            parts = (*parts, found)
        if each.is_all:
            known[each.scheme] = found
    return principal if len(parts) == len(principal.proved) else msgspec.structs.replace(principal, parts=parts)


def _try_methods(methods: tuple[Method, ...], attempt: Attempt) -> _Found:
    failure: Failure | None = None
    for method in methods:
        found = method.authenticate(attempt)
        if isinstance(found, Principal | Question):
            return found
        failure = failure or found
    return failure


def _united(principals: list[Principal]) -> Principal:
    """The first scheme says who it is; what the others grant is added, and the shortest life counts."""
    return msgspec.structs.replace(
        principals[0],
        scopes=frozenset().union(*[each.scopes for each in principals]),
        roles=frozenset().union(*[each.roles for each in principals]),
        schemes=tuple([name for each in principals for name in each.schemes]),
        expires=min([each.expires for each in principals]),
        parts=tuple(principals),
    )


def _challenges(alternatives: Alternatives) -> tuple[tuple[int, str, str], ...]:
    texts = [method.challenge for schemes in alternatives for _, methods in schemes for method in methods]
    return tuple([(401, "www-authenticate", text) for text in dict.fromkeys(texts) if text])


def _refused(facts: Facts, failure: Failure | None, challenges: tuple[tuple[int, str, str], ...]) -> Reason:
    if failure is None:
        facts.refusal_headers += challenges
        return _reason("credential-missing")
    if failure.account:
        _note_claimed(facts, failure.account)
    reason = _reason(failure.reason, "", failure.detail)
    if reason.status == 503:
        facts.refusal_headers += _LATER
    elif reason.status == 429:
        facts.refusal_headers += tuple([(429, name, value) for name, value in failure.challenge])
    else:
        facts.refusal_headers += tuple([(401, name, value) for name, value in failure.challenge]) or challenges
    return reason


def _note_claimed(facts: Facts, account: str) -> None:
    """For whom the credential was, by a digest: who tries many accounts is told from who forgot a password."""
    pseudonyms = facts.state.pseudonyms
    facts.claimed, facts.key = pseudonyms.digest(ACCOUNT, account), pseudonyms.number


CONTROL = ControlSpec(
    id=_ID,
    title="Who asks is proved",
    kind="granter",
    reasons=_reason,
    compile=compile_checks,
    tags=("API2:2023", "CWE-287", "CWE-306", "CWE-345", "CWE-347", "REC-API-11"),
)
