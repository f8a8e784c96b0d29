"""Parameters: what one operation's path, query, headers and cookies say, typed and judged by its schemas."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import jsonschema_rs
import msgspec

from garrison.contract.fields import Field, FieldReader, Pairs, query_json
from garrison.contract.marks import Marks
from garrison.contract.open_texts import leaves_open, may_count
from garrison.contract.pinned import pins_down
from garrison.contract.styles import single
from garrison.contract.texts import Decode, Schema
from garrison.contract.violations import REPEATED, Violation, violations_of
from garrison.core.operation import Parameter

_NO_VALUES: dict[str, Any] = {}
_NOWHERE: dict[str, dict[str, Any]] = dict.fromkeys(("path", "query", "header", "cookie"), _NO_VALUES)
"""To copy it costs a third of making its like."""


class Reading(msgspec.Struct, frozen=True, gc=False):
    """The parameters of one request."""

    values: Mapping[str, Mapping[str, Any]]
    """Typed values by location (`path`, `query`, `header`, `cookie`) and name."""
    violations: tuple[Violation, ...] = ()
    undeclared: tuple[str, ...] = ()
    """Names in the query that the operation does not declare."""
    repeated: tuple[str, ...] = ()
    """Names in the query that stand there more than once and may not."""


class Reader(msgspec.Struct, frozen=True):
    """How one declared parameter is read."""

    parameter: Parameter
    schema: Schema
    """Its schema as the catalogue's definitions have it; anything where it declares none."""
    definition: str = ""
    """Name of its schema's definition; empty where it declares none."""
    style: str = ""
    explode: bool = False
    decode: Decode | None = None
    """Reads a value that is written in a media type (`content`)."""
    allow_empty: bool = False
    """Whether an empty value stands for the parameter's mere presence (`allowEmptyValue`)."""
    form: FieldReader | None = None
    """Reads the whole query as one form (`in: querystring`)."""
    marks: Marks | None = None
    """Where it, or its schema, carries annotations of ours."""

    @property
    def key(self) -> tuple[str, str]:
        """Place and name under which its value stands in `Reading.values`."""
        place, name = self.parameter.location, self.parameter.name
        if place == "querystring":
            return "query", name
        return place, name.lower() if place == "header" else name


class ParameterReader:
    """Reads the parameters of one operation. Immutable, and safe to share between threads."""

    __slots__ = (
        "_cookies",
        "_headers",
        "_is_lone",
        "_is_valid_path",
        "_only_path",
        "_path",
        "_query",
        "_validator",
        "_whole",
        "ids",
        "marks",
        "needs_target_only",
        "open",
        "pinned",
        "variables",
    )

    def __init__(
        self,
        readers: Sequence[Reader],
        variables: tuple[str, ...],
        *,
        validator: jsonschema_rs.Validator | None,
        path: jsonschema_rs.Validator | None = None,
        ignored: Sequence[str] = (),
    ) -> None:
        """`variables` are those of the path template in order; `ignored` are names in the query that are not
        parameters but credentials. `validator` judges all parameters together, `path` what `path_schema` is for."""
        self.marks: Mapping[tuple[str, str], Marks] = {each.key: each.marks for each in readers if each.marks}
        """Where parameters carry annotations of ours, by place and name as in `Reading.values`."""
        self.open = tuple(_keys(readers, variables, leaves_open))
        """Parameters in path and query whose schema leaves the form of a text open, by place and name likewise."""
        self.ids = frozenset(_keys(readers, variables, may_count))
        """Those that may be ids which are counted up."""
        self.variables = variables
        """Those of the path template, in order, declared or not."""
        self.pinned = frozenset(each.key for each in readers if pins_down(each.schema))
        """Those, wherever they stand, in whose valid values nothing can be hidden."""
        by_place: dict[str, list[Reader]] = {}
        for reader in readers:
            by_place.setdefault(reader.parameter.location, []).append(reader)
        declared = {reader.parameter.name: reader for reader in by_place.get("path", ())}
        self._path = tuple(
            (name, index, _decoder(declared[name]) if name in declared else str) for index, name in enumerate(variables)
        )
        self._headers = tuple(
            (reader.parameter.name.lower(), _decoder(reader)) for reader in by_place.get("header", ())
        )
        self._query = FieldReader(map(_field, by_place.get("query", ())), ignored=ignored)
        cookies = by_place.get("cookie")
        self._cookies = FieldReader(map(_field, cookies)) if cookies else None
        self._whole = next(iter(by_place.get("querystring", ())), None)
        self._only_path = by_place.keys() <= {"path"}
        self._is_lone = len(variables) == 1
        """Whether the path has one parameter, which `path` judges by itself."""
        self.needs_target_only = not by_place.keys() & {"header", "cookie"}
        """Whether all of them stand in the request's target."""
        self._validator = validator
        self._is_valid_path = path.is_valid if path is not None else _is_nothing_demanded(validator)

    def read(
        self,
        arguments: Sequence[str],
        query: Pairs,
        headers: Mapping[str, str],
        cookies: Pairs = (),
    ) -> Reading:
        """The parameters of a request.

        `arguments` are the values of the template's variables in order, `query` and `cookies` decoded names
        and values in order, `headers` values by lower-case name.
        """
        path: dict[str, Any] = {}
        value = None
        for name, index, decode in self._path:
            given = arguments[index]
            value = path[name] = given if decode is str else decode(given)
        if self._only_path and not query:
            values = _NOWHERE.copy()
            values["path"] = path
            is_valid = self._is_valid_path  # to call it where it stands takes longer
            try:
                if is_valid(value if self._is_lone else path):
                    return Reading(values)
            except ValueError:
                pass  # said by violations_of
            return Reading(values, self._violations(values, ()))
        if self._whole is not None:
            fields, undeclared, repeated = self._read_whole(self._whole, query)
        elif query:
            fields, undeclared, repeated = self._query.read(query)
        else:
            fields, undeclared, repeated = _NO_VALUES, (), ()
        named = {}
        for name, decode in self._headers:
            text = headers.get(name)
            if text is not None:
                named[name] = decode(text)
        baked: dict[str, Any] = _NO_VALUES
        twice: tuple[str, ...] = ()
        if self._cookies is not None and cookies:
            baked, _, twice = self._cookies.read(cookies)
        values = {"path": path, "query": fields, "header": named, "cookie": baked}
        violations = self._violations(values, twice)
        return Reading(values, violations, undeclared, repeated)

    def _violations(self, values: dict[str, Any], twice: tuple[str, ...]) -> tuple[Violation, ...]:
        found: tuple[Violation, ...] = ()
        if twice:
            found = tuple([Violation(f"cookie.{name}", REPEATED, "must be given once") for name in twice])
        validator = self._validator
        return found + (violations_of(validator, values, "request", dotted=True) if validator is not None else ())

    def _read_whole(self, reader: Reader, query: Pairs) -> tuple[dict[str, Any], tuple[str, ...], tuple[str, ...]]:
        """The query as one value (OpenAPI 3.2's `in: querystring`)."""
        name = reader.parameter.name
        if reader.form is not None:
            values, undeclared, repeated = reader.form.read(query)
            return {name: values}, undeclared, repeated
        if not query:
            return {}, (), ()
        decode = reader.decode or str
        return {name: decode(query_json(query))}, (), ()


def _is_nothing_demanded(validator: jsonschema_rs.Validator | None) -> Callable[[Any], bool]:
    return lambda _: validator is None


def joint_schema(readers: Sequence[Reader]) -> dict[str, Any]:
    """One schema for all parameters: `{"path": {...}, "query": {...}, ...}` is what it judges."""
    places: dict[str, dict[str, Any]] = {}
    for reader in readers:
        place, name = reader.parameter.location, reader.parameter.name
        place = "query" if place == "querystring" else place
        schema = places.setdefault(place, {"type": "object", "properties": {}, "required": []})
        if place == "header":
            name = name.lower()
        schema["properties"][name] = _property(reader)
        if reader.parameter.required:
            schema["required"].append(name)
    return {"properties": places}


def path_schema(joint: dict[str, Any], variables: tuple[str, ...]) -> dict[str, Any] | None:
    """What judges the parameters in the path, where `joint_schema` has no others: the object of them, or where the path
    has one variable, its value alone, which takes half as long. None where there are others."""
    places = joint["properties"]
    if places.keys() != {"path"}:
        return None
    whole: dict[str, Any] = places["path"]
    lone = whole["properties"][variables[0]] if len(variables) == 1 else whole
    return {} if lone is True else lone


def _property(reader: Reader) -> Any:
    if not reader.definition:
        return True
    schema = {"$ref": reader.definition}
    return {"anyOf": [{"const": ""}, schema]} if reader.allow_empty else schema


def _keys(
    readers: Sequence[Reader], variables: tuple[str, ...], agrees: Callable[[Schema], bool]
) -> Iterator[tuple[str, str]]:
    """The parameters in path and query whose schema agrees, and variables that are not declared."""
    declared = {reader.parameter.name for reader in readers if reader.parameter.location == "path"}
    yield from [("path", name) for name in variables if name not in declared]
    for reader in readers:
        if reader.parameter.location in {"path", "query"} and agrees(reader.schema):
            yield reader.key


def _decoder(reader: Reader) -> Decode:
    name = reader.parameter.name
    return reader.decode or single(reader.schema, reader.style, reader.explode, name)


def _field(reader: Reader) -> Field:
    name = reader.parameter.name
    return Field(name, reader.schema, reader.style, reader.explode, reader.decode)
