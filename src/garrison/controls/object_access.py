"""`object-access`: an object is its owner's. Whose it is the contract marks, or the settings say.

Where the request names the owner it is compared before anything is forwarded. Where only the answer does, the answer is
held back until every object in it was found to be the principal's; an answer that does not say whose its objects are is
refused too. To one who is not its owner an object is not there: 404, as for one that does not exist.

A decision point elsewhere may be asked besides; it can only take away what would else be allowed.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from garrison.config.access import ObjectAccessSettings
from garrison.config.controls import ControlsSettings
from garrison.contract.annotations import OWNER, Owner
from garrison.contract.body import UNREADABLE
from garrison.contract.catalogue import CompiledOperation
from garrison.contract.marks import View, Way, survey
from garrison.controls.decision_point import question_about, read_answer
from garrison.controls.quick_owners import count_owned, has_own, is_owned, plain_claim, plain_fields
from garrison.core.canonical import label, label_pointer
from garrison.core.decision import Outcome, Reason
from garrison.core.document import JsonDocument
from garrison.core.ids import ControlId
from garrison.core.principal import Principal
from garrison.core.question import Question
from garrison.engine.control import Check, Checks, ControlSpec, Reasons, ReasonSpec
from garrison.engine.decode import Undecodable
from garrison.engine.facts import Facts
from garrison.identity.grants import as_text, claim_texts

_ID = ControlId("object-access")

_reason = Reasons(
    _ID,
    ReasonSpec("actor-not-allowed", 403, "a token with which somebody acts for an owner who may not"),
    ReasonSpec("decision-denied", 403, "what the decision point does not allow"),
    ReasonSpec("decision-unavailable", 503, "the decision point did not say whether it allows this"),
    ReasonSpec("not-owner", 403, "a request for somebody else's object"),
    ReasonSpec("not-owner-of-answer", 404, "an answer with somebody else's object"),
    ReasonSpec("owner-unknown", 403, "a request that does not say whose object it is for"),
    ReasonSpec("owner-unknown-in-answer", 404, "an answer that does not say whose its objects are"),
)
_IN_REQUEST = ("not-owner", "owner-unknown")
_IN_ANSWER = ("not-owner-of-answer", "owner-unknown-in-answer")


class _Parameter(NamedTuple):
    """A parameter that names an owner."""

    location: str
    name: str
    view: View | None
    """Where the contract says so; None where it does not."""
    owners: tuple[Owner, ...]
    """What the settings say."""


class _Pointer(NamedTuple):
    """A place in a body that the settings name."""

    steps: tuple[str, ...]
    owner: Owner


class _Named(NamedTuple):
    """A place that should say whose an object is, and what stands there: None where nothing does."""

    location: str
    owners: Sequence[Owner]
    value: Any


def compile_checks(operation: CompiledOperation | None, settings: ControlsSettings) -> Checks:
    """Has nothing to do where nobody is authenticated, or nothing says whose an object is."""
    own = settings.object_access
    if not settings.authentication.schemes:
        return Checks()
    ways = _Ways(operation, own)
    looks_at_head = ways.parameters or own.actors or own.decision_point
    return Checks(
        head=_head(ways, own) if looks_at_head else None,
        body=ways.check_body if ways.in_body else None,
        response_body=ways.check_answer if ways.in_answer else None,
        wants_response=ways.wants_answer if ways.in_answer else None,
    )


def _head(ways: "_Ways", own: ObjectAccessSettings) -> Check:
    """Compares parameters with claims as they stand, where that is all there is to it; else the closer look."""
    closer = ways.check_head
    plain = tuple((each.location, each.name, plain_claim(each.owners)) for each in ways.parameters if each.view is None)
    if own.actors or own.decision_point or len(plain) < len(ways.parameters) or not all(each[2] for each in plain):
        return closer

    def check(facts: Facts) -> Outcome | Question:
        values, claims = facts.values, facts.principal.claims
        for location, name, claim in plain:
            text = values[location].get(name)
            if type(text) is not str or not text or claims.get(claim) != text:
                return closer(facts)
        return None

    return check


class _Ways:
    """Where requests and answers of one operation name owners, and the checks that look there."""

    def __init__(self, operation: CompiledOperation | None, own: ObjectAccessSettings) -> None:
        requests = operation.request_schemas if operation is not None else ()
        answers = operation.response_schemas if operation is not None else ()
        self.parameters = tuple(_parameters(operation, own)) if operation is not None else ()
        self._fields = tuple(_Pointer(_steps(each.field), _owner(each)) for each in own.owners if each.field)
        self._answers = tuple(_Pointer(_steps(each.answer), _owner(each)) for each in own.owners if each.answer)
        if operation is None:
            self._fields = self._answers = ()
        self._views = {each: each.marks.view(OWNER) for each in (*requests, *answers) if each.marks is not None}
        views = {} if self._answers else self._views
        self._fields_of = {each: plain_fields(view) for each, view in views.items() if view is not None}
        self._scopes, self._roles = frozenset(own.unless_scopes), frozenset(own.unless_roles)
        self._exempts = bool(self._scopes or self._roles)
        self._actors = frozenset(own.actors)
        self.in_body = bool(self._fields) or any(self._views.get(each) for each in requests)
        self.in_answer = bool(self._answers) or any(self._views.get(each) for each in answers)
        self._asks = own.decision_point is not None
        self._files = {name: table.file for name, table in own.tables.items()}

    # -- the checks

    def check_head(self, facts: Facts) -> Outcome | Question:
        """Parameters, who acts for whom, and what the decision point says."""
        if self._actors and not self._may_act(facts.principal):
            return _reason("actor-not-allowed", "", "`act.sub`")
        if self.parameters and not self._is_quickly_owned(facts) and not self._is_exempt(facts.principal):
            objection = self._compare(facts, self._in_parameters(facts), _IN_REQUEST)
            if objection is not None:
                return objection
            if not (self.in_body or self.in_answer or self._has_named(facts)):
                first = self.parameters[0]
                return _reason("owner-unknown", f"{first.location}.{label(first.name)}")
        return self._ask(facts) if self._asks else None

    def check_body(self, facts: Facts) -> Outcome:
        """The request's body. What is annotated and cannot be read is nobody's."""
        if self._is_exempt(facts.principal):
            return None
        document, schema = facts.document, facts.body_schema
        if document is None and not (facts.has_body and facts.uninspected):
            return self._unnamed(facts)
        value: Any = UNREADABLE
        if schema is not None and document is not None and not isinstance(document, Undecodable):
            value = schema.marked(document)
        elif isinstance(document, JsonDocument):
            value = document.value
        if value is UNREADABLE:
            return _reason("owner-unknown", "body")
        view = self._views.get(schema) if schema is not None else None
        named, _ = _in_value(value, view, self._fields, fold=True)
        if not any(each.value is not None for each in named):
            return self._unnamed(facts)
        return self._compare(facts, [each for each in named if each.value is not None], _IN_REQUEST)

    def wants_answer(self, facts: Facts) -> bool:
        """Whether the answer could say whose its objects are, whoever asks, for that is remembered: one that reports an
        error says nothing of any."""
        response, schema = facts.response, facts.response_body_schema
        if response is None:
            return False
        return 200 <= response.status < 300 or (schema is not None and self._views.get(schema) is not None)

    def check_answer(self, facts: Facts) -> Outcome:
        """The answer: every object in it must be the principal's."""
        document, schema = facts.response_document, facts.response_body_schema
        fields = self._fields_of.get(schema) if schema is not None else None
        if fields and type(document) is JsonDocument and has_own(document.value, fields, facts.principal.claims):
            return None
        if self._is_exempt(facts.principal) or not self.wants_answer(facts) or not facts.has_response_body:
            return None
        if not isinstance(document, JsonDocument):
            return _reason("owner-unknown-in-answer", "response")
        view = self._views.get(schema) if schema is not None else None
        if view is not None and not self._answers and count_owned(view, document.value, facts.principal) > 0:
            return None
        named, is_empty = _in_value(document.value, view, self._answers)
        if not named and not is_empty and not self._has_named(facts):
            return _reason("owner-unknown-in-answer", "response")
        return self._compare(facts, named, _IN_ANSWER)

    # -- what they need

    def _is_quickly_owned(self, facts: Facts) -> bool:
        """Whether every owner in a parameter is there, a text, and the principal's, as with nearly every request."""
        principal, values = facts.principal, facts.values
        for location, name, view, owners in self.parameters:
            if view is not None or not is_owned(values[location].get(name), owners, principal):
                return False
        return True

    def _is_exempt(self, principal: Principal) -> bool:
        if not self._exempts:
            return False
        return not (self._scopes.isdisjoint(principal.scopes) and self._roles.isdisjoint(principal.roles))

    def _may_act(self, principal: Principal) -> bool:
        """Whether nobody acts for a token's subject, or one who may (RFC 8693, 4.1): earlier actors do not count."""
        acted = (each for each in principal.proved if "act" in each.claims)
        return not any(self._actors.isdisjoint(claim_texts(each, "act.sub")) for each in acted)

    def _has_named(self, facts: Facts) -> bool:
        """Whether a parameter of the request says whose object it is for; that was compared already."""
        values = facts.values
        return any(values.get(each.location, {}).get(each.name) not in (None, []) for each in self.parameters)

    def _unnamed(self, facts: Facts) -> Reason | None:
        """What it means that the body names no owner: nothing where something else does."""
        return None if self.in_answer or self._has_named(facts) else _reason("owner-unknown", "body")

    def _in_parameters(self, facts: Facts) -> Iterator[_Named]:
        values = facts.values
        for location, name, view, owners in self.parameters:
            value = values.get(location, {}).get(name)
            if value is None:
                continue
            place = f"{location}.{label(name)}"
            if owners:
                yield from (_Named(place, owners, item) for item in (value if isinstance(value, list) else [value]))
            if view is not None:
                named, _ = _in_value(value, view, (), fold=True)
                yield from (each._replace(location=place) for each in named)

    def _compare(self, facts: Facts, named: Iterable[_Named], reasons: tuple[str, str]) -> Reason | None:
        """The first that is not the principal's."""
        known: dict[Owner, Callable[[str], bool]] = {}
        for location, owners, value in named:
            place = location if reasons is _IN_REQUEST else f"response.{location}"
            text = as_text(value)
            if not text:
                return _reason(reasons[1], place)
            for owner in owners:
                agrees = known.get(owner)
                if agrees is None:
                    agrees = known[owner] = self._agreement(facts, owner)
                if not agrees(text):
                    return _reason(reasons[0], place, f"`{owner.claim}`")
        return None

    def _agreement(self, facts: Facts, owner: Owner) -> Callable[[str], bool]:
        """Whether a text is what the principal's claim has, or what the table has for it."""
        texts = claim_texts(facts.principal, owner.claim)
        if not owner.table:
            return texts.__contains__
        table = facts.state.tables.get(self._files.get(owner.table, ""), {})
        rows = [table[text] for text in texts if text in table]
        return lambda text: any(text in row for row in rows)

    def _ask(self, facts: Facts) -> Outcome | Question:
        question = question_about(facts)
        answer = facts.answers.get(question)
        if answer is None:
            return question
        allows = read_answer(answer)
        if allows is None:
            return _reason("decision-unavailable")
        return None if allows else _reason("decision-denied")


def _parameters(operation: CompiledOperation, own: ObjectAccessSettings) -> Iterator[_Parameter]:
    marks = operation.parameters.marks if operation.parameters is not None else {}
    for parameter in operation.operation.parameters:
        place, name = parameter.location, parameter.name
        owners = tuple(_owner(each) for each in own.owners if each.parameter in {name, f"{place}.{name}"})
        key = "query" if place == "querystring" else place, name.lower() if place == "header" else name
        view = marks[key].view(OWNER) if key in marks else None
        if view is not None and view.is_leaf:
            owners, view = (*owners, *view.here), None
        if owners or view is not None:
            yield _Parameter(*key, view, owners)


def _owner(each: Any) -> Owner:
    return Owner(each.claim, each.table)


def _steps(pointer: str) -> tuple[str, ...]:
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in pointer[1:].split("/"))


def _in_value(
    value: Any, view: View | None, pointers: Iterable[_Pointer], *, fold: bool = False
) -> tuple[list[_Named], bool]:
    """Every place in `value` that should name an owner, and whether a list was empty in which there would be some."""
    named: list[_Named] = []
    is_empty = False
    if view is not None:
        seen = survey(view, value, fold=fold)
        is_empty = seen.is_empty
        for way, owners, found in seen.found:
            items = found if isinstance(found, list) else [found]
            named += [_Named(_place(way), owners, item) for item in items]
        named += [_Named(_place(way), (), None) for way in seen.missing]
    for steps, owner in pointers:
        found = list(_at(value, steps))
        is_empty = is_empty or not found
        named += [_Named(_place(steps), (owner,), item) for item in found]
    return named, is_empty


def _at(value: Any, steps: Sequence[str]) -> Iterator[Any]:
    """What stands where `steps` lead; None once where they lead nowhere."""
    if not steps:
        yield value
        return
    first, rest = steps[0], steps[1:]
    if first == "*" and isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _at(item, rest)
    elif isinstance(value, dict) and first in value:
        yield from _at(value[first], rest)
    elif isinstance(value, list) and first.isdecimal() and int(first) < len(value):
        yield from _at(value[int(first)], rest)
    else:
        yield None


def _place(way: Way) -> str:
    return label_pointer("/".join(map(str, way))) if way else "body"


CONTROL = ControlSpec(
    id=_ID,
    title="Objects are reached by their owners only",
    kind="objector",
    reasons=_reason,
    compile=compile_checks,
    tags=("API1:2023", "CWE-639", "CWE-284", "REC-API-12"),
)
