"""OCSF records have what version 1.8.0 of the schema requires, and say what the event says."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import pytest

from garrison.core.decision import Disposition, Mode, Reason
from garrison.core.event import Event
from garrison.core.exposure import Attribution, Disclosure
from garrison.core.ids import ControlId, EventId, OperationId, ReasonId
from garrison.report.ocsf import api_activity

REQUIRED = ("activity_id", "actor", "api", "category_uid", "class_uid", "metadata", "severity_id", "src_endpoint")
"""Required of API Activity, base event included (`requirement: required` in events/application/api_activity.json
and events/base_event.json of ocsf-schema 1.8.0), with `time` and `type_uid` below."""
REQUIRED_INSIDE = {"api": ("operation",), "metadata": ("product", "version"), "http_response": ("code",)}
AT_LEAST_ONE = {
    "actor": {"process", "user", "invoked_by", "session", "app_name", "app_uid"},
    "actor.user": {"account", "name", "uid"},
    "src_endpoint": {"ip", "uid", "name", "hostname", "svc_name", "instance_uid", "interface_uid", "domain"},
    "metadata.product": {"name", "uid"},
    "http_request.url": {"url_string", "path"},
    "policy": {"name", "type", "uid"},
}
"""The `constraints` of these objects in the same version."""
CATEGORIES = {1: "Personal", 2: "Governmental", 3: "Financial", 6: "Security"}
"""`category_id` of objects/data_classification.json in the same version."""
CLASSIFICATION = {"category_id", "category", "discovery_details", "total"}
RESOURCE = {"name", "type", "role_id", "role", "data", "data_classifications"}
"""Attributes of these objects and of objects/resource_details.json that are used, by their names in that version."""
METHODS = {"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"}

REASON = Reason(ReasonId("body-invalid"), ControlId("request-schema"), 400, "body/name", "must be text")
BARE = Event(
    id=EventId("0198"),
    time=1.5,
    method="GET",
    operation=None,
    template="",
    peer="",
    allowed=True,
    mode=Mode.MONITOR,
    disposition=Disposition.ALLOWED,
    status=0,
)


def changed(**fields: Any) -> Event:
    return msgspec.structs.replace(BARE, **fields)


def events() -> Iterator[Event]:
    for method in ("GET", "QUERY", "POST", "PATCH", "DELETE", "BREW"):
        for disposition in Disposition:
            yield changed(method=method, disposition=disposition, reasons=(REASON,), errors=("inventory",))
            yield changed(method=method, disposition=disposition, status=200, peer="192.0.2.1", policy="0123456789ab")
    yield changed(principal="ada", template="/pets/{petId}", operation=OperationId("getPet"), peer="testclient")


def inside(record: Mapping[str, Any], path: str) -> Any:
    value: Any = record
    for name in path.split("."):
        value = value.get(name) if value is not None else None
    return value


@pytest.mark.parametrize("event", list(events()))
def test_a_record_keeps_to_the_schema(event: Event) -> None:
    record = msgspec.json.decode(msgspec.json.encode(api_activity(event, version="1.0")))
    assert {*REQUIRED, "time", "type_uid"} <= set(record)
    for path, names in REQUIRED_INSIDE.items():
        assert inside(record, path) is None or set(names) <= set(inside(record, path)), path
    for path, choices in AT_LEAST_ONE.items():
        assert inside(record, path) is None or choices & set(inside(record, path)), path
    assert (record["category_uid"], record["class_uid"]) == (6, 6003)
    assert record["activity_id"] in {1, 2, 3, 4, 99}
    assert record["type_uid"] == 600300 + record["activity_id"]
    assert record["severity_id"] in {1, 2, 3, 4}
    assert record["disposition_id"] in {1, 2, 17, 27, 99}
    assert record["metadata"]["version"] == "1.8.0"
    assert record["http_request"].get("http_method", "GET") in METHODS
    assert isinstance(record["time"], int)


def test_a_denial_says_everything() -> None:
    event = changed(
        method="POST",
        operation=OperationId("createPet"),
        template="/pets",
        peer="2001:db8::1",
        principal="ada",
        allowed=False,
        mode=Mode.ENFORCE,
        disposition=Disposition.BLOCKED,
        status=400,
        reasons=(REASON,),
        request_bytes=7,
        response_bytes=9,
        duration=0.0124,
        policy="0123456789ab",
    )
    record = api_activity(event, version="1.0")
    assert (record["activity_id"], record["type_uid"], record["time"]) == (1, 600301, 1500)
    assert record["api"] == {
        "operation": "createPet",
        "response": {"code": 400, "error": "body-invalid", "error_message": "must be text"},
    }
    assert record["actor"] == {"user": {"uid": "ada"}}
    assert record["src_endpoint"] == {"ip": "2001:db8::1"}
    assert record["http_request"] == {"body_length": 7, "http_method": "POST", "url": {"path": "/pets"}}
    assert record["http_response"] == {"code": 400, "body_length": 9, "latency": 12}
    assert (record["action_id"], record["disposition_id"], record["status_id"]) == (2, 2, 2)
    assert (record["status_code"], record["status_detail"]) == ("400", "body-invalid")
    assert record["policy"] == {"uid": "0123456789ab", "name": "garrison", "is_applied": True}
    assert record["unmapped"]["reasons"][0]["location"] == "body/name"


def test_what_the_api_made_of_it_is_its_status() -> None:
    assert api_activity(changed(status=204), version="1")["status"] == "Success"
    assert api_activity(changed(status=503), version="1")["status"] == "Failure"
    assert api_activity(changed(status=200, disposition=Disposition.ABORTED), version="1")["status"] == "Failure"


def test_data_subjects_are_resources_with_what_was_disclosed_of_them() -> None:
    exposed = (
        Disclosure("customer", ("a", "b"), ("email", "national-id"), own=False),
        Disclosure("customer", ("c",), ("email",), own=True),
        Disclosure("vehicle", ("d",)),
    )
    record = api_activity(changed(exposed=exposed, attribution=Attribution.ANNOTATED, client="shop"), version="1")
    assert record["metadata"]["profiles"] == ["security_control", "data_classification"]
    customers, vehicles = record["resources"]
    assert (customers["name"], customers["data"]) == ("customer", {"people": 3, "own": 1})
    assert [
        (each["category"], [(one["type"], one["count"]) for one in each["discovery_details"]])
        for each in customers["data_classifications"]
    ] == [("Personal", [("email", 3)]), ("Governmental", [("national-id", 2)])]
    for each in (*customers["data_classifications"], *vehicles["data_classifications"]):
        assert CATEGORIES[each["category_id"]] == each["category"]
        assert set(each) <= CLASSIFICATION
    assert [each.get("total") for each in customers["data_classifications"]] == [3, 2]
    assert vehicles["data_classifications"] == [{"category_id": 1, "category": "Personal"}]
    assert set(customers) == set(vehicles) == RESOURCE
    assert (customers["role_id"], customers["role"]) == (3, "Affected")
    assert record["unmapped"] == {"method": "GET", "mode": "monitor", "client": "shop", "attribution": "annotated"}
    assert "resources" not in api_activity(BARE, version="1")
