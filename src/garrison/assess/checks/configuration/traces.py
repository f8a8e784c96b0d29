"""Traces: what programs of several languages say of their inside when they fail, recognised by its structure."""

import re
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from garrison.assess.assessment import Assessment
from garrison.assess.call import NOT_JSON, Answer
from garrison.assess.checks.asking import ordinary, replaced
from garrison.assess.identity import Identity
from garrison.assess.probe import Exchange
from garrison.assess.request import Request
from garrison.assess.target import Target

TRACES: Final[Mapping[str, re.Pattern[str]]] = {
    "Python": re.compile(r"Traceback \(most recent call last\)[\s\S]{0,400}?File \"[^\"]+\", line \d+"),
    "Python (a debugger's page)": re.compile(r"Werkzeug Debugger|DJANGO_SETTINGS_MODULE[\s\S]*Request Method"),
    "Java": re.compile(r"(?:^|\s)at [\w.$]+\.[\w$<>]+\([\w$]+\.(?:java|kt|scala):\d+\)[\s\S]{0,300}?\bat [\w.$]+\("),
    "JavaScript": re.compile(
        r"\bat [^\n()]{0,200}\(?(?:file://|node:|/|[A-Z]:\\)[^\s()]+:\d+:\d+\)?[\s\S]{0,300}?\bat "
    ),
    "C#": re.compile(r"\bat [\w.<>`]+\([^)]*\) in [^\n]+:line \d+"),
    "PHP": re.compile(r"#\d+ [^\s]+\.php\(\d+\): |\bin (?:<b>)?/[^\s<]+\.php(?:</b>)? (?:on line|:) ?(?:<b>)?\d+"),
    "Ruby": re.compile(r"[\w/-]\.rb:\d+:in [`'][^`']+'"),
    "Go": re.compile(r"goroutine \d+ \[[^\]]+\]:|\.go:\d+ \+0x[0-9a-f]+"),
    "Rust": re.compile(r"panicked at '?[^\n]*\.rs:\d+(?::\d+)?"),
}
"""Stack traces, by language."""

INTERNALS: Final[Mapping[str, re.Pattern[str]]] = {
    "a statement of SQL": re.compile(
        r"(?is)\b(select\s.{1,200}\sfrom|insert\s+into|update\s.{1,80}\sset|delete\s+from)\s.{0,300}?"
        r"(syntax|error|exception|parameters|violat|constraint)|\[SQL: |\bSQLSTATE\["
    ),
    "an error of the database": re.compile(
        r"sqlite3\.\w*Error|psycopg2?\.\w+|pymysql\.err|ORA-\d{5}|PSQLException|SQLSyntaxErrorException|"
        r"MongoServerError|near \"[^\"]*\": syntax error|You have an error in your SQL syntax|SqlException|"
        r"Sequelize\w*Error"
    ),
    "the name of a class of the program's inside": re.compile(
        r"(?<![\w.])(?:java|javax|org|com)(?:\.[a-z_]\w*){2,}\.[A-Z]\w*(?:Exception|Error)\b|"
        r"(?<![\w.])[a-z_]\w*(?:\.[a-z_]\w*)+\.[A-Z]\w*(?:Error|Exception)\b|(?<![\w.])System\.[\w.]+Exception\b|"
        r"\b(?:KeyError|AttributeError|TypeError|NameError|IndexError|UnboundLocalError): "
    ),
    "a path of the server's file system": re.compile(
        r"(?<![\w/:.])/(?:home|usr|var|opt|srv|app|root|etc)/[\w.-]+/[\w./-]+\.(?:py|js|ts|rb|php|java|go|cs)\b|"
        r"\b[A-Z]:\\[\w\\ .-]+\.\w+"
    ),
}
"""What error messages tell beside, by what it is."""

_MOST_ASKED: Final = 12


def found(answer: Answer, patterns: Mapping[str, re.Pattern[str]]) -> str:
    """What of `patterns` stands in an answer, its JSON texts taken as they are; empty where nothing does."""
    value = answer.json()
    text = "\n".join(_texts(value)) if value is not NOT_JSON else answer.text
    return next((name for name, pattern in patterns.items() if pattern.search(text[:60_000])), "")


def _texts(value: Any) -> Iterator[str]:
    rest = deque([value])
    while rest:
        inner = rest.popleft()
        if isinstance(inner, Mapping):
            rest.extend(inner.values())
        elif isinstance(inner, list):
            yield "\n".join(each for each in inner if isinstance(each, str))
            rest.extend(each for each in inner if not isinstance(each, str))
        elif isinstance(inner, str):
            yield inner


def provoked(a: Assessment) -> Iterator[tuple[Target, Exchange]]:
    """Answers to what should be refused: broken JSON, wrong types, values that no type has. What exploration saw fail
    comes first, for it costs nothing."""
    for target in a.api.targets:
        yield from ((target, each) for each in a.survey.seen(target) if each.answer.status >= 400)
    asked = 0
    for target in a.api.targets:
        malformed = list(_malformed(a, target))
        if not malformed or asked >= _MOST_ASKED:
            continue
        asked += 1
        for what, request, identity in malformed:
            yield target, a.probe.send(request, identity, says=what)


def _malformed(a: Assessment, target: Target) -> Iterator[tuple[str, Request, Identity | None]]:
    known = ordinary(a, target)
    if known is None and target.id not in a.doors.targets:
        return
    request = known.request if known is not None else a.api.request(target, every=True)
    identity = known.identity if known is not None else None
    if target.json_body is not None:
        yield "JSON that breaks off", replaced(request, b'{"grsn": '), identity
        if isinstance(request.body, Mapping) and request.body:
            strange: Mapping[str, Any] = {name: {"grsn": [1]} for name in request.body}
            yield (
                "objects where the contract has something else",
                msgspec.structs.replace(request, body=strange),
                identity,
            )
        yield "a list where the contract has an object", msgspec.structs.replace(request, body=[1]), identity
    elif target.is_safe:
        for slot in request.slots("query", "path")[:2]:
            yield f"a value of no type in `{slot.name}`", request.put(slot, "%'\"\x00[]{}\\-1e999"), identity
        for each in target.described.parameters:
            if each.location == "query":
                wrong = (*request.query, (f"{each.name}[]", "grsn"), (each.name, "grsn'\""))
                yield f"text and a list in `{each.name}`", msgspec.structs.replace(request, query=wrong), identity
                break
