"""A decision point elsewhere, asked over AuthZEN: the question about an exchange, and what its answer means.

Authorization API 1.0, access evaluation: subject, action, resource and context; the answer says true or false.
"""

from typing import Any

import msgspec

from garrison.config.servers import DECISION_POINT
from garrison.contract.annotations import OBJECT
from garrison.core.question import Answer, Question
from garrison.engine.facts import Facts
from garrison.identity.grants import as_name


class _Evaluation(msgspec.Struct, frozen=True):
    decision: bool


_EVALUATION = msgspec.json.Decoder(_Evaluation)


def question_about(facts: Facts) -> Question:
    """What is asked about an exchange; the same for the same exchange."""
    principal = facts.principal
    properties = {
        "realm": principal.realm,
        "subject": principal.subject,
        "client": principal.client,
        "scopes": sorted(principal.scopes),
        "roles": sorted(principal.roles),
        "claims": principal.claims,
    }
    asked = {
        "subject": {"type": "principal", "id": principal.id, "properties": properties},
        "action": {"name": _action(facts), "properties": {"method": facts.request.method}},
        "resource": _resource(facts),
        "context": {"time": facts.now, "peer": facts.request.peer.address},
    }
    return Question(DECISION_POINT, msgspec.json.encode(asked), "application/json")


def read_answer(answer: Answer) -> bool | None:
    """Whether the decision point allows it; None where it did not say."""
    if answer.status != 200:
        return None
    try:
        return _EVALUATION.decode(answer.body).decision
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _action(facts: Facts) -> str:
    return facts.operation.operation.id if facts.operation is not None else facts.request.method


def _resource(facts: Facts) -> dict[str, Any]:
    """The object that the request is for: the first parameter that says its kind; else the operation."""
    operation, values = facts.operation, facts.values
    properties = {"path": facts.canonical.path, "parameters": values.get("path", {})}
    if operation is not None and operation.parameters is not None:
        for (place, name), marks in operation.parameters.marks.items():
            view, text = marks.view(OBJECT), as_name(values.get(place, {}).get(name))
            if view is not None and view.here and text:
                return {"type": view.here[0], "id": text, "properties": properties}
    return {"type": "operation", "id": _action(facts), "properties": properties}
