"""Logging in by an Arazzo workflow: its steps are sent one after another, and its outputs become a credential."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias
from urllib.parse import quote, urlencode

import msgspec

from garrison.adapters.probing.arazzo_document import ArazzoStep, Document, Parameter, RequestBody, Workflow
from garrison.adapters.probing.criteria import criterion_fault, holds
from garrison.adapters.probing.flow import Cookies, Put, credential_of, must_succeed
from garrison.adapters.probing.runtime_expressions import Moment, as_text, evaluated, resolved
from garrison.assess.call import Call
from garrison.assess.identity import Credential, LogIn, LoginError, Send
from garrison.config.sections import Fault

Operations: TypeAlias = Mapping[str, tuple[str, str]]
"""Method and path template of each operation, by its id and as `POST /login`."""

_TOKENS: Final = ("token", "access_token", "accessToken", "jwt", "bearer", "authToken", "idToken", "id_token")
"""Outputs that are sent as a bearer token where nothing else is said."""
_DEEPEST: Final = 5
"""Workflows within workflows."""
_INPUT: Final = re.compile(r"\$inputs\.([A-Za-z0-9_-]+)")
_FORM: Final = "application/x-www-form-urlencoded"


class Plan(msgspec.Struct, frozen=True):
    """Which workflow logs in, with what, and where its outputs go."""

    document: Document
    workflow: Workflow
    operations: Operations
    inputs: Mapping[str, Any] = {}
    puts: tuple[Put, ...] = ()
    """Where outputs go; empty for `Authorization: Bearer` with the output that is named like a token."""


def log_in_with(plan: Plan) -> LogIn:
    """Logging in by a workflow."""

    def log_in(send: Send) -> Credential:
        run = _Run(plan, send)
        outputs = run.workflow(plan.workflow, {**plan.workflow.defaults, **plan.inputs}, _DEEPEST)
        texts = {name: as_text(value) for name, value in outputs.items() if value not in (None, "")}
        missing = [put.name for put in plan.puts if not any(f"{{{name}}}" in put.template for name in texts)]
        if missing:
            raise LoginError(f"the workflow has no output for `{missing[0]}`")
        credential = credential_of(plan.puts or _usual(texts), texts, run.cookies.pairs)
        if credential.is_nothing:
            raise LoginError("the workflow gives neither a token nor a cookie")
        return credential

    return log_in


def chosen_workflow(document: Document, name: str) -> Workflow | None:
    """The workflow of that name; without one the only one there is, or the first whose outputs are a token."""
    if name:
        return document.workflow(name)
    likely = [each for each in document.workflows if _usual(dict.fromkeys(each.outputs, ""))]
    return next(iter([*likely, *document.workflows]), None)


def plan_faults(plan: Plan) -> Iterator[Fault]:
    """What is wrong with the workflow before anything is sent."""
    at = plan.document.workflows.index(plan.workflow)
    used = _INPUT.findall(msgspec.json.encode(plan.workflow).decode())
    given = {**plan.workflow.defaults, **plan.inputs}
    missing = [name for name in dict.fromkeys((*plan.workflow.required, *used)) if name not in given]
    if missing:
        hint = "give them under `inputs` of the identity, or as defaults of the workflow"
        yield ("workflows", at, "inputs"), f"no value for {', '.join(f'`{name}`' for name in missing)}", hint
    for number, step in enumerate(plan.workflow.steps):
        for path, message, hint in _step_faults(plan, step):
            yield ("workflows", at, "steps", number, *path), message, hint


def _step_faults(plan: Plan, step: ArazzoStep) -> Iterator[Fault]:
    if step.workflow_id:
        if plan.document.workflow(step.workflow_id) is None:
            yield ("workflowId",), f"there is no workflow `{step.workflow_id}`", ""
    elif _place(plan, step) is None:
        named = step.operation_id or step.operation_path
        yield (), f"`{named}` is no operation of the contract" if named else "names no operation", ""
    for number, criterion in enumerate(step.success_criteria):
        if fault := criterion_fault(criterion):
            yield ("successCriteria", number), fault, ""
    for key, actions in (("onSuccess", step.on_success), ("onFailure", step.on_failure)):
        for number, action in enumerate(actions):
            if action.get("type") in ("goto", "retry"):
                yield (key, number), f"`{action['type']}` is not followed", "steps that log in come one after another"


def _place(plan: Plan, step: ArazzoStep) -> tuple[str, str] | None:
    """Method and path template of a step's operation."""
    if step.operation_id:
        return plan.operations.get(step.operation_id.rpartition(".")[2]) or plan.operations.get(step.operation_id)
    _, paths, pointer = step.operation_path.partition("#/paths/")
    path, slash, method = pointer.rpartition("/")
    if not paths or not slash:
        return None
    template = path.replace("~1", "/").replace("~0", "~")
    named = f"{method.upper()} {template}"
    return plan.operations.get(named) or (method.upper(), template)


def _usual(outputs: Mapping[str, str]) -> tuple[Put, ...]:
    named = [name for name in _TOKENS if name in outputs] or (list(outputs) if len(outputs) == 1 else [])
    return (Put("header", "authorization", f"Bearer {{{named[0]}}}"),) if named else ()


class _Run:
    """One run of a plan."""

    def __init__(self, plan: Plan, send: Send) -> None:
        self._plan = plan
        self._send = send
        self.cookies = Cookies()

    def workflow(self, workflow: Workflow, inputs: Mapping[str, Any], depth: int) -> dict[str, Any]:
        """The outputs of a workflow. Raises LoginError where a step fails."""
        if not depth:
            raise LoginError("its workflows call each other without end")
        sources = {each.name: each.url for each in self._plan.document.source_descriptions}
        moment = Moment(inputs=inputs, steps={}, sources=sources)
        for step in workflow.steps:
            if step.workflow_id:
                inner = self._plan.document.workflow(step.workflow_id)
                given = {each.name: resolved(each.value, moment) for each in step.parameters}
                outputs = self.workflow(inner, {**inner.defaults, **given}, depth - 1) if inner is not None else {}
                moment.steps[step.step_id] = outputs
            else:
                self._make(step, workflow.parameters, moment)
        return {name: evaluated(expression, moment) for name, expression in workflow.outputs.items()}

    def _make(self, step: ArazzoStep, shared: Sequence[Parameter], moment: Moment) -> None:
        """Send one step's request, judge its answer, and keep its outputs."""
        call = self._call(step, shared, moment)
        answer = self._send(call)
        moment.call, moment.answer = call, answer
        if step.success_criteria and answer.status:
            failed = next((each for each in step.success_criteria if not holds(each, moment)), None)
            if failed is not None:
                raise LoginError(f"step `{step.step_id}`: `{failed.condition}` is not met by status {answer.status}")
        else:
            must_succeed(answer, call.method, call.target)
        self.cookies.take(answer)
        moment.steps[step.step_id] = {name: resolved(value, moment) for name, value in step.outputs.items()}

    def _call(self, step: ArazzoStep, shared: Sequence[Parameter], moment: Moment) -> Call:
        method, target = _place(self._plan, step) or ("GET", "/")
        headers: list[tuple[str, str]] = []
        query: list[tuple[str, str]] = []
        crumbs: list[str] = []
        for parameter in self._parameters(step, shared):
            value = as_text(resolved(parameter.value, moment))
            match parameter.location:
                case "path":
                    target = target.replace(f"{{{parameter.name}}}", quote(value, safe=""))
                case "query":
                    query.append((parameter.name, value))
                case "cookie":
                    crumbs.append(f"{parameter.name}={value}")
                case _:
                    headers.append((parameter.name.lower(), value))
        if crumbs:
            headers.append(("cookie", "; ".join(crumbs)))
        body = _body(step.request_body, moment) if step.request_body is not None else None
        if step.request_body is not None and not any(name == "content-type" for name, _ in headers):
            headers.append(("content-type", step.request_body.content_type))
        whole = f"{target}?{urlencode(query)}" if query else target
        return Call(method, whole, self.cookies.with_header(tuple(headers)), body)

    def _parameters(self, step: ArazzoStep, shared: Sequence[Parameter]) -> Iterator[Parameter]:
        """Those of the workflow, and over them those of the step."""
        found: dict[tuple[str, str], Parameter] = {}
        for each in (*shared, *step.parameters):
            known = self._plan.document.components.parameters.get(each.reference.rpartition(".")[2])
            whole = each
            if known is not None and each.reference:
                whole = known if each.value is None else msgspec.structs.replace(known, value=each.value)
            found[whole.location, whole.name] = whole
        yield from found.values()


def _body(body: RequestBody, moment: Moment) -> bytes:
    payload = resolved(_parsed(body), moment)
    for each in body.replacements:
        payload = _replaced(payload, each.target.split("/")[1:], resolved(each.value, moment))
    if isinstance(payload, str) and not body.content_type.endswith("json"):
        return payload.encode()
    if body.content_type.startswith(_FORM) and isinstance(payload, Mapping):
        return urlencode({name: as_text(value) for name, value in payload.items()}).encode()
    return msgspec.json.encode(payload)


def _parsed(body: RequestBody) -> Any:
    """The payload; JSON that is written as a text as what it means, so that values in it are escaped."""
    if isinstance(body.payload, str) and body.content_type.endswith("json"):
        try:
            return msgspec.json.decode(body.payload)
        except msgspec.DecodeError:
            return body.payload
    return body.payload


def _replaced(value: Any, way: list[str], new: Any) -> Any:
    if not way:
        return new
    key = way[0].replace("~1", "/").replace("~0", "~")
    if isinstance(value, list) and key.isdigit() and int(key) < len(value):
        return [_replaced(inner, way[1:], new) if at == int(key) else inner for at, inner in enumerate(value)]
    inner = value if isinstance(value, Mapping) else {}
    return {**inner, key: _replaced(inner.get(key), way[1:], new)}
