"""`incoming`: what comes in from a third party is bounded, sends nobody elsewhere, and is only data. Off unless told
otherwise.

`response-schema` holds answers to the contract; this is what holds also where the contract is silent: how large an
answer may be, inspected or not, and how deep; redirects, which would have callers send their request, and the secrets
in it, to somebody else; markup and programs that nobody asked for; cookies and other header fields by which a third
party would reach into what is yours. Texts in JSON are read as each language would read them (`payload/`), for they go
on into your pages, queries and commands.
"""

import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

from garrison.config.address import parse_upstream
from garrison.config.controls import ControlsSettings
from garrison.config.third_party import IncomingSettings
from garrison.contract.catalogue import CompiledOperation
from garrison.core.canonical import label
from garrison.core.decision import Mode, Outcome, Reason
from garrison.core.document import JsonDocument, RowsDocument
from garrison.core.http import ResponseHead, header
from garrison.core.ids import ControlId
from garrison.core.nesting import is_deeper
from garrison.engine.bodies import PASSED_OVER, response_kind
from garrison.engine.control import Checks, ControlSpec, Reasons, ReasonSpec, few
from garrison.engine.decode import Undecodable
from garrison.engine.facts import Facts
from garrison.payload.answer import Answered
from garrison.payload.evidence import evidence_of
from garrison.payload.judge import Finding, judge, prepare
from garrison.payload.usual import Usual

_ID = ControlId("incoming")

_reason = Reasons(
    _ID,
    ReasonSpec("active-content", 502, "markup or a program where the contract declares none"),
    ReasonSpec("answer-too-deep", 502, "an answer nested too deeply", bound="json-depth"),
    ReasonSpec("answer-too-large", 502, "an answer over the bound", bound="body-bytes"),
    ReasonSpec("answer-unbounded", 502, "an answer that is not inspected and does not state its length"),
    ReasonSpec("injected-text", 502, "a text that leaves its place where it is put into a page, a query or a command"),
    ReasonSpec("redirect-elsewhere", 502, "a redirect to somebody else than the third party"),
)

_ACTIVE: Final = frozenset({
    "application/ecmascript", "application/hta", "application/java-archive", "application/javascript",
    "application/mathml+xml", "application/vnd.microsoft.portable-executable", "application/wasm",
    "application/x-javascript", "application/x-msdownload", "application/x-sh", "application/x-shockwave-flash",
    "application/xhtml+xml", "application/xslt+xml", "image/svg+xml", "multipart/x-mixed-replace", "text/ecmascript",
    "text/html", "text/javascript", "text/x-sh", "text/xsl",
})  # fmt: skip
"""Media types of what is run, or laid out as a page, by whoever opens it."""
_ACTING_HEADERS: Final = frozenset({
    "accept-ch", "alt-svc", "clear-site-data", "nel", "public-key-pins", "refresh", "report-to",
    "reporting-endpoints", "service-worker-allowed", "sourcemap", "strict-transport-security",
})  # fmt: skip
"""Header fields that have a client do or remember something for the host that it asked, which is yours."""
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_COME_AGAIN: Final = frozenset({429, 503})
_AFTER_PATH: Final = re.compile(r"[?#]")


def compile_checks(operation: CompiledOperation | None, settings: ControlsSettings) -> Checks:
    """The same for every operation, but for what the contract declares of its answers."""
    own = settings.incoming
    if own.mode is Mode.OFF:
        return Checks()
    answers = _Answers(operation, own)
    texts = _Texts(operation, own) if own.texts != "pass" else None

    def body(facts: Facts) -> Outcome:
        deep = answers.check_body(facts)
        return deep if deep is not None or texts is None else texts.check(facts)

    return Checks(
        response_head=answers.check_head,
        response_body=body,
        wants_response=_is_inspected,
        sets_response_headers=True,
        prepare=prepare if texts is not None else None,
    )


class _Answers:
    """What is held of the answers of one operation."""

    def __init__(self, operation: CompiledOperation | None, own: IncomingSettings) -> None:
        self._own = own
        self._hosts = frozenset(host.lower() for host in own.redirect_hosts)
        self._enforces = own.mode is Mode.ENFORCE
        self._declares_cookies = operation is not None and (
            any(each.location == "cookie" for each in operation.operation.parameters)
            or any(scheme.location == "cookie" for scheme in operation.operation.schemes.values())
            or any("set-cookie" in each.headers for each in operation.operation.responses)
        )

    def check_head(self, facts: Facts) -> Outcome:
        """What status and header fields tell."""
        response = facts.response
        if response is None or response.status < 200:
            return None
        found = (*self._size(facts, response), *_active(facts, response), *self._redirect(facts, response))
        if self._enforces:
            self._mend(facts, response)
        return found or None

    def check_body(self, facts: Facts) -> Outcome:
        """How deep it is."""
        document = facts.response_document
        value: Any = None
        if isinstance(document, Undecodable) and document.reason == "response-too-large":
            return _reason("answer-too-large", "response.body", document.detail)
        if isinstance(document, JsonDocument):
            value = document.value
        elif isinstance(document, RowsDocument):
            value = document.rows
        if is_deeper(value, self._own.json_depth):
            return _reason("answer-too-deep", "response.body", f"at most {self._own.json_depth} levels")
        return None

    def _size(self, facts: Facts, response: ResponseHead) -> Iterator[Reason]:
        if not response.has_body:
            return
        stated = header(response.headers, "content-length")
        if stated is not None and stated.isascii() and stated.isdigit():
            if len(stated.lstrip("0")) > 18 or int(stated) > self._own.body_bytes:
                yield _reason("answer-too-large", "response.body", f"at most {self._own.body_bytes} bytes")
        elif _kind(facts) == "opaque":
            yield _reason("answer-unbounded", "response.header.content-length")

    def _redirect(self, facts: Facts, response: ResponseHead) -> Iterator[Reason]:
        locations = [value for name, value in response.headers if name == "location"]
        if not locations:
            return
        location = locations[0]
        # of several each client follows another
        own, elsewhere = _followed(location, facts.state.upstream) if len(locations) == 1 else (location, "?")
        if elsewhere is None:
            if self._enforces and own != location:
                facts.response_headers += (("location", own),)
        elif 300 <= response.status < 400 and elsewhere not in self._hosts:
            yield _reason("redirect-elsewhere", "response.header.location", f"`{label(elsewhere)}`")

    def _mend(self, facts: Facts, response: ResponseHead) -> None:
        """Header fields that do not reach callers, and one that has browsers take the answer for what it says it is."""
        names = {name for name, _ in response.headers}
        facts.dropped_headers += tuple(names & _ACTING_HEADERS)
        facts.response_headers += (("x-content-type-options", "nosniff"),)
        if "set-cookie" in names:
            if self._own.cookies == "drop" and not self._declares_cookies:
                facts.dropped_headers += ("set-cookie",)
            else:
                facts.response_headers += tuple(_own_cookies(response))
        again = header(response.headers, "retry-after")
        if again is not None and response.status in _COME_AGAIN and again.isascii() and again.isdigit():
            facts.refusal_headers += ((502, "retry-after", again[:9]),)  # whatever else is wrong with the answer


class _Texts:
    """What texts of the answers of one operation say."""

    def __init__(self, operation: CompiledOperation | None, own: IncomingSettings) -> None:
        self._answered, self._usual = Answered(operation), Usual(own.classes, own.usual)
        self._notes = own.texts == "note"

    def check(self, facts: Facts) -> Outcome:
        places = self._answered.texts(facts)
        if not places:
            return None
        found = few(judge([text for _, text in places], self._usual.spared(places)), _class_of)
        reasons = tuple([
            _reason("injected-text", f"response.{places[each.index][0]}", f"{each.kind}: {evidence_of(each)}")
            for each in found
        ])  # fmt: skip
        if not self._notes:
            return reasons or None
        facts.noted += reasons
        return None


def _class_of(finding: Finding) -> str:
    return finding.kind


def _active(facts: Facts, response: ResponseHead) -> Iterator[Reason]:
    media_type = facts.response_media_type
    if media_type is None or not response.has_body or facts.response_body_schema is not None:
        return
    if media_type.essence in _ACTIVE:
        yield _reason("active-content", "response.header.content-type", label(media_type.essence))


def _is_inspected(facts: Facts) -> bool:
    """Whether the answer's body is read, and so counted as it comes: a declared stream is bounded by time alone."""
    response = facts.response
    return response is not None and response.has_body and _kind(facts) not in PASSED_OVER


def _kind(facts: Facts) -> str:
    status = facts.response.status if facts.response is not None else 0
    media_type, schema = facts.response_media_type, facts.response_schema
    return response_kind(facts.operation, status, media_type, schema, facts.response_body_schema)


def _followed(location: str, upstream: str) -> tuple[str, str | None]:
    """Where a `Location` leads a caller who asked this gateway: a reference on the same host; or the host that it leads
    to instead."""
    if "\\" in _AFTER_PATH.split(location, maxsplit=1)[0] or any(ord(sign) < 33 for sign in location):
        return location, "?"  # browsers read a backslash as a slash, and leave out control characters
    try:
        parts, place = urlsplit(location), parse_upstream(upstream)
        port = parts.port
    except ValueError:
        return location, "?"
    if not parts.scheme and not parts.netloc:
        return location, "?" if location.startswith("//") else None  # browsers find a host behind any number of slashes
    host = (parts.hostname or "").lower()
    scheme = parts.scheme.lower() or place.scheme
    if scheme != place.scheme or host != place.host or (port or _DEFAULT_PORTS[scheme]) != place.port:
        return location, host or scheme
    # one slash alone: two would begin the name of a host
    path = "/" + parts.path.lstrip("/")
    query = f"?{parts.query}" if parts.query else ""
    return path + query + (f"#{parts.fragment}" if parts.fragment else ""), None


def _own_cookies(response: ResponseHead) -> Iterator[tuple[str, str]]:
    """The cookies, for this gateway's host alone."""
    for name, value in response.headers:
        if name == "set-cookie":
            kept = [part for part in value.split(";") if part.strip().partition("=")[0].lower() != "domain"]
            yield name, ";".join(kept)


CONTROL = ControlSpec(
    id=_ID,
    title="What comes in is bounded, stays here and is only data",
    kind="objector",
    reasons=_reason,
    compile=compile_checks,
    default_mode=Mode.OFF,
    tags=("API10:2023", "CWE-400", "CWE-601", "CWE-74", "CWE-829"),
)
