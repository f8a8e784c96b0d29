"""`shadow-operation`: operations that no contract describes are served."""

from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.call import NOT_JSON
from garrison.assess.check import Check
from garrison.assess.checks.asking import plain
from garrison.assess.checks.configuration.known import declares, pattern_of, prefixes
from garrison.assess.checks.configuration.soft import Nowhere
from garrison.assess.checks.configuration.surfaces import DEBUG, DOCUMENTATION
from garrison.assess.compare import is_empty, leaves, shape_of, tells_error
from garrison.assess.identity import Identity
from garrison.assess.probe import Exchange
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId, Finding
from garrison.exposure.types.catalogue import type_by_name
from garrison.exposure.types.rule import words

_WORDS: Final = (
    "admin", "users", "accounts", "internal", "private", "debug", "test", "export", "dump", "backup", "reports",
    "report",
    "logs", "audit", "events", "stats", "statistics", "jobs", "tasks", "queue", "flags", "features", "tokens", "keys",
    "sessions", "customers", "orders", "invoices", "payments", "employees", "search", "all", "list", "archive", "old",
    "legacy", "beta", "demo", "manage", "management", "dashboard", "monitor", "system", "info", "whoami", "routes",
    "admin/users", "admin/stats", "internal/users", "admin/logs", "users/all", "roles", "permissions", "groups",
    "messages", "files", "uploads", "webhooks", "secrets", "credentials", "licenses", "feedback", "notes", "emails",
)  # fmt: skip
_SIBLINGS: Final = ("all", "export", "search", "count", "admin", "debug", "stats", "dump", "deleted", "internal")
_PLAIN: Final = frozenset(
    {"health", "healthz", "ready", "live", "livez", "readyz", "ping", "version", "favicon.ico", "robots.txt"}
)
_SECRET: Final = frozenset({"password", "passwd", "secret", "token", "hash", "apikey", "key"})
_MOST: Final = 150
_COLLECTIONS: Final = 4


def _run(a: Assessment) -> Iterator[Finding]:
    somebody = a.low
    nowhere = Nowhere(a, somebody)
    seen: set[str] = set()
    for path in _paths(a):
        if a.probe.sent[None] and len(seen) >= _MOST - 45:
            return
        if path in seen:
            continue
        seen.add(path)
        got = a.probe.send(plain("GET", path), somebody)
        if not _tells(got) or not nowhere.is_served(got) or _is_declared_object(a, path, got):
            continue
        yield _finding(a, path, got, nowhere.control(path), somebody)


def _paths(a: Assessment) -> Iterator[str]:
    """Undeclared paths: what recorded traffic went to, words beside declared steps, words under collections."""
    known = {path for surface in (*DEBUG, *DOCUMENTATION) for path in surface.paths}
    for each in a.traffic:
        method, _, path = each.partition(" ")
        if method in ("GET", "HEAD") and not declares(a, path.partition("?")[0]):
            yield path
    for prefix in reversed(prefixes(a)[:2]):
        yield from _undeclared(a, (f"{prefix}/{word}" for word in _WORDS if f"/{word}" not in known))
    collections = dict.fromkeys(t.collection for t in a.api.targets if t.variables and "{" not in t.collection)
    for collection in tuple(collections)[:_COLLECTIONS]:
        yield from (f"{collection}/{word}" for word in _SIBLINGS if not _is_plainly_declared(a, f"{collection}/{word}"))


def _undeclared(a: Assessment, paths: Iterator[str]) -> Iterator[str]:
    yield from (path for path in paths if path.rpartition("/")[2] not in _PLAIN and not declares(a, path))


def _is_plainly_declared(a: Assessment, path: str) -> bool:
    return any(not target.variables and target.template.rstrip("/") == path for target in a.api.targets)


def _is_declared_object(a: Assessment, path: str, got: Exchange) -> bool:
    """Whether a declared operation answers there: a user may well be called `admin`."""
    shape = shape_of(got.answer.json()) if got.answer.json() is not NOT_JSON else frozenset()
    for target in a.api.targets:
        if target.method == "GET" and target.variables and pattern_of(target).fullmatch(path):
            known = (each.answer.json() for each in a.survey.seen(target) if each.is_success)
            if any(shape and shape <= shape_of(value) for value in known if value is not NOT_JSON):
                return True
    return False


def _tells(exchange: Exchange) -> bool:
    """Whether an answer is a success that holds something: JSON with content, or a table."""
    answer = exchange.answer
    if not exchange.is_success or not answer.body:
        return False
    value = answer.json()
    if value is NOT_JSON:
        return answer.media_type in ("text/csv", "application/xml", "text/xml", "application/zip")
    return not tells_error(value) and not is_empty(value)


def _finding(a: Assessment, path: str, got: Exchange, control: Exchange, somebody: Identity | None) -> Finding:
    bare = a.probe.send(plain("GET", path)) if somebody is not None else got
    is_open = _tells(bare)
    told = _told(bare if is_open else got)
    severity = Severity.HIGH if told and is_open else Severity.MEDIUM if told or is_open else Severity.LOW
    who = "anybody" if is_open else f"`{somebody.name}`" if somebody is not None else "anybody"
    shown = (bare if is_open else got).says_that(f"{path}, which no contract describes, answers {who}")
    return a.found(
        CHECK,
        [shown, control],
        template=path,
        severity=severity,
        confidence=Confidence.HIGH,
        says=f"GET {path} is served and not in the contract; it answers {who}"
        + (f" with {', '.join(told[:4])}" if told else ""),
    )


def _told(exchange: Exchange) -> list[str]:
    """Names of fields with secrets and personal data."""
    value = exchange.answer.json()
    names = dict.fromkeys(way.rpartition("/")[2] for way, _ in leaves(value)) if value is not NOT_JSON else {}
    return [f"`{name}`" for name in names if type_by_name(name) or not _SECRET.isdisjoint(words(name))]


CHECK = Check(
    id=CheckId("shadow-operation"),
    title="an operation that no contract describes is served",
    family="configuration",
    severity=Severity.MEDIUM,
    tags=("owasp.api9", "cwe.1059", "cwe.912", "rec.1"),
    looks="Asks, with GET alone and some hundred times in all, for words that are common in APIs under the declared "
    "prefix, for words under declared collections, and for paths that recorded traffic went to. Proven where the "
    "answer holds data and a made-up path beside it gets something else.",
    why="What nobody described nobody reviews, limits or watches: it is where data leaves unnoticed.",
    mend="Take it off, or describe it and give it the same authentication, authorization and limits as the rest.",
    samples={"fastapi": "# compare app.routes with the published description in a test"},
    run=_run,
    most=_MOST,
)
