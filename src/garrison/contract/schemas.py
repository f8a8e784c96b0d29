"""Schemas: every schema object of a description as JSON Schema 2020-12, compiled once and shared.

Each schema that something refers to becomes a definition with a name of its own (`urn:garrison:7`), once for
each direction in which it is used; references between them are by that name, so cycles, files and URLs are no
different from one another. `use` may be called until `seal`, `validator` only after it.
"""

from typing import Any

import jsonschema_rs
import msgspec

from garrison.contract.annotations import annotations, faults
from garrison.contract.definitions import Definition, broken, compile_alone
from garrison.contract.dialect import (
    IN_LIST,
    IN_MAP,
    IN_PLACE,
    JSON_SCHEMA_2020,
    NEGATING,
    Dialect,
    Dialects,
    Direction,
    plain_keywords,
)
from garrison.contract.discriminator import Families, dispatch
from garrison.contract.documents import Documents, Node
from garrison.contract.emails import told_by_pattern
from garrison.contract.hidden import HIDDEN_NAME, Hidden
from garrison.contract.place import Place, Problems, excerpt
from garrison.contract.validators import compile_schema, reaching
from garrison.contract.violations import READ_ONLY, WRITE_ONLY
from garrison.core.errors import Problem

MAX_DEFINITIONS = 50_000
"""Definitions of one description; GitHub's has 1,000."""

_MAX_NESTING = 100
"""Levels of inline schemas in one definition; the validator's compiler takes 255 levels of nesting, and one
level of ours is at most two of its own. Converting recurses too, with five frames a level."""


class _Scope(msgspec.Struct, frozen=True):
    """Under which circumstances a part of a definition is converted."""

    definition: Definition
    direction: Direction
    dialect: Dialect
    depth: int = 0
    hidden: frozenset[str] = frozenset()
    """Properties that a schema around this one declares as not for this direction."""
    same_value: bool = True
    """Whether it judges the definition's own value, and not something inside that."""


class Schemas:
    """The definitions of one description."""

    def __init__(self, source: str, documents: Documents, problems: Problems) -> None:
        self._documents = documents
        self._problems = problems
        self._source = Place(source)
        self._families = Families(documents)
        self._hidden = Hidden(documents)
        self._names: dict[tuple[Place, Direction, str, bool], str] = {}
        self._definitions: dict[str, Definition] = {}
        self._queue: list[_Scope] = []
        self._dialects = Dialects(documents, problems)
        self._broken: dict[str, tuple[Problem, ...]] = {}
        self._annotated: frozenset[str] = frozenset()
        self._registry: jsonschema_rs.Registry | None = None
        self._validators: dict[str, jsonschema_rs.Validator] = {}

    def use(self, node: Node, direction: Direction) -> str:
        """The name of the definition of the schema at `node`, to be compiled by `seal`."""
        name = self._name(node, direction, self._dialects.of(self._source, JSON_SCHEMA_2020), plain=False)
        self._convert_queue()
        return name

    def seal(self) -> None:
        """Compile every definition once, and note what is wrong with those that do not compile."""
        compile_alone(self._definitions, self._problems)
        self._broken = broken(self._definitions, self._problems)
        refs = {name: definition.refs for name, definition in self._definitions.items()}
        self._annotated = reaching(refs, [name for name, each in self._definitions.items() if each.is_annotated])
        resources: list[tuple[str, Any]] = [(READ_ONLY, False), (WRITE_ONLY, False)]
        resources += [
            (name, told_by_pattern(definition.schema))
            for name, definition in self._definitions.items()
            if name not in self._broken
        ]
        self._registry = jsonschema_rs.Registry(resources, draft=jsonschema_rs.Draft202012)

    def problems_of(self, name: str) -> tuple[Problem, ...]:
        """Why the definition `name` cannot be used: its own problems or those of what it refers to."""
        return self._broken.get(name, ())

    def schema(self, name: str) -> Any:
        """The converted schema of the definition `name`; its references are names of definitions."""
        definition = self._definitions.get(name)
        return definition.schema if definition is not None else name not in (READ_ONLY, WRITE_ONLY)

    def is_annotated(self, name: str) -> bool:
        """Whether the definition `name`, or anything that it refers to, carries an annotation of ours."""
        return name in self._annotated

    def validator(self, name: str) -> jsonschema_rs.Validator:
        """The validator of the definition `name`, which must not be a broken one."""
        if name not in self._validators:
            self._validators[name] = self.compile({"$ref": name})
        return self._validators[name]

    def compile(self, schema: dict[str, Any]) -> jsonschema_rs.Validator:
        """A validator for `schema`, whose references are names of definitions that are not broken."""
        return compile_schema(schema, self._registry)

    def _name(self, node: Node, direction: Direction, inherited: Dialect, *, plain: bool) -> str:
        node = self._shortcut(node)
        dialect = self._dialects.of(node.place, inherited)
        key = (node.place, direction, dialect.name, plain)
        if key not in self._names:
            name = f"urn:garrison:{len(self._names)}"
            self._names[key] = name
            definition = Definition(name, node, {}, set(), set(), [])
            self._definitions[name] = definition
            if len(self._names) > MAX_DEFINITIONS:
                self._note(definition, node.place, f"the description has more than {MAX_DEFINITIONS} schemas")
            elif plain:
                definition.node = self._families.plain(node)
            self._queue.append(_Scope(definition, direction, dialect))
        return self._names[key]

    def _shortcut(self, node: Node) -> Node:
        """A schema that is nothing but a reference shares the definition of what it refers to."""
        for _ in range(20):
            if not isinstance(node.value, dict) or node.value.keys() != {"$ref"}:
                return node
            reference = node.value["$ref"]
            target = self._documents.resolve(node.place, reference) if isinstance(reference, str) else None
            if target is None or target.place == node.place:
                return node
            node = target
        return node

    def _convert_queue(self) -> None:
        while self._queue:
            scope = self._queue.pop()
            definition = scope.definition
            if not definition.problems:
                definition.schema = self._convert(definition.node, scope)

    def _convert(self, node: Node, scope: _Scope) -> Any:
        value = node.value
        if isinstance(value, bool):
            return value
        if not isinstance(value, dict):
            self._note(scope.definition, node.place, "a schema must be an object or a boolean")
            return True
        if scope.depth > _MAX_NESTING:
            self._note(scope.definition, node.place, f"the schema nests deeper than {_MAX_NESTING} levels")
            return True
        scope = msgspec.structs.replace(scope, depth=scope.depth + 1)
        marks = self._annotations(node, scope)
        if "$ref" in value:
            reference = self._reference(node, scope)
            if scope.dialect.ref_alone:
                return {"$ref": reference, **marks}  # ours count wherever they are written
            rest = {key: item for key, item in value.items() if key != "$ref"}
            out = self._keywords(Node(node.place, rest), scope)
            return {"$ref": reference, **out}
        return self._keywords(node, scope)

    def _reference(self, node: Node, scope: _Scope, parent: Place | None = None) -> str:
        reference = node.value["$ref"]
        if not isinstance(reference, str):
            self._note(scope.definition, node.place.child("$ref"), "a reference must be a string")
            return scope.definition.name
        target = self._documents.resolve(node.place, reference)
        if target is None:
            self._note(scope.definition, node.place, f"the reference {excerpt(reference)} cannot be resolved")
            return scope.definition.name
        plain = parent is not None and self._families.inherits(parent, target.place)
        name = self._name(target, scope.direction, scope.dialect, plain=plain)
        self._refer(scope, name)
        return name

    def _refer(self, scope: _Scope, name: str) -> None:
        scope.definition.refs.add(name)
        if scope.same_value:
            scope.definition.same.add(name)

    def _keywords(self, node: Node, scope: _Scope) -> dict[str, Any]:
        value, dialect = node.value, scope.dialect
        self._note_oddities(node, dialect)
        out = plain_keywords(value, dialect)
        hidden = scope.hidden
        if scope.direction != "neutral" and ("required" in value or "properties" in value):
            hidden |= self._hidden.names(node, scope.direction)
        if hidden and isinstance(out.get("required"), list):
            out["required"] = [name for name in out["required"] if not isinstance(name, str) or name not in hidden]
        self._subschemas(node, msgspec.structs.replace(scope, hidden=hidden), out)
        if dialect.array_items:
            self._array_items(node, scope, out)
        if isinstance(value.get("discriminator"), dict):
            self._discriminate(node, scope, out)
        if dialect.nullable and value.get("nullable") is True and _is_composite(out):
            return {"if": {"type": "null"}, "else": out}
        return out

    def _annotations(self, node: Node, scope: _Scope) -> dict[str, Any]:
        """Our annotations beside the other keywords of a schema, and what is wrong with them noted."""
        if not isinstance(node.value, dict):
            return {}
        found = annotations(node.value)
        scope.definition.is_annotated = scope.definition.is_annotated or bool(found)
        for key, fault in faults(found):
            self._note(scope.definition, node.place.child(key), fault)
        return found

    def _note_oddities(self, node: Node, dialect: Dialect) -> None:
        """Remarks on what is legal, or mended, and hardly meant."""
        value = node.value
        if not dialect.nullable and value.get("nullable") is True:
            hint = "add `null` to the list of types"
            self._problems.add(node.place.child("nullable"), f"means nothing in {dialect.name}", hint)
        for keyword in ("exclusiveMinimum", "exclusiveMaximum"):
            if isinstance(value.get(keyword), bool) and not dialect.boolean_bounds:
                message = f"must be a number in {dialect.name}; read as in OpenAPI 3.0"
                self._problems.add(node.place.child(keyword), message)
        if str(value.get("$dynamicRef", "#"))[:1] != "#":
            self._problems.add(node.place.child("$dynamicRef"), "only anchors of the same schema are followed")

    def _subschemas(self, node: Node, scope: _Scope, out: dict[str, Any]) -> None:
        value, place = node.value, node.place
        for keyword in IN_PLACE:
            if keyword in value:
                inner = Node(place.child(keyword), value[keyword])
                out[keyword] = self._inner(keyword, inner, scope)
        for keyword in IN_LIST:
            if keyword in value:
                out[keyword] = self._list(keyword, Node(place.child(keyword), value[keyword]), scope)
        for keyword in IN_MAP:
            if keyword in value:
                out[keyword] = self._map(keyword, Node(place.child(keyword), value[keyword]), scope)

    def _inner(self, keyword: str, node: Node, scope: _Scope) -> Any:
        if keyword == "items" and isinstance(node.value, list):
            return node.value
        direction: Direction = "neutral" if keyword in NEGATING else scope.direction
        hidden = scope.hidden if keyword in ("then", "else") else frozenset[str]()
        same = scope.same_value and keyword in ("if", "then", "else", "not")
        return self._convert(node, msgspec.structs.replace(scope, direction=direction, hidden=hidden, same_value=same))

    def _list(self, keyword: str, node: Node, scope: _Scope) -> Any:
        if not isinstance(node.value, list):
            return node.value
        if keyword == "prefixItems":
            scope = _inside(scope)
        converted = []
        for index, value in enumerate(node.value):
            member = Node(node.place.child(index), value)
            if keyword == "allOf" and isinstance(value, dict) and value.keys() == {"$ref"}:
                parent = Place(node.place.file, node.place.tokens[:-1])
                converted.append({"$ref": self._reference(member, scope, parent)})
            else:
                converted.append(self._convert(member, scope))
        return converted

    def _map(self, keyword: str, node: Node, scope: _Scope) -> Any:
        if isinstance(node.value, dict) and isinstance(node.value.get("$ref"), str):
            # The standard has no references to such maps; descriptions split into files use them.
            node = self._documents.follow(node) or node
        if not isinstance(node.value, dict):
            return node.value
        inner = scope if keyword == "dependentSchemas" else _inside(scope)
        converted = {}
        for name, value in node.value.items():
            member = Node(node.place.child(name), value)
            if keyword == "properties" and self._hidden.is_hidden(member, scope.direction):
                # What should not be there at all, and is, is still what its annotations say, also those within it or
                # behind a reference; `then` without `if` judges nothing (JSON Schema, 10.2.2.2).
                found = self._annotations(member, scope)
                converted[name] = {"$ref": HIDDEN_NAME[scope.direction], **found, "then": self._convert(member, inner)}
            else:
                converted[name] = self._convert(member, inner)
        return converted

    def _array_items(self, node: Node, scope: _Scope, out: dict[str, Any]) -> None:
        """`items: [a, b]` with `additionalItems`, and `dependencies`, as they were until 2019-09."""
        value = node.value
        if isinstance(value.get("items"), list):
            out["prefixItems"] = self._list("prefixItems", Node(node.place.child("items"), value["items"]), scope)
            del out["items"]
            if "additionalItems" in value:
                more = Node(node.place.child("additionalItems"), value["additionalItems"])
                out["items"] = self._inner("items", more, scope)
        for name, item in value["dependencies"].items() if isinstance(value.get("dependencies"), dict) else ():
            if isinstance(item, list):
                out.setdefault("dependentRequired", {})[name] = item
            else:
                inner = self._convert(Node(node.place.child("dependencies", name), item), scope)
                out.setdefault("dependentSchemas", {})[name] = inner

    def _discriminate(self, node: Node, scope: _Scope, out: dict[str, Any]) -> None:
        found = self._families.discriminator(node)
        if found is None:
            return

        def convert(case: Node) -> Any:
            if isinstance(case.value, dict) and "$ref" in case.value:
                return self._convert(case, scope)
            if found.keyword and case.place.tokens[:-1] == node.place.child(found.keyword).tokens:
                return out_branches[int(case.place.tokens[-1])]
            name = self._name(case, scope.direction, scope.dialect, plain=False)
            self._refer(scope, name)
            return {"$ref": name}

        out_branches = out.get(found.keyword, [])
        chosen = dispatch(found, convert)
        if found.keyword:
            chosen["else"] = {found.keyword: out.pop(found.keyword)}
        out["allOf"] = [*out.get("allOf", ()), chosen]

    def _note(self, definition: Definition, place: Place, message: str) -> None:
        definition.problems.append(self._problems.add(place, message))


def _inside(scope: _Scope) -> _Scope:
    """The scope of something inside the value that `scope` judges."""
    return msgspec.structs.replace(scope, hidden=frozenset(), same_value=False)


def _is_composite(out: dict[str, Any]) -> bool:
    return any(keyword in out for keyword in ("allOf", "anyOf", "oneOf", "not", "const", "if"))
