"""Injection through GraphQL: arguments of fields are tried as places of other requests are."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.injection import os_command_injection, sql_injection, template_injection
from garrison.assess.checks.injection.bases import Base, Place, is_graphql
from garrison.assess.checks.injection.bench import Bench
from garrison.assess.request import Request, Slot
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding
from garrison.exposure.types.rule import words

_TYPE: Final = "kind name ofType{kind name ofType{kind name ofType{kind name}}}"
_FIELDS: Final = f"fields{{name args{{name type{{{_TYPE}}}}} type{{{_TYPE}}}}}"
INTROSPECTION: Final = f"{{__schema{{queryType{{{_FIELDS}}} mutationType{{{_FIELDS}}} types{{kind name {_FIELDS}}}}}}}"
_TEXTS: Final = frozenset({"String", "ID"})
_HARMLESS: Final[Mapping[str, str]] = {"String": '"1"', "ID": '"1"', "Int": "1", "Float": "1", "Boolean": "false"}
_HARMFUL: Final = frozenset({"delete", "remove", "drop", "reset", "clear", "purge", "wipe", "destroy", "logout"})
_LIKELY: Final = os_command_injection.COMMANDS | {"filter", "search", "query", "keyword", "where", "order", "sort", "q"}
"""Words of arguments that are tried first."""
_MOST: Final = 10
"""Arguments that are tried."""


def each(a: Assessment, target: Target) -> Iterator[Finding]:
    """Look at one operation: only one that takes GraphQL."""
    if not is_graphql(target) or target.variables:
        return
    request = msgspec.structs.replace(
        a.api.request(target), body={"query": INTROSPECTION}, media_type="application/json"
    )
    schema = a.probe.send(request, a.low).answer.json()
    known = schema.get("data", {}).get("__schema") if isinstance(schema, Mapping) else None
    if not isinstance(known, Mapping):
        a.skip(CHECK, "the schema is not told, so that no field is known", target)
        return
    ranked = sorted(_requests(request, known), key=lambda each: _LIKELY.isdisjoint(words(each[1])))
    for field, argument, base in ranked[:_MOST]:
        place = Place(Slot("body", "variables/v"), base.request, str(base.request.body["variables"]["v"]), is_text=True)
        bench = Bench(a, target, msgspec.structs.replace(base, identity=a.low), (place,))
        for look in (sql_injection.look, os_command_injection.look, template_injection.look):
            yield from look(a, bench, CHECK, f"{field}({argument})")


def _requests(request: Request, schema: Mapping[str, Any]) -> Iterator[tuple[str, str, Base]]:
    """One request for each text argument of each field, the value as the variable `v`."""
    types = {each.get("name"): each for each in schema.get("types") or ()}
    for root, reads in (("queryType", True), ("mutationType", False)):
        for field in (schema.get(root) or {}).get("fields") or ():
            if not _HARMFUL.isdisjoint(words(str(field.get("name")))):
                continue
            for argument in field.get("args") or ():
                text = _document("query" if reads else "mutation", field, argument, types)
                if text:
                    body = {"query": text, "variables": {"v": "grsn"}}
                    base = Base(msgspec.structs.replace(request, body=body), reads=reads, makes=not reads)
                    yield str(field["name"]), str(argument["name"]), base


def _document(kind: str, field: Mapping[str, Any], argument: Mapping[str, Any], types: Mapping[Any, Any]) -> str:
    """A document with just this field and this argument as a variable; empty where it cannot be written."""
    inner, written = _named(argument["type"]), _written(argument["type"])
    if inner not in _TEXTS or "[" in written:
        return ""
    given = [f"{argument['name']}:$v"]
    for other in field.get("args") or ():
        if other is argument:
            continue
        value = _HARMLESS.get(_named(other["type"]))
        if value is not None:
            given.append(f"{other['name']}:{value}")
        elif other["type"].get("kind") == "NON_NULL":
            return ""
    chosen = _selection(types.get(_named(field["type"])))
    return f"{kind}($v:{written}){{{field['name']}({','.join(given)}){chosen}}}"


def _selection(kind: Any) -> str:
    """The single values of a type that take no arguments; of one that has none its name."""
    fields: Sequence[Any] = (kind or {}).get("fields") or ()
    if not isinstance(kind, Mapping) or kind.get("kind") not in ("OBJECT", "INTERFACE"):
        return ""
    plain = [str(each["name"]) for each in fields if not each.get("args") and _kind(each["type"]) in ("SCALAR", "ENUM")]
    return "{" + " ".join(plain[:8] or ["__typename"]) + "}"


def _innermost(kind: Mapping[str, Any]) -> Mapping[str, Any]:
    while isinstance(kind.get("ofType"), Mapping):
        kind = kind["ofType"]
    return kind


def _named(kind: Mapping[str, Any]) -> str:
    return str(_innermost(kind).get("name"))


def _kind(kind: Mapping[str, Any]) -> str:
    return str(_innermost(kind).get("kind"))


def _written(kind: Mapping[str, Any]) -> str:
    inner = kind.get("ofType")
    if kind.get("kind") == "NON_NULL" and isinstance(inner, Mapping):
        return f"{_written(inner)}!"
    if kind.get("kind") == "LIST" and isinstance(inner, Mapping):
        return f"[{_written(inner)}]"
    return str(kind.get("name"))


CHECK: Final = Check(
    id=CheckId("graphql-injection"),
    title="an argument of a GraphQL field is run as code",
    family="injection",
    severity=Severity.CRITICAL,
    tags=("owasp.api8", "cwe.89", "cwe.78", "cwe.1336"),
    looks=(
        "The schema is asked for. Every text argument of a field is then tried as the value of any other request: "
        "conditions in SQL, commands that wait, products in templates, with the same proofs."
    ),
    why="Behind GraphQL stand the same databases and programs: all can be read, or the server taken over.",
    mend="Treat arguments in resolvers as values: pass them as parameters, never as a part of a query or a command.",
    samples={
        "fastapi": 'session.execute(text("SELECT * FROM pastes WHERE title = :title"), {"title": title})',
        "django": "Paste.objects.filter(title=title)",
        "flask": 'db.execute("SELECT * FROM pastes WHERE title = ?", (title,))',
    },
    each=each,
    most=120,
    disturbs=Disturbs.OBJECTS,
)
