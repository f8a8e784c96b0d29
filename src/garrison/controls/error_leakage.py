"""`error-leakage`: error answers disclose nothing of the inside. In enforce mode they leave as RFC 9457 problems.

Looked for are texts that only an unhandled error prints: stack traces of the common runtimes, messages of
database engines, paths of source files, banners of servers and frameworks. Only answers with status 400 and up
are read; an API whose ordinary answers talk about stack traces is not disturbed.

An error answer that should be read and cannot be is no better than one that discloses: too long, badly compressed, or
in a coding that nobody asked for.
"""

import re

import msgspec

from garrison.config.controls import ControlsSettings
from garrison.contract.catalogue import CompiledOperation
from garrison.core.decision import Outcome, Rewrite
from garrison.core.http import ResponseHead
from garrison.core.ids import ControlId
from garrison.engine.codings import narrowed
from garrison.engine.control import Checks, ControlSpec, Reasons, ReasonSpec
from garrison.engine.decode import Undecodable
from garrison.engine.facts import Facts

_ID = ControlId("error-leakage")

_reason = Reasons(
    _ID,
    ReasonSpec("path-disclosure", 500, "an error answer names a file of the server"),
    ReasonSpec("server-banner", 500, "an error answer names the server or framework and its version"),
    ReasonSpec("sql-disclosure", 500, "an error answer quotes a database error"),
    ReasonSpec("stack-trace", 500, "an error answer holds a stack trace"),
    ReasonSpec(
        "unreadable-error", 500, "an error answer too long to be inspected, or compressed in a way that cannot be"
    ),
)

# Every repetition is bounded, and possessive where it can be, so that the time is linear in the body. A body is
# often JSON: quotes, slashes and line ends may be escaped.
_SIGNS: tuple[tuple[str, re.Pattern[bytes]], ...] = (
    (
        "stack-trace",
        re.compile(
            rb"Traceback \(most recent call last\)"
            rb"|File \\?\"[^\"\n]{1,300}+\", line \d"  # Python
            rb"|(?:\b|\\t)at [\w$.<>/@-]{3,200}+\([\w$]{1,100}+\.(?:java|kt|scala|groovy|clj):\d"
            rb"|\bException in thread \\?\""  # Java
            # JavaScript
            rb"|\bat (?:[\w$.<>` \[\]]{1,200}+\()?(?:async )?(?:/|[A-Z]:\\|file://|node:|webpack)"
            rb"[^\n():]{0,300}+:\d{1,9}:\d"
            rb"|\bat [\w.`<>\[\],+|]{3,200}+\([^)\n]{0,300}+\) in (?:[A-Z]:)?[^\n:]{1,300}+:line \d"  # .NET
            rb"|goroutine \d{1,12} \[\w|panic: runtime error|\bpanic\(0x"  # Go
            rb"|thread '[^'\n]{1,60}+' (?:\(\d{1,9}\) )?panicked at"  # Rust
            rb"|Stack trace:(?:\s|\\n|<br ?/?>){0,10}#\d{1,4} |#\d{1,4} [^\n#]{1,200}\.php\(\d"  # PHP
            rb"|\b(?:Fatal error|Warning|Notice|Parse error)(?:</b>)?: [^\n]{1,200} in (?:<b>)?(?:\\?/|[A-Z]:\\)"
            rb"[^\n<: ]{1,200}\.php"
            rb"|\.rb:\d{1,9}:in [`']"  # Ruby
        ),
    ),
    (
        "sql-disclosure",
        re.compile(
            rb"You have an error in your SQL syntax|\bER_(?:PARSE_ERROR|DUP_ENTRY|BAD_FIELD_ERROR|NO_SUCH_TABLE)\b"
            rb"|ORA-\d{5}\b"
            rb"|SQLSTATE\[\w{5}\]|SQLSTATE[:=]? ?\w{5}\b"
            rb"|PG::\w{1,60}Error|PG::\w{1,60}Violation|\bpsycopg2?\.(?:errors|\w{1,60}Error)|PSQLException|\bpq: \w"
            rb"|unterminated quoted string at or near|syntax error at or near \\?\""
            rb"|sqlite3?\.\w{1,30}(?:Error|Exception)|SQLite(?:3::|/JDBCDriver|Exception)|\bSQLITE_(?:ERROR|CONSTRAINT)"
            rb"|near \\?\"[^\"\n]{1,40}\\?\": syntax error"
            rb"|Unclosed quotation mark after the character string|Incorrect syntax near '"
            rb"|(?:System|Microsoft)\.Data\.SqlClient"
            rb"|com\.mysql\.(?:cj\.)?jdbc|java\.sql\.SQL\w{0,60}Exception|MongoServerError|E11000 duplicate key"
            rb"|sqlalchemy\.exc\.\w|DB2 SQL error"
        ),
    ),
    (
        "path-disclosure",
        re.compile(
            rb"(?:^|[\s\"'(=>\[])(?:\\?/)(?:home|root|usr|var|opt|srv|app|etc|Users|workspace|proc)\\?/[\w.@+/\\-]{2,200}"
            rb"\.(?:py|rb|php|js|mjs|ts|java|go|rs|cs|pl|lua|jsp|conf|ini|env|ya?ml|log|sock|so)\b"
            rb"|\b[A-Z]:\\{1,2}(?:inetpub|Users|Windows|Program Files|www|xampp)\\"
        ),
    ),
    (
        "server-banner",
        re.compile(
            rb"\b(?:Apache|nginx|openresty|Jetty|Tomcat|Microsoft-IIS|gunicorn|uvicorn|Werkzeug|WEBrick|Kestrel"
            rb"|PHP|Django|Laravel|Spring Boot|ASP\.NET(?: Core)?)[/ ](?:Version[: ]{0,3})?v?\d{1,3}\.\d"
            rb"|\bExpress/\d|ASP\.NET Version:\d"
            rb"|Whitelabel Error Page|<title>[^<]{0,80}Werkzeug Debugger|You're seeing this error because you have"
        ),
    ),
)
_BANNER_HEADERS = (
    "server",
    "x-powered-by",
    "x-aspnet-version",
    "x-aspnetmvc-version",
    "x-runtime",
    "x-debug-token",
)
_MAX_SCANNED = 64 * 1024  # a trace stands at the start of an error answer; the rest only costs time


def compile_checks(operation: CompiledOperation | None, settings: ControlsSettings) -> Checks:
    """The same for every operation, described or not."""
    del operation, settings
    return Checks(response_body=_body, wants_response=_wants)


def _wants(facts: Facts) -> bool:
    return facts.response is not None and facts.response.status >= 400


def _body(facts: Facts) -> Outcome:
    response, body = facts.response, facts.response_body
    if response is None or response.status < 400:
        return None
    if not body:
        return _unread(facts, response)
    for reason_id, sign in _SIGNS:
        if sign.search(body, 0, _MAX_SCANNED):
            reason = _reason(reason_id, "response.body")
            return Rewrite(reason, drop_headers=_BANNER_HEADERS)
    return None


def _unread(facts: Facts, response: ResponseHead) -> Outcome:
    """What could not be searched does not leave; what is empty, or of an opaque media type, does."""
    document = facts.response_document
    if not isinstance(document, Undecodable) or _is_own_choice(facts, document):
        return None
    reason = _reason("unreadable-error", "response.body", document.detail)
    if document.reason == "response-too-large":
        # its rest is still to come, so it cannot be exchanged: it is broken off, with the status it has
        return msgspec.structs.replace(reason, status=response.status)
    return Rewrite(reason, drop_headers=_BANNER_HEADERS)


def _is_own_choice(facts: Facts, document: Undecodable) -> bool:
    """Whether the client accepts codings that cannot be undone, and the upstream was told: nothing is enforced here."""
    accepted = facts.canonical.headers.get("accept-encoding", "")
    is_coding = document.detail == "unsupported-content-encoding"
    return is_coding and not facts.is_narrowed and narrowed(accepted) is not None


CONTROL = ControlSpec(
    id=_ID,
    title="Errors that disclose nothing",
    kind="objector",
    reasons=_reason,
    compile=compile_checks,
    tags=("API8:2023", "CWE-209", "CWE-497", "CWE-550", "REC-API-23"),
)
