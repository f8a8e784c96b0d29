"""Arazzo 1.0 documents, https://spec.openapis.org/arazzo/v1.0.1.html, as far as logging in needs them."""

from collections.abc import Mapping
from typing import Any

import msgspec


class Parameter(msgspec.Struct, frozen=True):
    """A parameter of a step or a workflow, or a reusable one."""

    name: str = ""
    value: Any = None
    location: str = msgspec.field(default="", name="in")
    reference: str = ""
    """`$components.parameters.NAME`; then `value` stands over its own."""


class Replacement(msgspec.Struct, frozen=True):
    """A value put into a payload."""

    target: str
    """JSON Pointer."""
    value: Any = None


class RequestBody(msgspec.Struct, frozen=True, rename="camel"):
    """The body of a step's request."""

    content_type: str = "application/json"
    payload: Any = None
    replacements: tuple[Replacement, ...] = ()


class Criterion(msgspec.Struct, frozen=True):
    """What tells whether a step succeeded."""

    condition: str
    context: str = ""
    type: str | dict[str, str] = "simple"

    @property
    def kind(self) -> str:
        """`simple`, `regex`, `jsonpath` or `xpath`."""
        return self.type if isinstance(self.type, str) else self.type.get("type", "")


class ArazzoStep(msgspec.Struct, frozen=True, rename="camel"):
    """One step: a request, or another workflow."""

    step_id: str
    operation_id: str = ""
    operation_path: str = ""
    workflow_id: str = ""
    parameters: tuple[Parameter, ...] = ()
    request_body: RequestBody | None = None
    success_criteria: tuple[Criterion, ...] = ()
    outputs: dict[str, str] = {}
    on_success: tuple[dict[str, Any], ...] = ()
    on_failure: tuple[dict[str, Any], ...] = ()


class Workflow(msgspec.Struct, frozen=True, rename="camel"):
    """One workflow."""

    workflow_id: str
    steps: tuple[ArazzoStep, ...]
    inputs: dict[str, Any] = {}
    """JSON Schema of them, whose defaults are used."""
    parameters: tuple[Parameter, ...] = ()
    outputs: dict[str, str] = {}

    @property
    def defaults(self) -> Mapping[str, Any]:
        """Inputs that have a value of their own."""
        properties = self.inputs.get("properties")
        if not isinstance(properties, dict):
            return {}
        return {
            name: said["default"] for name, said in properties.items() if isinstance(said, dict) and "default" in said
        }

    @property
    def required(self) -> tuple[str, ...]:
        """Names of inputs that must be given."""
        names = self.inputs.get("required")
        return tuple(name for name in names if isinstance(name, str)) if isinstance(names, list) else ()


class SourceDescription(msgspec.Struct, frozen=True):
    """Where the operations are described."""

    name: str
    url: str
    type: str = "openapi"


class Components(msgspec.Struct, frozen=True):
    """What may be used in several places."""

    parameters: dict[str, Parameter] = {}


class Document(msgspec.Struct, frozen=True, rename="camel"):
    """A whole document."""

    arazzo: str
    workflows: tuple[Workflow, ...]
    source_descriptions: tuple[SourceDescription, ...] = ()
    components: Components = Components()

    def workflow(self, name: str) -> Workflow | None:
        """The workflow of that id."""
        return next((each for each in self.workflows if each.workflow_id == name), None)
