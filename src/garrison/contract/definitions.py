"""Definitions: the converted schemas of a description, and which of them cannot be used."""

from collections.abc import Mapping
from typing import Any, Final

import jsonschema_rs
import msgspec

from garrison.contract.documents import Node
from garrison.contract.place import Problems, excerpt
from garrison.contract.validators import compile_schema, in_circles, long_chains, reason_of, users_of
from garrison.contract.violations import READ_ONLY, WRITE_ONLY
from garrison.core.errors import Problem

_MAX_CHAIN: Final = 1000
"""Definitions in a row, each referring to the next: compiling recurses along them (5,000 are safe)."""


class Definition(msgspec.Struct):
    """One converted schema."""

    name: str
    node: Node
    schema: Any
    refs: set[str]
    """Definitions that it refers to."""
    same: set[str]
    """Those of them that judge the same value as it does itself."""
    problems: list[Problem]
    is_annotated: bool = False
    """Whether it carries an annotation of ours."""


def compile_alone(definitions: Mapping[str, Definition], problems: Problems) -> None:
    """Compile each without what it refers to, and note what is wrong with those that do not compile."""
    names = (*definitions, READ_ONLY, WRITE_ONLY)
    stub = jsonschema_rs.Registry([(name, {}) for name in names], draft=jsonschema_rs.Draft202012)
    for definition in definitions.values():
        if not definition.problems and isinstance(definition.schema, dict):
            _try(definition, stub, problems)


def _try(definition: Definition, stub: jsonschema_rs.Registry, problems: Problems) -> None:
    node = definition.node
    try:
        compile_schema(definition.schema, stub)
    except jsonschema_rs.ValidationError as error:
        place = node.place.child(*_existing(node.value, list(error.instance_path)))
        definition.problems.append(problems.add(place, reason_of(error)))
    except (ValueError, jsonschema_rs.ReferencingError) as error:
        definition.problems.append(problems.add(node.place, f"not a usable schema: {excerpt(error, 120)}"))


def broken(definitions: Mapping[str, Definition], problems: Problems) -> dict[str, tuple[Problem, ...]]:
    """The problems of every definition that cannot be used and of all that refer to one, however far."""
    refs = {name: each.refs for name, each in definitions.items()}
    same = {name: each.same for name, each in definitions.items()}
    users = users_of(refs)

    def told(name: str, message: str) -> tuple[str, tuple[Problem, ...]]:
        return name, (problems.add(definitions[name].node.place, message),)

    rest = [(name, tuple(each.problems)) for name, each in definitions.items() if each.problems]
    chained = f"more than {_MAX_CHAIN} schemas refer to one another in a row"
    rest += [told(name, chained) for name in long_chains(refs, _MAX_CHAIN)]
    rest += [told(name, "the schema refers to itself without end") for name in in_circles(same)]
    found: dict[str, tuple[Problem, ...]] = {}
    while rest:
        name, why = rest.pop()
        if name not in found:
            found[name] = why
            rest.extend((user, why) for user in users.get(name, ()))
    return found


def _existing(value: Any, steps: list[str | int]) -> tuple[str | int, ...]:
    """As many of `steps` as lead to something in the schema as written."""
    found: list[str | int] = []
    for step in steps:
        in_map = isinstance(value, dict) and step in value
        if in_map or (isinstance(value, list) and isinstance(step, int) and step < len(value)):
            value = value[step]
        else:
            break
        found.append(step)
    return tuple(found)
