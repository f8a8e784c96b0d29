"""The names of things. Each identifier is a type of its own, so that one is never passed for another."""

from typing import NewType

OperationId = NewType("OperationId", str)
"""An operation's `operationId`, or `"GET /pets/{id}"` where the description gives none."""

ControlId = NewType("ControlId", str)
"""A control's kebab-case name, final once released: `request-schema`."""

ReasonId = NewType("ReasonId", str)
"""A reason's kebab-case name, final once released: `unknown-operation`."""

EventId = NewType("EventId", str)
"""One exchange's unique id: a UUID in its usual spelling, ordered by time (RFC 9562, version 7)."""
