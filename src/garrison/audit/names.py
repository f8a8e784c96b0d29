"""What names say: which operations log people in, administer or list, and which fields are whose business.

A name is never proof: rules that go by names say how likely it is that they are right.
"""

import itertools
from typing import Final

from garrison.audit.walk import Field, Spot
from garrison.contract.described import DescribedOperation
from garrison.exposure.types.rule import words

UNSAFE: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
"""Methods that change something (RFC 9110, 9.2.1)."""

_LOG_IN: Final = frozenset({"login", "signin", "logon", "authenticate"})
_OPEN: Final = _LOG_IN | {
    "activate", "callback", "captcha", "challenge", "csrf", "forgot", "health", "healthz", "jwks", "live", "logout",
    "oauth", "oauth2", "oembed", "ping", "ready", "readyz", "register", "registration", "registrations", "signout",
    "signup", "sso", "status", "token", "tokens", "verify", "version", "webhook", "webhooks", "wellknown",
}  # fmt: skip
_CREDENTIAL_FLOW: Final = _LOG_IN | {
    "2fa", "forgot", "forgotpassword", "mfa", "otp", "passwordreset", "recover", "recovery", "register", "registration",
    "resetpassword", "signup", "totp",
}  # fmt: skip
_OF_WHOM: Final = frozenset({"account", "email", "password", "phone", "sms", "user", "users"})
_HOW: Final = frozenset({"by", "password", "user", "using", "via", "with"})
_ASKING: Final = frozenset(
    {"calculate", "check", "count", "estimate", "filter", "find", "lookup", "preview", "query", "search", "validate"}
)
"""Words of operations that ask with POST because the question is long."""
_ISSUING: Final = frozenset({"auth", "connect", "oauth", "oauth2", "oidc", "openid", "protocol"})
_ADMIN: Final = frozenset({"admin", "admins", "administration", "administrator", "backoffice", "superuser"})
_INTERNAL: Final = frozenset(
    {"actuator", "debug", "diagnostics", "dump", "heapdump", "internal", "phpinfo", "profiler", "swagger", "trace"}
)
PAGE_SIZES: Final = frozenset(
    {"limit", "size", "count", "top", "take", "max", "perpage", "pagesize", "pagelimit", "maxresults", "maxitems",
     "pagecount", "itemsperpage", "first", "last", "rows", "batchsize", "numresults", "resultsperpage"}
)  # fmt: skip
"""What a parameter is called that says how many objects an answer has, its words joined."""
_PAGE_WORDS: Final = frozenset(
    {"limit", "page", "pages", "offset", "cursor", "skip", "after", "before", "top", "take", "since", "token", "start",
     "startat", "per", "next", "continuation", "marker", "from", "size", "range"}
)  # fmt: skip


def joined(name: str) -> str:
    """A name's words without anything between them: `per_page` and `perPage` are `perpage`."""
    return "".join(words(name))


def of_operation(operation: DescribedOperation) -> frozenset[str]:
    """The words of an operation's path, variables left out, and of its id: neighbours also as one word."""
    found: set[str] = set()
    for text in [each for each in operation.path.split("/") if "{" not in each] + [_given_id(operation)]:
        said = words(text)
        found.update(said)
        found.update(one + other for one, other in itertools.pairwise(said))
    return frozenset(found)


def of_path(operation: DescribedOperation) -> frozenset[str]:
    """The words of an operation's path, variables left out: neighbours also as one word."""
    return of_operation_path(operation.path)


def of_operation_path(path: str) -> frozenset[str]:
    """The words of a path, variables left out: neighbours also as one word."""
    found: set[str] = set()
    for text in path.split("/"):
        said = words(text) if "{" not in text else ()
        found.update(said)
        found.update(one + other for one, other in itertools.pairwise(said))
    return frozenset(found)


def changes(operation: DescribedOperation) -> bool:
    """Whether it changes something, as its method says and its path does not deny."""
    asks = operation.method == "POST" and (bool(of_path(operation) & _ASKING) or _last(operation) in {"get", "list"})
    return operation.method in UNSAFE and not asks


def logs_in(operation: DescribedOperation) -> bool:
    """Whether somebody proves with it who he is, or gets a way to: log in, register, a new password, a token."""
    if operation.method not in {"POST", "PUT", "PATCH"}:
        return False
    segments = [segment for segment in operation.path.split("/") if segment and "{" not in segment]
    if operation.security and all(operation.security):
        # who has proven it already does something else, but for a log-in that was forgotten to be open
        return bool(segments) and joined(segments[-1]) in _LOG_IN
    said = of_path(operation)
    gives_token = _last(operation) == "token" and (bool(said & _ISSUING) or said == {"token"})
    resets = "password" in said and "reset" in said
    return gives_token or resets or any(map(_is_of_log_in, segments))


def _is_of_log_in(segment: str) -> bool:
    """`login`, `user-login` or `loginWithPassword`, and not `login_links`."""
    said = words(segment)
    if joined(segment) in _CREDENTIAL_FLOW:
        return True
    if len(said) < 2:
        return False
    begins = said[0] in _CREDENTIAL_FLOW and said[1] in _HOW
    return begins or (said[-1] in _CREDENTIAL_FLOW and said[0] in _OF_WHOM) or said[:2] == ("log", "in")


def is_open_by_nature(operation: DescribedOperation) -> bool:
    """Whether nobody can be logged in yet, or a machine calls: log in, register, health, webhooks."""
    said = of_operation(operation)
    return bool(said & _OPEN) or ("password" in said and "reset" in said)


def administers(operation: DescribedOperation) -> bool:
    """Whether it is for administrators, as a segment of its path says."""
    return any(joined(segment) in _ADMIN for segment in operation.path.split("/") if "{" not in segment)


def is_internal(operation: DescribedOperation) -> bool:
    """Whether it is meant for those who run the API, as a segment of its path says."""
    return any(joined(segment) in _INTERNAL for segment in operation.path.split("/") if "{" not in segment)


def pages(operation: DescribedOperation) -> bool:
    """Whether a parameter pages through what it lists."""
    for each in operation.parameters:
        said = words(each.name)
        if each.location != "path" and (joined(each.name) in PAGE_SIZES or not _PAGE_WORDS.isdisjoint(said)):
            return True
    return False


def is_page_size(name: str) -> bool:
    """Whether a parameter of this name says how many objects an answer has."""
    return joined(name) in PAGE_SIZES


def list_of(spot: Spot) -> Spot | None:
    """The list that an answer is: itself, or the only list of objects directly inside of it."""
    if "array" in spot.types:
        return spot
    lists = [field.spot for field in spot.fields if "array" in field.spot.types and _holds_objects(field.spot)]
    return lists[0] if len(lists) == 1 else None


def is_shared(field: Field) -> bool:
    """Whether the same declaration is used in requests and in successful answers."""
    return bool(field.owner.requests) and bool(field.owner.answers)


def _holds_objects(spot: Spot) -> bool:
    return any("object" in inner.types for inner in spot.inner)


def _last(operation: DescribedOperation) -> str:
    segments = [each for each in operation.path.split("/") if each]
    return segments[-1].lower() if segments else ""


def _given_id(operation: DescribedOperation) -> str:
    given = operation.node.value.get("operationId")
    return given if isinstance(given, str) else ""
