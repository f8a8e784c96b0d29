"""Discriminators (OpenAPI 3.2, section 4.26) as plain JSON Schema: the named alternative alone is asked.

A bare `oneOf` of ten alternatives answers a misspelled property with ten reasons why each does not fit; with
the discriminator's value known, only the alternative that was meant has something to say.
"""

import re
from collections.abc import Callable
from typing import Any

import msgspec

from garrison.contract.documents import Documents, Node
from garrison.contract.place import Place

_COMPONENT_NAME = re.compile(r"[A-Za-z0-9._-]+", re.ASCII)
_MAX_FAMILY_DEPTH = 16
"""Generations of inheritance that are followed."""


class Case(msgspec.Struct, frozen=True):
    """One alternative: the values of the discriminating property that mean it."""

    names: tuple[str, ...]
    node: Node


class Discriminator(msgspec.Struct, frozen=True):
    """How a value says which alternative it is."""

    name: str
    """The discriminating property."""
    cases: tuple[Case, ...]
    keyword: str
    """`oneOf` or `anyOf`, which the cases replace; empty where subschemas inherit by `allOf`."""
    default: Node | None = None
    """The alternative for all other values (3.2's `defaultMapping`)."""


class Families:
    """Finds the alternatives of discriminated schemas."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._children: dict[str, dict[Place, list[Node]]] = {}
        self._open: set[Place] = set()
        """Alternatives whose own alternatives are being looked at: they may lead back to themselves."""

    def discriminator(self, node: Node) -> Discriminator | None:
        """The usable discriminator of the schema at `node`; None where it has none."""
        declared = node.value.get("discriminator")
        if not isinstance(declared, dict) or not isinstance(declared.get("propertyName"), str):
            return None
        keyword = next((k for k in ("oneOf", "anyOf") if isinstance(node.value.get(k), list)), "")
        mapping = self._mapping(node, declared)
        if keyword:
            cases = self._alternatives(node, keyword, declared["propertyName"], mapping)
        else:
            cases = self._inheriting(node, mapping)
        if not cases:
            return None
        default = declared.get("defaultMapping")
        return Discriminator(
            declared["propertyName"],
            cases,
            keyword,
            self._target(node, default) if isinstance(default, str) else None,
        )

    def inherits(self, child: Place, parent: Place) -> bool:
        """Whether the component schema at `child` names the one at `parent` in its `allOf`."""
        return any(node.place == child for node in self._family(parent.file).get(parent, ()))

    def plain(self, node: Node) -> Node:
        """The schema at `node` as what others inherit from: without its discriminator, and without
        alternatives that inherit from it in turn, for those would lead round in a circle."""
        if not isinstance(node.value, dict):
            return node
        children = {child.place for child in self._family(node.place.file).get(node.place, ())}
        bare = {key: value for key, value in node.value.items() if key != "discriminator"}
        for keyword in ("oneOf", "anyOf"):
            branches = bare.get(keyword)
            for index, value in enumerate(branches if isinstance(branches, list) else ()):
                target = self._documents.follow(Node(node.place.child(keyword, index), value))
                if target is not None and target.place in children:
                    del bare[keyword]
                    break
        return Node(node.place, bare)

    def _mapping(self, node: Node, declared: dict[str, Any]) -> dict[Place, list[str]]:
        """The explicit names of each alternative."""
        names: dict[Place, list[str]] = {}
        mapping = declared.get("mapping")
        for name, reference in mapping.items() if isinstance(mapping, dict) else ():
            target = self._target(node, reference) if isinstance(reference, str) else None
            if target is not None:
                names.setdefault(target.place, []).append(name)
        return names

    def _target(self, node: Node, reference: str) -> Node | None:
        place = node.place.child("discriminator", "mapping")
        if _COMPONENT_NAME.fullmatch(reference):
            schemas = _component_schemas(self._documents.open(node.place.file))
            if reference in schemas:
                return Node(Place(node.place.file, ("components", "schemas", reference)), schemas[reference])
        return self._documents.resolve(place, reference)

    def _alternatives(self, node: Node, keyword: str, name: str, mapping: dict[Place, list[str]]) -> tuple[Case, ...]:
        """One case for each alternative; none at all where any of them has no name to be called by."""
        cases = []
        for index, value in enumerate(node.value[keyword]):
            branch = Node(node.place.child(keyword, index), value)
            target = self._documents.follow(branch)
            if target is None or not isinstance(target.value, dict):
                return ()
            names = self._names(branch, target, name, mapping)
            if not names:
                return ()
            cases.append(Case(names, branch))
        return tuple(cases)

    def _names(self, branch: Node, target: Node, name: str, mapping: dict[Place, list[str]]) -> tuple[str, ...]:
        """What `branch` is called by: what the mapping says, else what its own schema allows the property
        to be, else the name of the component."""
        if target.place in mapping:
            return tuple(mapping[target.place])
        inner = target.value.get("discriminator")
        if isinstance(inner, dict) and inner.get("propertyName") == name and target.place not in self._open:
            self._open.add(target.place)
            nested = self.discriminator(target)
            self._open.discard(target.place)
            if nested is not None and nested.keyword:
                return tuple(each for case in nested.cases for each in case.names)
        constants = self._constants(target, name)
        if constants:
            return constants
        is_reference = isinstance(branch.value, dict) and "$ref" in branch.value
        last = target.place.tokens[-1] if target.place.tokens else ""
        return (str(last),) if is_reference and last != "" else ()

    def _constants(self, target: Node, name: str) -> tuple[str, ...]:
        """The values that the property `name` is confined to, looked for through `allOf`."""
        rest, seen = [target], set[Place]()
        while rest:
            node = rest.pop()
            if node.place in seen or not isinstance(node.value, dict):
                continue
            seen.add(node.place)
            properties = node.value.get("properties")
            if isinstance(properties, dict) and isinstance(properties.get(name), dict):
                place = node.place.child("properties", name)
                found = self._documents.follow(Node(place, properties[name]))
                constants = _constants(found.value) if found is not None else ()
                if constants:
                    return constants
            members = node.value.get("allOf")
            for index, value in enumerate(members if isinstance(members, list) else ()):
                member = self._documents.follow(Node(node.place.child("allOf", index), value))
                if member is not None:
                    rest.append(member)
        return ()

    def _inheriting(self, node: Node, mapping: dict[Place, list[str]]) -> tuple[Case, ...]:
        """One case for each component schema that inherits from `node`, in every generation."""
        family = self._family(node.place.file)
        cases: dict[Place, Case] = {}
        generation = [node]
        for _ in range(_MAX_FAMILY_DEPTH):
            generation = [child for parent in generation for child in family.get(parent.place, ())]
            for child in generation:
                if child.place != node.place:
                    names = tuple(mapping.get(child.place, ())) or (str(child.place.tokens[-1]),)
                    cases.setdefault(child.place, Case(names, child))
        return tuple(cases.values())

    def _family(self, file: str) -> dict[Place, list[Node]]:
        """The component schemas that inherit from each schema."""
        if file not in self._children:
            children: dict[Place, list[Node]] = {}
            self._children[file] = children
            for name, value in _component_schemas(self._documents.open(file)).items():
                child = Node(Place(file, ("components", "schemas", name)), value)
                members = value.get("allOf") if isinstance(value, dict) else None
                for index, member in enumerate(members if isinstance(members, list) else ()):
                    if isinstance(member, dict) and isinstance(member.get("$ref"), str):
                        place = child.place.child("allOf", index)
                        target = self._documents.resolve(place, member["$ref"])
                        if target is not None:
                            children.setdefault(target.place, []).append(child)
        return self._children[file]


def dispatch(found: Discriminator, convert: Callable[[Node], Any]) -> dict[str, Any]:
    """The schema that asks the alternative named by the value; `convert` gives each alternative's schema."""
    every = [name for case in found.cases for name in case.names]
    chosen: list[dict[str, Any]] = [
        {"if": _is_one_of(found.name, case.names), "then": convert(case.node)} for case in found.cases
    ]
    then: dict[str, Any] = {"allOf": chosen}
    if found.default is not None:
        chosen.append({"if": {"not": _is_one_of(found.name, every)}, "then": convert(found.default)})
    elif found.keyword:
        then["required"] = [found.name]
        then["properties"] = {found.name: {"enum": every}}
    return {"if": {"type": "object"}, "then": then}


def _is_one_of(name: str, values: "tuple[str, ...] | list[str]") -> dict[str, Any]:
    return {"required": [name], "properties": {name: {"enum": list(values)}}}


def _constants(schema: Any) -> tuple[str, ...]:
    if not isinstance(schema, dict):
        return ()
    values = [schema["const"]] if "const" in schema else schema.get("enum")
    if not isinstance(values, list):
        return ()
    return tuple(value for value in values if isinstance(value, str))


def _component_schemas(root: Any) -> dict[str, Any]:
    components = root.get("components") if isinstance(root, dict) else None
    schemas = components.get("schemas") if isinstance(components, dict) else None
    return schemas if isinstance(schemas, dict) else {}
