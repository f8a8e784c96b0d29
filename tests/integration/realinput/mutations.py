"""Requests changed so that they break the contract, each with the reason it must be refused for.

Where a schema decides, the independent validator says whether the change breaks it: a string without bounds takes
anything, so nothing is expected of such a change and it is not made.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

from tests.integration.realinput.descriptions import Schema, Target
from tests.integration.realinput.requests import Request, Requests
from tests.integration.realinput.wire import Call

_STRANGE_TEXTS = ("zz-garrison", "1.5x", "-1", "0", "99999999999999999999")
_STRANGE_VALUES: tuple[Any, ...] = ([[]], {"zz": {}}, 1.5, "zz-garrison", -1, True)
_SPARE_METHODS = ("PUT", "PATCH", "DELETE", "POST", "GET")


class Mutation(NamedTuple):
    """One request that must be refused."""

    name: str
    call: Call
    reason: str
    status: int
    alone: bool = True
    """Whether nothing else is wrong with it, so that no other reason may be given."""


class Mutator:
    """Breaks the requests of one description."""

    def __init__(self, requests: Requests) -> None:
        self._requests = requests
        targets = list(requests.description.targets())
        self._routes: dict[int, list[tuple[str, re.Pattern[str]]]] = defaultdict(list)
        """By how many slashes a path has: no other pattern matches it."""
        for target in targets:
            self._routes[target.path.count("/")].append((target.method, _pattern(target.path)))
        self._slashed = [_pattern(target.path) for target in targets if target.multi_segment]

    def of(self, request: Request) -> Iterator[Mutation]:
        """Every way in which `request`, a valid one, is broken."""
        yield from self._parameters(request)
        yield from self._query(request)
        yield from self._route(request)
        for mutation in _paths(request.call()):
            path = mutation.call.target.partition("?")[0]
            meant = mutation.reason == "encoded-separator" and any(each.fullmatch(path) for each in self._slashed)
            if not meant:
                yield mutation
        yield from self._body(request)

    def _parameters(self, request: Request) -> Iterator[Mutation]:
        for parameter in request.target.parameters:
            key = parameter["in"], parameter["name"]
            if not self._is_plain_text(parameter):
                continue
            longest = self._requests.sampler.merged(parameter.get("schema", {})).get("maxLength")
            too_long = ("z" * (longest + 1),) if longest is not None and longest < 500 else ()
            for strange in _STRANGE_TEXTS + too_long:
                if self._requests.oracle.parameter(parameter, strange):
                    changed = replace(request, arguments={**request.arguments, key: strange})
                    if self._leads_here(changed):
                        yield Mutation(f"{parameter['in']} {strange[:12]}", changed.call(), "parameter-invalid", 400)
            if parameter.get("required") is True and parameter["in"] in ("query", "header", "cookie"):
                rest = {each: value for each, value in request.arguments.items() if each != key}
                without = replace(request, arguments=rest).call()
                yield Mutation(f"no {parameter['in']} {parameter['name']}", without, "parameter-missing", 400)

    def _query(self, request: Request) -> Iterator[Mutation]:
        call = request.call()
        between = "&" if "?" in call.target else "?"
        if not self._takes_any_name(request.target):
            target = f"{call.target}{between}garrison_undeclared=1"
            yield Mutation("undeclared query", call._replace(target=target), "undeclared-parameter", 400)
        for parameter in request.target.parameters:
            if parameter["in"] != "query" or not self._is_single(parameter):
                continue
            pair = call.target.partition("?")[2].split("&")[0]
            if (parameter["in"], parameter["name"]) in request.arguments and pair.count("=") == 1:
                twice = call._replace(target=f"{call.target}&{pair}")
                yield Mutation("repeated query", twice, "repeated-parameter", 400)
            break
        controlled = call._replace(target=f"{call.target}{between}garrison=%07")
        yield Mutation("control character in query", controlled, "control-character", 400, alone=False)

    def _route(self, request: Request) -> Iterator[Mutation]:
        call = request.call()
        path = call.target.partition("?")[0]
        bare = Call(call.method, path)
        declared = {method for method, pattern in self._routes[path.count("/")] if pattern.fullmatch(path)}
        spare = next((method for method in _SPARE_METHODS if method not in declared), "TRACE")
        plain = "%" not in path  # with an encoded slash in it, the path itself is refused where nobody allows that
        yield Mutation("wrong method", bare._replace(method=spare), "method-not-allowed", 405, plain)
        unknown = f"{path.rstrip('/')}/garrison/unknown/path"
        if not any(pattern.fullmatch(unknown) for _, pattern in self._routes[unknown.count("/")]):
            yield Mutation("unknown path", bare._replace(target=unknown), "unknown-operation", 404, plain)

    def _body(self, request: Request) -> Iterator[Mutation]:
        call = request.call()
        content = (request.target.body or {}).get("content", {})
        if not content:
            unexpected = call._replace(body=b"{}", media_type="application/json")
            yield Mutation("unexpected body", unexpected, "unexpected-body", 400)
            return
        if not request.media_type:
            return
        if call.body and not any("*" in name for name in content):
            strange = call._replace(media_type="application/x-garrison")
            yield Mutation("wrong media type", strange, "unsupported-media-type", 415)
            untyped = call._replace(media_type="")
            yield Mutation("no media type", untyped, "missing-content-type", 415)
        if (request.target.body or {}).get("required") is True:
            empty = call._replace(body=None, media_type="")
            yield Mutation("no body", empty, "body-missing", 400)
        bare = request.media_type.partition(";")[0].strip()
        if bare.endswith(("/json", "+json")):
            yield from _json_texts(call)
        if isinstance(request.value, dict):
            yield from self._properties(request, content[request.media_type].get("schema", {}))

    def _properties(self, request: Request, schema: Any) -> Iterator[Mutation]:
        oracle, value = self._requests.oracle, request.value
        as_form = not request.media_type.partition(";")[0].endswith("json")
        for name in list(value)[:12]:
            for strange in _STRANGE_TEXTS if as_form else _STRANGE_VALUES:
                broken = {**value, name: strange}
                if oracle.body(request.media_type, schema, broken):
                    yield Mutation(f"property {name}", replace(request, value=broken).call(), "body-invalid", 400)
            rest = {key: item for key, item in value.items() if key != name}
            if rest and oracle.body(request.media_type, schema, rest):
                yield Mutation(f"no property {name}", replace(request, value=rest).call(), "body-invalid", 400)
        if not as_form:
            for root in ([], [value], "zz", 1, None):
                if oracle.body(request.media_type, schema, root):
                    yield Mutation("another root", replace(request, value=root).call(), "body-invalid", 400)

    def _leads_here(self, request: Request) -> bool:
        """Whether the changed path still means this operation and no other one."""
        path = request.call().target.partition("?")[0]
        meant = [pattern for method, pattern in self._routes[path.count("/")] if method == request.target.method]
        found = [pattern for pattern in meant if pattern.fullmatch(path)]
        return len(found) == 1 and found[0].pattern == _pattern(request.target.path).pattern

    def _takes_any_name(self, target: Target) -> bool:
        """Whether an exploded object among the query parameters may have taken any name."""
        return any(parameter["in"] == "query" and self._is_object(parameter) for parameter in target.parameters)

    def _is_plain_text(self, parameter: Schema) -> bool:
        """Whether any text can be put in its place: an exploded object reads names, some styles need a prefix."""
        if parameter.get("style") in ("deepObject", "label", "matrix") or "content" in parameter:
            return False
        return parameter["in"] != "query" or not self._is_object(parameter)

    def _is_object(self, parameter: Schema) -> bool:
        schema = self._requests.sampler.merged(parameter.get("schema", {}))
        return schema.get("type") == "object" or "properties" in schema

    def _is_single(self, parameter: Schema) -> bool:
        schema = self._requests.sampler.merged(parameter.get("schema", {}))
        return schema.get("type") in ("string", "integer", "number", "boolean")


def _json_texts(call: Call) -> Iterator[Mutation]:
    """Bodies that are no JSON, or JSON that parsers read differently."""
    body = call.body or b""
    yield Mutation("cut JSON", call._replace(body=body[:-1] + b","), "invalid-json", 400)
    deep = b'{"garrison":' + b"[" * 40 + b"]" * 40 + b"}"
    yield Mutation("nested JSON", call._replace(body=deep), "json-too-deep", 400)
    first = next(iter(json.loads(body)), None) if body.startswith(b"{") else None
    if first is not None:
        twice = b"{" + json.dumps(first).encode() + b":1," + body[1:]
        yield Mutation("duplicate key", call._replace(body=twice), "duplicate-key", 400)
        control = b'{"garrison":"\\u0007",' + body[1:]
        yield Mutation("control character in JSON", call._replace(body=control), "control-character", 400, alone=False)


def _paths(call: Call) -> Iterator[Mutation]:
    """Paths that servers read differently; what else is wrong with them then does not matter."""
    path, question, rest = call.target.partition("?")
    last = path.rstrip("/") or "/"  # of the root, one slash must stay: a target begins with it
    for name, tail, reason in (
        ("encoded slash", "%2Fzz", "encoded-separator"),
        ("double encoding", "%2561", "double-encoding"),
        ("control character in path", "%00", "control-character"),
        ("dot segment", "/../zz", "dot-segment"),
        ("malformed percent", "%zz", "invalid-encoding"),
    ):
        yield Mutation(name, call._replace(target=last + tail + question + rest), reason, 400, alone=False)


@cache
def _pattern(template: str) -> re.Pattern[str]:
    pieces = re.split(r"\{[^{}]*\}", template)
    return re.compile("[^/]+".join(re.escape(piece) for piece in pieces))
