"""The policies that the table is run under, by name."""

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from garrison.config.controls import (
    CanonicalFormSettings,
    ControlsSettings,
    ErrorLeakageSettings,
    InventorySettings,
    PayloadSettings,
    RequestLimitsSettings,
    RequestSchemaSettings,
    ResponseSchemaSettings,
    VirtualPatchSettings,
)
from garrison.config.model import ContractSettings, OperationSettings, Settings
from garrison.config.third_party import CircuitBreakerSettings, IncomingSettings, OutgoingSettings
from garrison.core.decision import Mode
from garrison.core.patch import Patch, Refused
from garrison.engine.plan import Policy
from garrison.wiring import build_policy

CONTRACT = ContractSettings(file=str(files("garrison.lab") / "openapi.yaml"))
DAMAGE = str(Path(__file__).parent / "damage.overlay.yaml")
SILENT = str(Path(__file__).parent / "silent.overlay.yaml")

TIGHT = RequestLimitsSettings(
    header_count=20,
    header_bytes=1500,
    uri_bytes=200,
    body_bytes=4096,
    inspected_bytes=1024,
    json_depth=4,
    array_items=6,
    object_keys=8,
    query_parameters=4,
)

PATCHES = (
    Patch(id="quotes", operation="listCustomers", where="query.limit", refuse=Refused(matches="'|7")),
    Patch(id="role", operation="createCustomer", where="body/role", refuse=Refused(present=True)),
    Patch(id="no-lines", operation="getLine", deny=True),
    Patch(id="mail", operation="getCustomer", strip=("/email",)),
    Patch(id="over", operation="compareTariffs", deny=True, expires="2020-01-01"),
)

VARIANTS: Mapping[str, Settings] = {
    # what `mode: enforce` alone gives: responses are only watched
    "enforce": Settings(mode="enforce", contract=CONTRACT),
    "monitor": Settings(mode="monitor", contract=CONTRACT),
    "refuse": Settings(
        mode="enforce",
        contract=ContractSettings(file=CONTRACT.file, overlays=(SILENT,)),
        controls=ControlsSettings(response_schema=ResponseSchemaSettings(mode=Mode.ENFORCE, inspected_bytes=4096)),
    ),
    "strip": Settings(
        mode="enforce",
        contract=CONTRACT,
        controls=ControlsSettings(response_schema=ResponseSchemaSettings(mode=Mode.ENFORCE, action="strip")),
    ),
    "tight": Settings(
        mode="enforce",
        contract=CONTRACT,
        controls=ControlsSettings(
            request_limits=TIGHT,
            request_schema=RequestSchemaSettings(undeclared_properties="refuse"),
        ),
    ),
    "lenient": Settings(
        mode="enforce",
        contract=CONTRACT,
        controls=ControlsSettings(
            canonical_form=CanonicalFormSettings(allow_encoded_slash=True, allow_method_override=True),
            inventory=InventorySettings(allow_head=True, allow_preflight=True),
            request_schema=RequestSchemaSettings(undeclared_query="allow"),
        ),
    ),
    "undescribed": Settings(
        mode="enforce",
        contract=CONTRACT,
        controls=ControlsSettings(inventory=InventorySettings(unsafe_allow_undescribed=True)),
    ),
    # payload inspection is off unless it is asked for
    "inspected": Settings(
        mode="enforce",
        contract=CONTRACT,
        controls=ControlsSettings(
            inventory=InventorySettings(unsafe_allow_undescribed=True),
            payload=PayloadSettings(mode=Mode.ENFORCE),
            incoming=IncomingSettings(mode=Mode.ENFORCE, texts="refuse"),
        ),
    ),
    "damaged": Settings(mode="enforce", contract=ContractSettings(file=CONTRACT.file, overlays=(DAMAGE,))),
    "patched": Settings(
        mode="enforce",
        contract=CONTRACT,
        controls=ControlsSettings(virtual_patch=VirtualPatchSettings(patches=PATCHES)),
    ),
    # as in front of an API of somebody else
    "third-party": Settings(
        mode="enforce",
        contract=CONTRACT,
        controls=ControlsSettings(
            circuit_breaker=CircuitBreakerSettings(mode=Mode.ENFORCE, least=1 << 20),
            request_schema=RequestSchemaSettings(undeclared_query="strip", undeclared_properties="strip"),
            outgoing=OutgoingSettings(mode=Mode.ENFORCE),
            incoming=IncomingSettings(mode=Mode.ENFORCE),
        ),
    ),
    # one operation watched only, one without a control, one tag with its own bound
    "mixed": Settings(
        mode="enforce",
        contract=CONTRACT,
        controls=ControlsSettings(error_leakage=ErrorLeakageSettings(mode=Mode.OFF)),
        operations=(
            OperationSettings(match="updateCustomer", controls={"request-schema": {"mode": "monitor"}}),
            OperationSettings(match="GET /v1/lines/{number}", controls={"request-schema": {"mode": "off"}}),
            OperationSettings(match="tag:invoices", controls={"request-limits": {"json-depth": 1}}),
        ),
    ),
}


def read(source: str) -> bytes:
    """A file's bytes: nothing here is on the network."""
    return Path(source).read_bytes()


def policy(variant: str) -> Policy:
    """The compiled policy of a variant."""
    return build_policy(VARIANTS[variant], read=read)
