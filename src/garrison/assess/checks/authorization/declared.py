"""Declared: an answer beside what the contract says of it, property by property."""

from collections.abc import Iterator
from typing import Any, Final

from garrison.assess.assessment import Assessment
from garrison.assess.call import NOT_JSON, Answer
from garrison.assess.target import Target
from garrison.contract.documents import Node

_MOST: Final = 2_000
"""Values of one answer that are looked at."""


def schema_of(target: Target, answer: Answer) -> Node | None:
    """The schema that the contract declares for an answer; None where it declares none."""
    status = str(answer.status)
    for wanted in (status, f"{status[:1]}XX", f"{status[:1]}xx", "default"):
        for response in target.described.responses:
            if response.status == wanted:
                return next((body.schema for body in response.bodies if "json" in body.media_type), None)
    return None


def properties_of(a: Assessment, target: Target, answer: Answer) -> Iterator[tuple[str, Any, Node | None]]:
    """Every property of an answer: the way to it, its value, and its schema; None where the contract lists the
    properties of the object around it and not this one."""
    schema, value = schema_of(target, answer), answer.json()
    if schema is None or value is NOT_JSON:
        return
    rest: list[tuple[str, Any, Node]] = [("", value, schema)]
    count = 0
    while rest and count < _MOST:
        way, inner, said = rest.pop()
        count += 1
        if isinstance(inner, list):
            items = a.api.description.said(said, "items")
            node = _item(a, said) if isinstance(items, dict) else None
            rest.extend((f"{way}/*" if way else "*", each, node) for each in inner[:20] if node is not None)
        elif isinstance(inner, dict):
            known = a.api.description.properties(said)
            is_open = not known or _is_open(a, said)
            for name, each in inner.items():
                below = f"{way}/{name}" if way else str(name)
                if name in known:
                    yield below, each, known[name]
                    rest.append((below, each, known[name]))
                elif not is_open:
                    yield below, each, None


def _item(a: Assessment, schema: Node) -> Node | None:
    return next(
        (found for part in a.api.description.parts(schema) if (found := a.api.description.child(part, "items"))), None
    )


def _is_open(a: Assessment, schema: Node) -> bool:
    """Whether the contract says that an object may have other properties than those that it lists."""
    more = a.api.description.said(schema, "additionalProperties")
    return more is True or isinstance(more, dict) or a.api.description.said(schema, "patternProperties") is not None
