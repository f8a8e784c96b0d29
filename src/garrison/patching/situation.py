"""What a cure is chosen from: the finding, its operation, and what the gateway knows of those who ask."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

import msgspec

from garrison.core.finding import Finding
from garrison.core.operation import Operation
from garrison.core.patch import Patch

_PLACE: Final = re.compile(r"(?:path|query|header|cookie)\.[^\s`]+|body(?:/[^\s`]+)?")


class Situation(msgspec.Struct, frozen=True):
    """One finding, and where it was made."""

    finding: Finding
    operation: Operation | None = None
    """As the gateway's contract describes it; None where it does not, or where the finding is of the API as a whole."""
    knows_principals: bool = False
    """Whether the gateway authenticates: only then can it tell an owner or a role."""

    @property
    def match(self) -> str:
        """The operation as a patch names it; a method and path where nothing is described; empty for every request."""
        if self.operation is not None:
            return self.operation.id
        path = self.finding.template
        return f"{self.finding.method or '*'} {path}" if path.startswith("/") else ""

    @property
    def place(self) -> str:
        """Where in the request it is; empty where it is not in a request, or in none that a patch can name."""
        return self.finding.location if _PLACE.fullmatch(self.finding.location) else ""

    def patch(self, **fields: Any) -> Patch:
        """A patch of this finding's operation that does what `fields` say."""
        finding = self.finding
        made = {
            "id": f"{finding.check}-{finding.fingerprint[:6]}",
            "finding": finding.fingerprint,
            "check": finding.check,
            "operation": self.match,
            "reason": finding.says,
        }
        return Patch(**{**made, **fields})

    def policy(self, controls: Mapping[str, Any]) -> Patch:
        """A patch that changes controls for this finding's operation alone, or for all where it has none."""
        if self.operation is None:
            return self.patch(operation="", policy={"controls": controls})
        return self.patch(operation="", policy={"operations": [{"match": self.operation.id, "controls": controls}]})


Cure: TypeAlias = Callable[[Situation], Iterator[Patch]]
"""Patches that may close a finding, the least one first; none where it cannot."""
