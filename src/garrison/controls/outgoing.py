"""`outgoing`: what goes out to a third party is what its contract declares. Off unless told otherwise.

Header fields that neither the contract declares nor HTTP needs do not go out: the credentials with which callers prove
themselves here, cookies, who called whom. Personal data and secrets do not go out where the contract does not say that
it asks for them, nor anywhere what the settings forbid. What can be cut out is cut out; where that would break the
contract, the request is refused. The third party's own credential is added here, so that callers need not hold it.

Whose data went out stands in the event, and so in the ledger, with the third party as the one who has it now.
"""

import base64
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final
from urllib.parse import urlsplit

from garrison.config.controls import ControlsSettings
from garrison.config.third_party import ThirdPartyCredentialSettings
from garrison.contract.catalogue import CompiledOperation
from garrison.core.canonical import MAX_OF_A_KIND, label, label_pointer, read_cookies
from garrison.core.decision import GONE, Amendment, Edit, Mode, Outcome, Reason
from garrison.core.document import FormDocument, JsonDocument, MultipartDocument, TextDocument
from garrison.core.exposure import Disclosure
from garrison.core.ids import ControlId
from garrison.engine.amended import document_left
from garrison.engine.control import Checks, ControlSpec, Reasons, ReasonSpec, few
from garrison.engine.decode import Undecodable
from garrison.engine.facts import Facts
from garrison.exposure.outbound import Outbound
from garrison.exposure.redaction import Hit, Sought, in_form, in_parts, in_text, in_value

_ID = ControlId("outgoing")

_reason = Reasons(
    _ID,
    ReasonSpec("header-withheld", 403, "a header field that neither the contract declares nor HTTP needs"),
    ReasonSpec("undeclared-data", 403, "personal data or a secret where the contract does not ask for it"),
    ReasonSpec("forbidden-data", 403, "data that never leaves, as the settings say"),
    ReasonSpec("credential-unavailable", 503, "the third party's credential, which the gateway adds, cannot be had"),
)

_NEEDED: Final = frozenset({
    "accept", "accept-charset", "accept-encoding", "accept-language", "cache-control", "connection", "content-digest",
    "content-disposition", "content-encoding", "content-language", "content-length", "content-type", "date", "expect",
    "host", "idempotency-key", "if-match", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since",
    "pragma", "prefer", "range", "te", "trailer", "transfer-encoding", "user-agent",
})  # fmt: skip
"""What HTTP needs and what tells nothing of who calls (RFC 9110; RFC 7240; draft-ietf-httpapi-idempotency-key)."""
_TUNNEL: Final = frozenset({
    "sec-websocket-extensions", "sec-websocket-key", "sec-websocket-protocol", "sec-websocket-version", "upgrade",
})  # fmt: skip
"""What a WebSocket needs besides (RFC 6455)."""
_PLUMBING: Final = (
    "b3", "baggage", "cf-", "dnt", "fastly-", "forwarded", "keep-alive", "origin", "priority", "proxy-connection",
    "referer", "sec-", "traceparent", "tracestate", "true-client-ip", "upgrade-insecure-requests", "via", "x-amzn-",
    "x-azure-", "x-b3-", "x-client-ip", "x-cloud-trace-", "x-cluster-client-ip", "x-correlation-id", "x-envoy-",
    "x-forwarded-", "x-original-forwarded-for", "x-real-ip", "x-request-id",
)  # fmt: skip
"""Beginnings of what proxies, browsers and tracing add by themselves: it is withheld, and nobody is told each time."""


def compile_checks(operation: CompiledOperation | None, settings: ControlsSettings) -> Checks:
    """Nothing goes out that no operation matches, unless the settings say so: then nothing is declared."""
    own = settings.outgoing
    if own.mode is Mode.OFF:
        return Checks()
    heads = _Heads(operation, settings)
    if operation is None:
        return Checks(head=heads.check)
    data = _Data(operation, settings)

    def head(facts: Facts) -> Outcome:
        withheld = heads.check(facts)
        found = data.in_head(facts)
        return _both(withheld, found)

    return Checks(head=head, body=data.in_body if operation.operation.request_media_types else None, end=data.end)


def _both(withheld: Outcome, found: Outcome) -> Outcome:
    """What both say: changes are made together, and a refusal is one of all."""
    if not isinstance(withheld, Amendment) or not isinstance(found, Amendment):
        said = [each for each in (withheld, found) if isinstance(each, Reason | tuple)]
        if said:
            return tuple([one for each in said for one in (each if isinstance(each, tuple) else (each,))])
        return withheld if withheld is not None else found
    return Amendment(
        (*withheld.reasons, *found.reasons),
        headers=(*withheld.headers, *found.headers),
        drop_headers=(*withheld.drop_headers, *found.drop_headers),
        query=(*withheld.query, *found.query),
    )


class _Heads:
    """Which header fields of one operation's requests go out, and which are added."""

    def __init__(self, operation: CompiledOperation | None, settings: ControlsSettings) -> None:
        own = settings.outgoing
        guards = settings.authentication.schemes
        self._credential = own.credential
        self._allowed = _NEEDED | {name.lower() for name in own.headers}
        self._cookies: frozenset[str] = frozenset()
        self._silent = frozenset({"authorization"} if guards else ())
        self._own_query: frozenset[str] = frozenset()
        if operation is None:
            return
        declared: list[tuple[str, str]] = [(each.location, each.name) for each in operation.operation.parameters]
        declared += [pair for name, pair in _carriers(operation) if name not in guards]
        mine = [pair for name, pair in _carriers(operation) if name in guards]
        self._allowed |= {name.lower() for place, name in declared if place == "header"}
        self._allowed |= _TUNNEL if operation.upgrades else frozenset()
        self._cookies = frozenset(name for place, name in declared if place == "cookie")
        self._silent |= {name for place, name in mine if place == "header"}
        self._own_query = frozenset(name for place, name in mine if place == "query")

    def check(self, facts: Facts) -> Outcome:
        """The request without what does not go out, and with the credential."""
        if self._credential is not None:
            added = _added(self._credential, facts)
            if added is None:
                return _reason("credential-unavailable", f"header.{self._credential.header.lower()}")
            facts.request_headers += (added,)
        headers = facts.canonical.headers
        dropped = tuple(name for name in headers if name not in self._allowed and name != "cookie")
        told = [name for name in dropped if name not in self._silent and not name.startswith(_PLUMBING)]
        kept: tuple[tuple[str, str], ...] = ()
        if "cookie" in headers:
            kept, gone = self._cookie(headers["cookie"])
            dropped += () if kept else ("cookie",)
            told += ["cookie"] if gone else []
        query = tuple((place, None) for place, (name, _) in enumerate(facts.canonical.query) if name in self._own_query)
        if not (dropped or kept or query):
            return None
        reasons = tuple(_reason("header-withheld", f"header.{label(name)}") for name in told[:MAX_OF_A_KIND])
        return Amendment(reasons, headers=kept, drop_headers=dropped, query=query)

    def _cookie(self, header: str) -> tuple[tuple[tuple[str, str], ...], bool]:
        """The header field with the cookies that go out, none where there are none; and whether some do not."""
        pairs = read_cookies(header)
        kept = "; ".join(f"{name}={text}" for name, text in pairs if name in self._cookies)
        return ((("cookie", kept),) if kept else ()), any(name not in self._cookies for name, _ in pairs)


def _carriers(operation: CompiledOperation) -> Iterator[tuple[str, tuple[str, str]]]:
    """The name of each security scheme that the operation demands, and place and name of its credential."""
    for name, scheme in operation.operation.schemes.items():
        if scheme.type == "apiKey":
            yield name, (scheme.location, scheme.parameter)
        elif scheme.type != "mutualTLS":
            yield name, ("header", "authorization")


def _added(credential: ThirdPartyCredentialSettings, facts: Facts) -> tuple[str, str] | None:
    """The header field with the credential; None where it could not be read."""
    secret = facts.state.secrets.get(credential.file)
    if secret is None:
        return None
    if credential.scheme.lower() == "basic":
        secret = base64.b64encode(secret.encode()).decode("ascii")
    return credential.header.lower(), f"{credential.scheme} {secret}".strip()


class _Data:
    """Which data of people one operation's requests hold and must not."""

    def __init__(self, operation: CompiledOperation, settings: ControlsSettings) -> None:
        own = settings.outgoing
        self._outbound = Outbound(operation, settings.exposure)
        self._sought = Sought(frozenset(own.look_for), frozenset(own.never))
        self._refuses = own.action == "refuse"
        declared = operation.operation.parameters
        self._required = frozenset((each.location, each.name.lower()) for each in declared if each.required)

    def in_head(self, facts: Facts) -> Outcome:
        """Texts of path, query and declared header fields: what stands in a path is part of what it names, and what is
        required cannot be left out."""
        refused = [
            _told(hit, f"path.{label(name)}")
            for name, value in facts.values.get("path", {}).items()
            for hit in self._of_parameter("path", name, str(value))
        ]
        query: dict[int, str | None] = {}
        headers: dict[str, str | None] = {}
        reasons: list[Reason] = []
        for place, (name, text) in enumerate(facts.canonical.query):
            for hit in self._of_parameter("query", name, text):
                query[place] = str(hit.edit.value) if hit.edit is not None else None
                reasons.append(_told(hit, f"query.{label(name)}"))
        for name in facts.values.get("header", {}):
            for hit in self._of_parameter("header", name, facts.canonical.headers[name]):
                headers[name] = str(hit.edit.value) if hit.edit is not None else None
                reasons.append(_told(hit, f"header.{label(name)}"))
        gone = [("query", facts.canonical.query[place][0].lower()) for place, text in query.items() if text is None]
        gone += [("header", name) for name, text in headers.items() if text is None]
        if refused or not self._required.isdisjoint(gone) or (reasons and self._refuses):
            return few([*refused, *reasons], _id_of)
        if not reasons:
            return None
        kept = tuple((name, text) for name, text in headers.items() if text is not None)
        dropped = tuple(name for name, text in headers.items() if text is None)
        return Amendment(few(reasons, _id_of), kept, dropped, tuple(query.items()))

    def in_body(self, facts: Facts) -> Outcome:
        """Texts of the body."""
        hits = list(islice(self._hits(facts), _MOST_HITS))
        if not hits:
            return None
        reasons = few(tuple(dict.fromkeys(_told(hit, _place(hit)) for hit in hits)), _id_of)
        found = sorted((hit.edit for hit in hits if hit.edit is not None), key=_is_out)
        edits = tuple({edit.way: edit for edit in found}.values())
        whole = len(hits) < _MOST_HITS and all(hit.edit is not None for hit in hits)
        if self._refuses or not whole or _breaks(facts, edits):
            return reasons
        return Amendment(reasons, edits=edits)

    def end(self, facts: Facts) -> None:
        """Note whose data went out."""
        if not facts.is_forwarded:
            return
        pseudonyms = facts.state.pseudonyms
        groups: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        for found in self._outbound.subjects(facts):
            groups.setdefault((found.kind, found.types), []).append(pseudonyms.digest(found.kind, found.name))
        if groups and facts.named_under in {0, pseudonyms.number}:  # one event names everybody under one key
            facts.key = pseudonyms.number
            facts.recipient = f"third-party:{urlsplit(facts.state.upstream).hostname or 'unknown'}"
            facts.sent = tuple(Disclosure(kind, tuple(digests), types) for (kind, types), digests in groups.items())

    def _of_parameter(self, place: str, name: str, text: str) -> Iterator[Hit]:
        declared = self._outbound.declared(place, name)
        if text and declared & self._sought.forbidden:
            yield from self._sought.forbidden_in(declared)
        else:
            yield from in_text(text, declared, self._sought)

    def _hits(self, facts: Facts) -> Iterator[Hit]:
        document, field = facts.document, self._outbound.field(facts)
        if isinstance(document, JsonDocument):
            return in_value(field, document.value, self._sought)
        if isinstance(document, FormDocument):
            return in_form(field, document, self._sought)
        if isinstance(document, MultipartDocument):
            return in_parts(field, document, self._sought)
        if isinstance(document, TextDocument):
            return in_text(document.text, field.mask, self._sought)
        return iter(())  # opaque, which the contract declares; or unreadable, which others refuse


def _is_out(edit: Edit) -> bool:
    """What is taken out comes last: of two changes at one place it counts."""
    return edit.value is GONE


_MOST_HITS: Final = 10_000
"""Of one body; one that holds more is no request with a slip in it, and refused."""


def _breaks(facts: Facts, edits: Sequence[Edit]) -> bool:
    """Whether the body breaks its schema once it is changed, and did not before."""
    document, schema = facts.document, facts.body_schema
    if document is None or isinstance(document, Undecodable) or schema is None:
        return False
    left = document_left(document, (Amendment((), edits=tuple(edits)),))
    return not schema.accepts(left) and bool(schema.violations(left)) and not schema.violations(document)


def _told(hit: Hit, place: str) -> Reason:
    return _reason("forbidden-data" if hit.is_forbidden else "undeclared-data", place, f"`{hit.type}`")


def _id_of(reason: Reason) -> str:
    return reason.id


def _place(hit: Hit) -> str:
    return label_pointer("/".join(map(str, hit.way))) if hit.way else "body"


CONTROL = ControlSpec(
    id=_ID,
    title="What goes out is what the contract declares",
    kind="objector",
    reasons=_reason,
    compile=compile_checks,
    default_mode=Mode.OFF,
    tags=("API10:2023", "CWE-200", "CWE-359", "CWE-522"),
)
