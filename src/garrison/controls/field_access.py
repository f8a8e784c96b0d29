"""`field-access`: some fields are for some principals only. The contract marks which.

`x-garrison-read-scope` names the scope that lets one read a field: without it the field is taken out of the answer, or
the answer refused. `x-garrison-write-scope` names the scope that lets one write it: without it the request is refused,
so that nobody makes himself an administrator by sending a field that the application takes as well. Either may be a
list, of which one is enough.

A body that cannot be read, and in which such a field could stand, is refused to those who may not have all of it. Of
what an answer holds that the contract does not describe, or describes in another form, a list for an object, the names
tell: what is called as such a field is taken for it.
"""

from collections.abc import Iterable, Mapping, Set
from functools import lru_cache
from typing import Any, TypeAlias

import msgspec

from garrison.config.controls import ControlsSettings
from garrison.contract.annotations import READ, WRITE
from garrison.contract.body import UNREADABLE, BodySchema
from garrison.contract.catalogue import CompiledOperation
from garrison.contract.marks import View, Way, survey
from garrison.core.canonical import label, label_pointer
from garrison.core.decision import Outcome, Rewrite
from garrison.core.document import JsonDocument
from garrison.core.ids import ControlId
from garrison.core.principal import Principal
from garrison.engine.control import Checks, ControlSpec, Reasons, ReasonSpec
from garrison.engine.decode import Undecodable
from garrison.engine.facts import Facts

_ID = ControlId("field-access")

_reason = Reasons(
    _ID,
    ReasonSpec("field-not-readable", 403, "an answer with a field that the principal may not read"),
    ReasonSpec("field-not-writable", 403, "a request that writes a field which the principal may not write"),
    ReasonSpec("fields-unreadable", 502, "an answer whose fields cannot be told apart, some of which not all may read"),
    ReasonSpec(
        "fields-unwritable", 403, "a request whose fields cannot be told apart, of which not all may be written"
    ),
)

_Needs: TypeAlias = tuple[frozenset[str], ...]
"""Scopes of each of which one is needed."""
_Demands: TypeAlias = tuple[tuple[str, ...], ...]
"""The same as the contract says it."""
_MAX_DEPTH = 200
"""Levels of an answer that fields are taken out of; one that nests deeper is refused."""
_TOO_DEEP = f"more than {_MAX_DEPTH} levels"
_MAX_NAMED = 20
"""Fields that one refusal names."""


def compile_checks(operation: CompiledOperation | None, settings: ControlsSettings) -> Checks:
    """Has nothing to do where nobody is authenticated, or no field is marked."""
    if operation is None or not settings.authentication.schemes:
        return Checks()
    writes, reads = _Writes(operation), _Reads(operation, strip=settings.field_access.action == "strip")
    return Checks(
        head=writes.check_head if writes.parameters else None,
        body=writes.check_body if writes.needs else None,
        response_body=reads.check if reads.needs else None,
        wants_response=reads.wants if reads.needs else None,
    )


class _Writes:
    """What a request to one operation may write."""

    def __init__(self, operation: CompiledOperation) -> None:
        marks = operation.parameters.marks if operation.parameters is not None else {}
        self.parameters: Mapping[tuple[str, str], View] = {
            key: view for key, each in marks.items() if (view := each.view(WRITE)) is not None
        }
        self.needs = _needs(operation.request_schemas, WRITE)

    def check_head(self, facts: Facts) -> Outcome:
        """Parameters: one that is given is one that is written."""
        values, scopes = facts.values, facts.principal.scopes
        for (place, name), view in self.parameters.items():
            if name in values.get(place, {}) and (found := _forbidden(view, values[place][name], scopes)):
                (_, needs), *_ = found
                return _reason("field-not-writable", f"{place}.{label(name)}", needs)
        return None

    def check_body(self, facts: Facts) -> Outcome:
        """The request's body, which is read as the contract says, names in any case: some servers take either."""
        document, schema = facts.document, facts.body_schema
        if _has_all(facts.principal, self.needs) or (document is None and not (facts.has_body and facts.uninspected)):
            return None
        value: Any = UNREADABLE
        if schema is not None and document is not None and not isinstance(document, Undecodable):
            value = schema.marked(document)
        if value is UNREADABLE or schema is None:
            return _reason("fields-unwritable", "body")
        view = schema.marks.view(WRITE) if schema.marks is not None else None
        if view is None:
            return None
        found = _forbidden(view, value, facts.principal.scopes, fold=True)
        return tuple([_reason("field-not-writable", _place(way), needs) for way, needs in found[:_MAX_NAMED]]) or None


class _Reads:
    """What an answer of one operation may hold."""

    def __init__(self, operation: CompiledOperation, *, strip: bool) -> None:
        self._strip = strip
        self.needs = _needs(operation.response_schemas, READ)

    def wants(self, facts: Facts) -> bool:
        """Whether a field could be in the answer that not all may read: whoever asks, for that is remembered."""
        response, schema = facts.response, facts.response_body_schema
        if response is None:
            return False
        if schema is None:  # not what the contract describes: it may be anything, unless it reports an error
            return response.status < 400 and response.has_body
        return schema.marks is not None and schema.marks.view(READ) is not None

    def check(self, facts: Facts) -> Outcome:
        """The answer, with what the principal may not read taken out."""
        if _has_all(facts.principal, self.needs) or not self.wants(facts) or not facts.has_response_body:
            return None
        document, schema = facts.response_document, facts.response_body_schema
        view = schema.marks.view(READ) if schema is not None and schema.marks is not None else None
        if view is None or not isinstance(document, JsonDocument):
            return _reason("fields-unreadable", "response.body")
        stripping = _Stripping(facts.principal.scopes)
        try:
            left = stripping.strip(view, document.value, ())
        except _UnreadableError as error:
            return _reason("fields-unreadable", "response.body", str(error))
        if stripping.first is None:
            return None
        place = f"response.{_place(stripping.first)}"
        reason = _reason("field-not-readable", place, f"{stripping.needs} ({stripping.count} of them)")
        if not self._strip or stripping.first == ():
            return reason
        return Rewrite(reason, msgspec.json.encode(left))


class _UnreadableError(Exception):
    """What may be read of an answer cannot be told from what may not."""


class _Stripping:
    """Takes out of one answer what needs a scope that the principal does not have."""

    def __init__(self, scopes: frozenset[str]) -> None:
        self._scopes = scopes
        self.count = 0
        """How much was taken out."""
        self.first: Way | None = None
        """Where the first of it stood."""
        self.needs = ""
        """What that would have needed."""

    def strip(self, view: View, value: Any, way: Way) -> Any:
        """`value` with properties taken out, and items made null; what is not changed is shared with it."""
        if len(way) > _MAX_DEPTH:
            raise _UnreadableError(_TOO_DEEP)
        if view.here and self._is_forbidden(view.here):
            return self._taken(view.here, way)
        if type(value) is dict:
            if view.names or view.more is not None:
                return self._strip_object(view, value, way)
            return self._strip_other(view, value, way)
        if type(value) is list:
            if view.items is not None:
                return self._strip_list(view.items, value, way)
            return self._strip_other(view, value, way)
        return value

    def _strip_object(self, view: View, value: dict[str, Any], way: Way) -> Any:
        changed: dict[str, Any] | None = None
        for name in view.names if view.more is None else value:
            inner = view.names.get(name) or (None if name in view.others else view.more)
            if inner is None or name not in value:
                continue
            if inner.here and self._is_forbidden(inner.here):
                self._taken(inner.here, (*way, name))
                changed = dict(value) if changed is None else changed
                del changed[name]
            elif (left := self.strip(inner, value[name], (*way, name))) is not value[name]:
                changed = dict(value) if changed is None else changed
                changed[name] = left
        left = value if changed is None else changed
        if view.described is None or left.keys() <= view.described:
            return left
        return self._strip_named(_demands(view), left, way, left.keys() - view.described)

    def _strip_other(self, view: View, value: Any, way: Way) -> Any:
        """`value`, which has another form than `view` is about."""
        if value and self._is_forbidden(_nameless(view)):
            raise _UnreadableError("another form than the contract describes")
        return self._strip_named(_demands(view), value, way)

    def _strip_named(self, demands: Mapping[str, _Demands], value: Any, way: Way, only: Set[str] | None = None) -> Any:
        """`value` without properties, at any depth, of names that demand what the principal does not have; of an
        object with `only` these of its own."""
        if len(way) > _MAX_DEPTH:
            raise _UnreadableError(_TOO_DEEP)
        before = self.count
        left = value
        if type(value) is dict:
            left = {}
            for name, item in value.items():
                if only is not None and name not in only:
                    left[name] = item
                elif name in demands and self._is_forbidden(demands[name]):
                    self._taken(demands[name], (*way, name))
                else:
                    left[name] = self._strip_named(demands, item, (*way, name))
        elif type(value) is list:
            left = [self._strip_named(demands, item, (*way, index)) for index, item in enumerate(value)]
        return value if self.count == before else left

    def _strip_list(self, items: View, value: list[Any], way: Way) -> list[Any]:
        before = self.count
        left = [self.strip(items, item, (*way, index)) for index, item in enumerate(value)]
        return value if self.count == before else left

    def _is_forbidden(self, demands: _Demands) -> bool:
        return any(self._scopes.isdisjoint(scopes) for scopes in demands)

    def _taken(self, demands: _Demands, way: Way) -> None:
        self.count += 1
        if self.first is None:
            self.first, self.needs = way, _lacking(demands, self._scopes)


@lru_cache(maxsize=1024)
def _demands(view: View) -> Mapping[str, _Demands]:
    """What properties demand by their names, wherever `view` leads to them; by that of a list, what its items do."""
    found: dict[str, _Demands] = {}
    for each in view.all():
        for name, inner in each.names.items():
            if demands := _nameless(inner):
                found[name] = (*found.get(name, ()), *demands)
    return found


def _nameless(view: View) -> _Demands:
    """What is demanded there where no further name leads to it."""
    found: list[tuple[str, ...]] = []
    rest, seen = [view], set[int]()
    while rest:
        one = rest.pop()
        if id(one) not in seen:
            seen.add(id(one))
            found += one.here
            rest += [inner for inner in (one.items, one.more) if inner is not None]
    return tuple(found)


def _needs(schemas: Iterable[BodySchema], name: str) -> _Needs:
    """Every demand that stands under `name` anywhere in `schemas`."""
    views = [view for each in schemas if each.marks is not None and (view := each.marks.view(name)) is not None]
    return tuple(dict.fromkeys(frozenset(scopes) for view in views for scopes in view.everything()))


def _has_all(principal: Principal, needs: _Needs) -> bool:
    scopes = principal.scopes
    return not any(need.isdisjoint(scopes) for need in needs)


def _forbidden(view: View, value: Any, scopes: frozenset[str], *, fold: bool = False) -> list[tuple[Way, str]]:
    """Ways to what needs a scope that is not among `scopes`, and what it needs."""
    found = [(way, _lacking(demands, scopes)) for way, demands, _ in survey(view, value, fold=fold).found]
    return [(way, needs) for way, needs in found if needs]


def _lacking(demands: Iterable[tuple[str, ...]], scopes: frozenset[str]) -> str:
    """What is demanded and not had, for the operator; empty where nothing is."""
    lacking = [" or ".join(f"`{each}`" for each in demand) for demand in demands if scopes.isdisjoint(demand)]
    return " and ".join(lacking)


def _place(way: Way) -> str:
    return label_pointer("/".join(map(str, way))) if way else "body"


CONTROL = ControlSpec(
    id=_ID,
    title="Fields are read and written by those who may",
    kind="objector",
    reasons=_reason,
    compile=compile_checks,
    tags=("API3:2023", "CWE-213", "CWE-915", "REC-API-6", "REC-API-20", "REC-API-25"),
)
