"""What all our OCSF records have in common, by schema version 1.8.0, https://schema.ocsf.io/1.8.0."""

import re
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from garrison.core.detection import Confidence, Severity

SCHEMA_VERSION: Final = "1.8.0"
FINDINGS: Final = (2, "Findings")
"""The category of all classes of findings."""
_TECHNIQUE: Final = re.compile(r"attack\.(t[0-9]{4}(?:\.[0-9]{3})?)\Z")


class Class(NamedTuple):
    """One class of the schema."""

    category: tuple[int, str]
    """`category_uid` and `category_name`."""
    uid: int
    name: str


def heading(of: Class, activity: tuple[int, str]) -> dict[str, Any]:
    """What a record is: its class, and `activity_id` with its name."""
    number, name = activity
    return {
        "activity_id": number,
        "activity_name": name,
        "category_uid": of.category[0],
        "category_name": of.category[1],
        "class_uid": of.uid,
        "class_name": of.name,
        "type_uid": of.uid * 100 + number,
        "type_name": f"{of.name}: {name}",
    }


def gravity(severity: Severity, confidence: Confidence) -> dict[str, Any]:
    """How grave a finding is, and how sure; both scales begin with 1, as 0 is what nobody knows."""
    return {
        "severity_id": severity.rank + 1,
        "severity": severity.capitalize(),
        "confidence_id": confidence.rank + 1,
        "confidence": confidence.capitalize(),
    }


def metadata(uid: str, version: str) -> dict[str, Any]:
    """Who wrote the record, and its id; `version` is Garrison's own."""
    product = {"name": "Garrison", "vendor_name": "Garrison", "version": version}
    return {"version": SCHEMA_VERSION, "product": product, "uid": uid}


def attacks_in(tags: Iterable[str]) -> list[dict[str, Any]]:
    """The techniques of ATT&CK among `tags`, such as `attack.t1110.003`."""
    return [_attack(found[1].upper()) for tag in tags if (found := _TECHNIQUE.match(tag))]


def _attack(technique: str) -> dict[str, Any]:
    """One with a point is part of another."""
    parent, _, part = technique.partition(".")
    return {"technique": {"uid": parent}, **({"sub_technique": {"uid": technique}} if part else {})}
