"""Events and rules for the tests of detection."""

from typing import Any

from garrison.core.decision import Disposition, Mode, Reason
from garrison.core.detection import Detection
from garrison.core.event import Event
from garrison.core.exposure import Attribution, Disclosure
from garrison.core.ids import ControlId, EventId, OperationId, ReasonId
from garrison.detect.compiling import compile_rules
from garrison.detect.detector import Detector
from garrison.detect.rule import RuleFile, RuleSet

BEGINS = 1_767_225_600.0


def event(at: float = 0.0, *, number: int | None = None, **changes: Any) -> Event:
    """An ordinary exchange, `at` seconds after a Thursday's midnight."""
    given: dict[str, Any] = {
        "id": EventId(f"{round(at * 1000) if number is None else number:012d}"),
        "time": BEGINS + at,
        "method": "GET",
        "operation": OperationId("getCustomer"),
        "template": "/v1/customers/{id}",
        "peer": "192.0.2.1",
        "allowed": True,
        "mode": Mode.ENFORCE,
        "disposition": Disposition.ALLOWED,
        "status": 200,
    }
    return Event(**{**given, **changes})


def told(*names: str, own: bool | None = False) -> dict[str, Any]:
    """What an event that discloses people has."""
    return {"exposed": (Disclosure("person", names, ("name",), own),), "attribution": Attribution.ANNOTATED}


def reason(name: str) -> Reason:
    return Reason(ReasonId(name), ControlId("control"), 403)


def rules(text: str, **options: Any) -> RuleSet:
    return compile_rules([RuleFile("rules.yml", text.encode())], **options)


def found(text: str, *events: Event, until: float | None = None) -> list[Detection]:
    """What the rules in `text` find."""
    detector = Detector(rules(text))
    detections = detector.feed_all(events)
    return detections if until is None else [*detections, *detector.advance(BEGINS + until)]


def base(name: str, detection: str, extra: str = "") -> str:
    """A base rule; `detection` is the YAML mapping of its one selection."""
    return (
        f"title: {name}\nname: {name}\nlogsource: {{category: webserver}}\n"
        f"detection: {{chosen: {detection}, condition: chosen}}\n{extra}\n"
    )


def correlation(name: str, body: str, extra: str = "") -> str:
    """A correlation; `body` is the YAML mapping of it."""
    return f"title: {name}\nname: {name}\ncorrelation: {body}\n{extra}\n"


def documents(*texts: str) -> str:
    return "---\n".join(texts)
