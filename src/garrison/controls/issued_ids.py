"""`issued-ids`: who asks for an object has been shown its id. Monitors unless told to enforce.

An honest client takes ids from answers; who walks through ids that nobody gave him is guessing. Which parameters and
fields hold ids, and of what kind of objects, the contract says with `x-garrison-object`. Every id in an answer that was
let through counts as shown to the principal, an object's that was just created as well.

What was shown is remembered in the gateway's memory, not across a restart.
"""

from collections.abc import Iterator
from typing import Any

from garrison.config.access import IssuedIdsSettings
from garrison.config.controls import ControlsSettings
from garrison.contract.annotations import OBJECT
from garrison.contract.body import UNREADABLE
from garrison.contract.catalogue import CompiledOperation
from garrison.contract.marks import View, survey
from garrison.core.canonical import label, label_pointer
from garrison.core.decision import Mode, Outcome
from garrison.core.document import JsonDocument
from garrison.core.ids import ControlId
from garrison.engine.control import Checks, ControlSpec, Reasons, ReasonSpec
from garrison.engine.decode import Undecodable
from garrison.engine.facts import Facts
from garrison.identity.grants import as_name, claim_texts

_ID = ControlId("issued-ids")

_reason = Reasons(_ID, ReasonSpec("id-never-shown", 403, "an id that this principal was never shown"))


def compile_checks(operation: CompiledOperation | None, settings: ControlsSettings) -> Checks:
    """Has nothing to do where the contract names no ids."""
    if operation is None:
        return Checks()
    ids = _Ids(operation, settings.issued_ids)
    in_body = any(each.marks and each.marks.view(OBJECT) for each in operation.request_schemas)
    in_answer = any(each.marks and each.marks.view(OBJECT) for each in operation.response_schemas)
    return Checks(
        head=ids.check_head if ids.parameters else None,
        body=ids.check_body if in_body else None,
        response_body=ids.note_answer if in_answer else None,
        wants_response=_wants if in_answer else None,
    )


class _Ids:
    """The ids of one operation."""

    def __init__(self, operation: CompiledOperation, own: IssuedIdsSettings) -> None:
        marks = operation.parameters.marks if operation.parameters is not None else {}
        self.parameters = tuple((*key, view) for key, each in marks.items() if (view := each.view(OBJECT)) is not None)
        self._own = own

    def check_head(self, facts: Facts) -> Outcome:
        """Ids in parameters."""
        values = facts.values
        for place, name, view in self.parameters:
            value = values.get(place, {}).get(name)
            if value is None:
                continue
            for _, kind, text in _objects(view, value):
                if not self._is_known(facts, kind, text):
                    return _reason("id-never-shown", f"{place}.{label(name)}", f"`{kind}`")
        return None

    def check_body(self, facts: Facts) -> Outcome:
        """Ids in the request's body; one that cannot be read may hold any."""
        document, schema = facts.document, facts.body_schema
        if document is None and not (facts.has_body and facts.uninspected):
            return None
        value: Any = UNREADABLE
        if schema is not None and document is not None and not isinstance(document, Undecodable):
            value = schema.marked(document)
        if schema is None or value is UNREADABLE:
            return _reason("id-never-shown", "body", "the body cannot be read")
        view = schema.marks.view(OBJECT) if schema.marks is not None else None
        for place, kind, text in _objects(view, value, fold=True) if view is not None else ():
            if not self._is_known(facts, kind, text):
                return _reason("id-never-shown", place, f"`{kind}`")
        return None

    def note_answer(self, facts: Facts) -> Outcome:
        """Remember the ids in an answer, once it is known that it leaves."""
        document, schema = facts.response_document, facts.response_body_schema
        view = schema.marks.view(OBJECT) if schema is not None and schema.marks is not None else None
        if view is None or not isinstance(document, JsonDocument):
            return None
        objects = [(kind, text) for _, kind, text in _objects(view, document.value)]

        def note() -> None:
            if facts.has_left:
                facts.state.shown.show(facts.party, objects, self._own.ids_per_principal, self._own.ids)

        if objects:
            facts.on_close += (note,)
        return None

    def _is_known(self, facts: Facts, kind: str, text: str) -> bool:
        shown = facts.state.shown
        if shown.began is None:
            shown.began = facts.now
        return (
            shown.knows(facts.party, kind, text)
            or any(text in claim_texts(facts.principal, claim) for claim in self._own.known_claims)
            or facts.now < shown.began + self._own.learning
        )


def _wants(facts: Facts) -> bool:
    response = facts.response
    return response is not None and 200 <= response.status < 300


def _objects(view: View, value: Any, *, fold: bool = False) -> Iterator[tuple[str, str, str]]:
    """Place, kind and id of each object that `value` names. What is no id, null or an object, names none."""
    for way, kinds, found in survey(view, value, fold=fold).found:
        for item in found if isinstance(found, list) else [found]:
            text = as_name(item)
            if text:
                for kind in kinds:
                    yield label_pointer("/".join(map(str, way))) if way else "body", kind, text


CONTROL = ControlSpec(
    id=_ID,
    title="Objects are asked for by ids that were given out",
    kind="objector",
    reasons=_reason,
    compile=compile_checks,
    default_mode=Mode.MONITOR,
    tags=("API1:2023", "API6:2023", "CWE-340", "CWE-639", "REC-API-24"),
)
