"""Which cures there are for what a check finds, the least first; and what a gateway cannot cure, with the reason."""

from collections.abc import Iterator, Mapping
from typing import Final

from garrison.core.patch import Patch, Refused
from garrison.patching.access import denied, for_owner, for_owner_in_answer, for_roles
from garrison.patching.predicate import (
    anywhere,
    as_mail,
    at,
    at_place,
    bounded,
    everywhere,
    in_body,
    in_token,
    refusing,
    short,
    without_credential,
)
from garrison.patching.settings import ending, enforcing, enforcing_everywhere, limited, verified
from garrison.patching.situation import Cure, Situation
from garrison.patching.strip import alike, carrying, carrying_named, field, secrets_shown

_PRESENT: Final = at_place(Refused(present=True))
_PRESENT_ANYWHERE: Final = anywhere(Refused(present=True))
_SCHEMA: Final = enforcing("request-schema", undeclared_properties="refuse")
_ANSWERS: Final = enforcing("response-schema", action="strip")
_ANSWERS_REFUSED: Final = enforcing("response-schema", action="refuse")
_INVENTORY: Final = enforcing_everywhere("inventory")
_CANONICAL: Final = enforcing_everywhere("canonical-form")

_INSIDE: Final = (
    r"(?i)localhost|\.local\b|\.internal\b|//[^/?#]*@|//\[|//0x|//\d+(?:[/:?#]|$)|^\s*(?:file|gopher|dict|ftp|data):|"
    r"//(?:0|10|127|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\."
)
"""Addresses of what is inside: of this machine and of private networks."""
_COMMON: Final = r"(?i)passw|qwert|12345|^(?:\d+|[a-z]+)$"
"""Passwords that everybody knows."""

_DEFAULTS: Final = (
    r"^(?i)(?:admin|administrator|password|passw0rd|root|toor|test|guest|user|demo|default|changeme|letmein|secret|"
    r"qwerty|welcome|master|pass|super|tomcat|postgres|oracle|mysql|cisco|raspberry|ubnt)?[\d!@#$]*$"
)
_DEFAULT: Final = r'(?i)"(?:admin|administrator|password|root|toor|test|guest|demo|changeme|letmein)[\d!@#$]*"\s*[,}]'
"""Passwords that accounts are shipped with."""

CURES: Final[Mapping[str, tuple[Cure, ...]]] = {
    # injection: what the attack cannot do without
    "sql-injection": (refusing(r"""['"`;\\()|*]|--|\b(?i:between|union|select|and|or|like)\b"""),),
    "sql-injection-blind": (refusing(r"""['"`;\\()|*]|--|\b(?i:between|union|select|and|or|like)\b"""),),
    "nosql-injection": (refusing(r"""^\s*[\[{]|[$'"]|\|\|"""), in_body(r'"\s*\$|\\u0024'), _SCHEMA),
    "graphql-injection": (in_body(r"""(?i)\b(?:union|select|between|lowe?r|upper)\b|\\\\?['"]|'"""),),
    "os-command-injection": (refusing(r"""[;&|`$<>(){}\\'"\r\n]"""),),
    "code-injection": (refusing(r"""[()\[\]{};`'"$=+*/\\]"""),),
    "template-injection": (refusing(r"[{}$<>#%]"),),
    "format-string-injection": (refusing(r"%|[{}]"),),
    "formula-injection": (refusing(r"^\s*[=+\-@|%]|^[\t\r\n]"),),
    "header-injection": (refusing(r"[\r\n]"),),
    "html-injection": (refusing(r"[<>]"),),
    "ldap-injection": (refusing(r"[*()\\&|!=\x00]"),),
    "xpath-injection": (refusing(r"""['"\[\]()|=]|\b(?:and|or)\b"""),),
    "regex-injection": (refusing(r"[\\^$|?*+()\[\]{}]"),),
    "path-traversal": (refusing(r"\.\.|[/\\%\x00]|^~"), _CANONICAL),
    "open-redirect": (refusing(r"://|^\s*[/\\]{2}|\\"),),
    "server-side-request-forgery": (
        refusing(_INSIDE, r"(?i)^\s*[a-z][a-z0-9+.-]*:|//|localhost|\d+\.\d+\.\d+\.\d+"),
    ),
    "prototype-pollution": (in_body(r"__proto__|constructor|prototype|\\u00"),),
    "unsafe-deserialisation": (
        refusing(r"rO0|gAS|gAN|KGx|(?i)!!python|O:\d+:|_\$\$ND_FUNC|\$type|@class|__reduce__|csystem|cos\n"),
        in_body(r"!!|rO0|gAS|O:\d+:|@class|\$type"),
    ),
    "xml-external-entity": (in_body(r"(?i)<!\s*(?:DOCTYPE|ENTITY)"),),
    # authorization
    "property-set-by-caller": (_PRESENT, _SCHEMA),
    "role-set-at-registration": (_PRESENT, _SCHEMA),
    "own-rights-raised": (_PRESENT, _SCHEMA),
    "hidden-fields-expanded": (_PRESENT,),
    "undeclared-fields-shown": (field, _ANSWERS),
    "fields-above-role": (field,),
    "secrets-exposed": (field,),
    "personal-data-public": (without_credential, field),
    "change-without-credential": (without_credential, verified, denied),
    "admin-twin-open": (denied, _INVENTORY),
    "object-check-bypassed": (
        at_place(Refused(unlike=r"[\pL\pN_-]+")), at("query", Refused(repeated=True)), _SCHEMA, _CANONICAL,
    ),
    "object-read-by-another": (for_owner_in_answer, for_owner),
    "object-changed-by-another": (for_owner,),
    "object-deleted-by-another": (for_owner,),
    "named-object-of-another": (for_owner, for_owner_in_answer),
    "list-shows-others": (for_owner, for_owner_in_answer),
    "nested-object-not-bound": (for_owner, for_owner_in_answer),
    "named-object-changed": (for_owner,),
    "password-of-another-changed": (for_owner,),
    "function-above-role": (for_roles, denied),
    "function-used-above-role": (for_roles, denied),
    # authentication
    "missing-credentials": (without_credential, verified),
    "invalid-credentials-accepted": (verified,),
    "partially-checked-credentials": (verified,),
    "jwt-none": (in_token("head.alg", Refused(matches=r"(?i)^\s*none\s*$")), verified),
    "jwt-key-fetched": (
        in_token("head.jku", Refused(present=True)), in_token("head.x5u", Refused(present=True)), verified,
    ),
    "jwt-embedded-key": (
        in_token("head.jwk", Refused(present=True)), in_token("head.x5c", Refused(present=True)), verified,
    ),
    "jwt-key-confusion": (in_token("head.alg", Refused(matches=r"(?i)^\s*hs")), verified),
    "jwt-kid-injection": (
        in_token("head.kid", Refused(unlike=r"[\w.:=-]{0,128}")), in_token("head.kid", Refused(unlike=r"[\w-]{0,64}")),
        verified,
    ),
    "jwt-expired-accepted": (in_token("claims.exp", Refused(past=True)), verified),
    "jwt-signature-unverified": (verified,),
    "jwt-claims-unchecked": (verified,),
    "user-enumeration": (alike,),
    "credentials-in-url": (_PRESENT_ANYWHERE,),
    "password-in-url": (
        everywhere("query.password", Refused(present=True)), everywhere("query", Refused(matches="(?i)passw")),
    ),
    "password-readable": (secrets_shown,),
    "token-disclosed": (secrets_shown,),
    "reset-token-disclosed": (secrets_shown,),
    "reset-link-poisoned": (_PRESENT,),
    "weak-passwords-accepted": (
        at_place(Refused(matches=r"^.{0,7}$")),
        at_place(Refused(matches=rf"^.{{0,9}}$|{_COMMON}")),
        at_place(Refused(matches=rf"^.{{0,11}}$|{_COMMON}")),
    ),
    "login-unthrottled": (_PRESENT, limited("20/min", "10/min", "5/min")),
    "reset-code-guessable": (limited("20/min", "10/min", "5/min"),),
    "default-credentials": (at("body/password", Refused(matches=_DEFAULTS)), at("body", Refused(matches=_DEFAULT))),
    "logout-keeps-session": (ending("token"),),
    "password-change-keeps-sessions": (ending("principal"),),
    "account-alive-after-deletion": (ending("principal"),),
    # configuration
    "cors-any-origin": (_PRESENT_ANYWHERE,),
    "cors-null-origin": (anywhere(Refused(matches="^null$")),),
    "cors-loose-match": (_PRESENT_ANYWHERE,),
    "debug-surface": (denied, _INVENTORY),
    "default-page": (denied, _INVENTORY),
    "directory-listing": (denied, _INVENTORY),
    "documentation-open": (denied, _INVENTORY),
    "shadow-operation": (denied, _INVENTORY),
    "version-dangling": (denied, _INVENTORY),
    "method-undeclared": (denied, _INVENTORY),
    "path-variant": (_CANONICAL, _INVENTORY),
    "trace-enabled": (_INVENTORY,),
    "unsafe-get": (denied,),
    "method-override": (_PRESENT_ANYWHERE, _CANONICAL),
    "host-reflected": (_PRESENT_ANYWHERE,),
    "parameter-pollution": (at_place(Refused(repeated=True)),),
    "media-type-undeclared": (enforcing("media-type"),),
    "graphql-introspection": (in_body(r"__schema|__type\b"),),
    "graphql-get-mutation": (denied, at("query", Refused(matches=r"\bmutation\b"))),
    "graphql-suggestions": (),
    "nosniff-missing": (carrying("x-content-type-options", "nosniff"),),
    "no-store-missing": (carrying("cache-control", "no-store"),),
    "private-answer-cached": (carrying("cache-control", "private, no-store"),),
    "json-as-page": (carrying("content-type", "application/json"),),
    "version-banner": (carrying_named("-"),),
    "stack-trace": (enforcing("error-leakage"),),
    "verbose-error": (enforcing("error-leakage"),),
    # conformance
    "answer-schema": (_ANSWERS, _ANSWERS_REFUSED),
    "answer-media-type": (enforcing("media-type"), _ANSWERS_REFUSED),
    "answer-empty": (_ANSWERS_REFUSED,),
    "status-undeclared": (_ANSWERS_REFUSED,),
    "property-undeclared": (_PRESENT, _SCHEMA),
    "required-not-checked": (_SCHEMA,),
    "type-not-checked": (_SCHEMA,),
    "server-fault": (_SCHEMA,),
    # resources
    "bound-not-enforced": (_SCHEMA,),
    "page-size-unbounded": (_SCHEMA, bounded(1000, 100)),
    "costly-query": (short(256, 64), refusing(r"[*%?_]")),
    "pattern-backtracking": (as_mail, short(64, 32, 20)),
    "body-size-unbounded": (short(262_144, 65_536, 16_384, where="body"),),
    "compressed-bomb": (enforcing("request-limits"), enforcing("request-limits", inspected_bytes=65_536)),
    "deep-json": (enforcing("request-limits"), enforcing("request-limits", json_depth=8)),
    "many-parameters": (enforcing("request-limits"), enforcing("request-limits", query_parameters=50)),
    "batch-accepted": (at("body", Refused(matches=r"^\s*\[")), _SCHEMA),
    "graphql-batch": (at("body", Refused(matches=r"^\s*\[")),),
    "graphql-aliases": (in_body(r"(?s)(?:\b\w+\s*:\s*\w+.*?){10}"),),
    "no-rate-limit": (limited("100/min", "30/min", "10/min"),),
    "rate-limit-evaded": (_PRESENT, _PRESENT_ANYWHERE),
}  # fmt: skip
"""By check, the least cure first. What is not here a gateway cannot cure."""

_STATE = "it lies in what the API remembers of its sessions or accounts, which no request shows"
_WHOSE = (
    "whose a session is only who reads tokens knows: let the gateway authenticate (`controls.authentication.schemes`)"
)
_KEYS = (
    "only who holds the keys can tell a forged token: let the gateway check tokens (`controls.authentication.schemes`)"
)
_ISSUED = "tokens are what the API gives out: what they are signed with and how long they last it alone decides"
_ANSWER = "it shows in how two answers, or their times, differ: both are right by themselves"
_TLS = "it is the API's own transport: put it behind the gateway's (`listen.tls`) and let nobody reach it otherwise"
_OWN = "whose an object is only the API knows: let the gateway authenticate and say who owns what (`object-access`)"

INCURABLE: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        ("logout-keeps-session", "refresh-token-reused", "session-fixation", "access-after-demotion",
         "registration-overwrites-account", "reset-without-proof"),
        _STATE,
    ),
    **dict.fromkeys(("password-change-keeps-sessions", "account-alive-after-deletion"), _WHOSE),
    **dict.fromkeys(
        ("jwt-signature-unverified", "jwt-claims-unchecked", "invalid-credentials-accepted",
         "partially-checked-credentials"),
        _KEYS,
    ),
    **dict.fromkeys(("jwt-weak-secret", "session-weak-secret", "jwt-without-end"), _ISSUED),
    **dict.fromkeys(("user-enumeration", "user-enumeration-by-time", "existence-told", "graphql-suggestions"), _ANSWER),
    **dict.fromkeys(
        ("tls-certificate", "tls-flaw", "tls-old-version", "tls-weak-cipher", "plain-http", "hsts-missing",
         "redirect-to-plain", "cookie-flags"),
        _TLS,
    ),
    **dict.fromkeys(
        ("object-read-by-another", "object-changed-by-another", "object-deleted-by-another", "named-object-of-another",
         "named-object-changed", "password-of-another-changed", "list-shows-others", "nested-object-not-bound"),
        _OWN,
    ),
    "ids-in-sequence": "ids are what the API gives out",
    "list-without-pages": "a list is as long as the API makes it",
}  # fmt: skip
"""Why no patch is made, by check: also of those whose cures need what the gateway has not got."""


def cures(situation: Situation) -> Iterator[Patch]:
    """Patches that may close a finding, the least first; each still has to be proven."""
    seen: list[Patch] = []
    for cure in CURES.get(situation.finding.check, ()):
        for patch in cure(situation):
            if patch not in seen:
                seen.append(patch)
                yield patch


def why_not(situation: Situation) -> str:
    """Why there is no patch for a finding."""
    if situation.finding.source is not None:
        return "it is one of the description: mend that, `garrison findings show` says how"
    default = "a gateway sees nothing in requests or answers by which it could be told"
    return INCURABLE.get(situation.finding.check, default)
