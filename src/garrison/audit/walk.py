"""The walk: every schema, parameter, body and answer of a description once, with the operations that use it.

A schema that a hundred operations share is looked at once. What stands under `allOf` belongs to the schema around it;
each member of `oneOf` and `anyOf` is a schema of its own, to which what is said around it holds too.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NewType

import msgspec

from garrison.contract.described import (
    DescribedBody,
    DescribedOperation,
    DescribedParameter,
    DescribedResponse,
    Description,
)
from garrison.contract.documents import Node
from garrison.contract.place import Place

MAX_SPOTS: Final = 200_000
"""Schemas that are looked at: GitHub's description has 30,000."""
_MAX_MERGED: Final = 50
"""Members of `allOf`, theirs included, that are read as one schema."""
_MAX_PASSES: Final = 60
"""Rounds in which users are handed on from schema to schema; each reaches as deep as the walk itself did."""
Users = NewType("Users", int)
"""Operations as bits: bit i stands for operation i of the description, in its order."""
_NOWHERE: Final = Users(0)


class Spot(msgspec.Struct, eq=False):
    """One schema."""

    node: Node
    """The schema object, references followed."""
    name: str
    """Of the first parameter or property that it was found under; empty for a body."""
    location: str
    """Where it was first found: `query.limit`, `body/user/role`, `answer/items/*`."""
    merged: tuple[Node, ...]
    """The schema and the members of its `allOf`, theirs included."""
    outer: "Spot | None" = None
    """Around a member of `oneOf` or `anyOf` that stands there itself."""
    is_closed_around: bool = False
    """Whether a schema that it is a choice of takes no other properties."""
    inner: list["Spot"] = []
    fields: list["Field"] = []
    """Its declared properties."""
    requests: Users = _NOWHERE
    """Operations in whose requests it is found."""
    answers: Users = _NOWHERE
    """Operations in whose successful answers it is found."""
    errors: Users = _NOWHERE
    """Operations in whose other answers it is found."""

    @property
    def called(self) -> str:
        """What a sentence calls it."""
        whole = "the answer" if self.location.startswith("answer") else "the body"
        return f"`{self.name}`" if self.name else whole

    def said(self, keyword: str) -> Any:
        """What the schema says under a keyword; None where it says nothing."""
        for part in self.merged:
            if keyword in part.value:
                return part.value[keyword]
        return self.outer.said(keyword) if self.outer is not None else None

    def number(self, keyword: str) -> float | None:
        """The number that the schema says under a keyword; None where it says none."""
        value = self.said(keyword)
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None

    @property
    def types(self) -> frozenset[str]:
        """The JSON types that it names, told by other keywords where it names none."""
        named = self.said("type")
        found = {named} if isinstance(named, str) else {each for each in _list(named) if isinstance(each, str)}
        if not found and self.fields:
            found = {"object"}
        if not found and self.said("items") is not None:
            found = {"array"}
        return frozenset(found)

    @property
    def is_chosen(self) -> bool:
        """Whether it names the values that are allowed."""
        return bool(self.said("enum")) or self.said("const") is not None

    @property
    def has_choices(self) -> bool:
        """Whether it is one of several schemas, which say the rest."""
        return any(isinstance(self.said(each), list) for each in ("oneOf", "anyOf"))

    @property
    def format(self) -> str:
        """Its `format`; empty where it has none."""
        value = self.said("format")
        return value if isinstance(value, str) else ""


class Field(msgspec.Struct, frozen=True, eq=False):
    """One declared property."""

    name: str
    node: Node
    """As it is written: perhaps a reference."""
    spot: Spot
    """What it leads to."""
    owner: Spot
    """The object that declares it."""

    @property
    def location(self) -> str:
        """Where it is first found."""
        return f"{self.owner.location}/{self.name}"

    @property
    def is_own(self) -> bool:
        """Whether no other property shares its schema, so that it can be marked there."""
        return self.node.place == self.spot.node.place

    def says(self, keyword: str) -> Any:
        """What is said of it: by its schema or beside the reference to that."""
        beside = self.node.value.get(keyword) if isinstance(self.node.value, dict) else None
        return beside if beside is not None else self.spot.said(keyword)


class Parameter(msgspec.Struct, frozen=True, eq=False):
    """One parameter, with all operations that share it."""

    described: DescribedParameter
    spot: Spot | None
    users: Users

    @property
    def name(self) -> str:
        """What it is called."""
        return self.described.name

    @property
    def where(self) -> str:
        """`query`, `path`, `header`, `cookie`."""
        return self.described.location

    @property
    def location(self) -> str:
        """`query.limit`."""
        return f"{self.where}.{self.name}"

    @property
    def node(self) -> Node:
        """The parameter object."""
        return self.described.node


class Scheme(msgspec.Struct, frozen=True, eq=False):
    """One declared security scheme."""

    name: str
    node: Node
    users: Users
    """The operations that demand it; none where it is only declared."""

    @property
    def kind(self) -> str:
        """Its `type`, and of `http` the scheme: `apiKey`, `oauth2`, `http basic`."""
        kind, scheme = self.text("type"), self.text("scheme").lower()
        return f"http {scheme}" if kind == "http" else kind

    def text(self, key: str) -> str:
        """The text under a key; empty where there is none."""
        value = self.node.value.get(key)
        return value if isinstance(value, str) else ""

    @property
    def flows(self) -> Iterator[tuple[str, Node]]:
        """Its OAuth flows."""
        flows = self.node.value.get("flows")
        for name, flow in flows.items() if isinstance(flows, dict) else ():
            if isinstance(flow, dict):
                yield str(name), Node(self.node.place.child("flows", str(name)), flow)


class Exchanged(msgspec.Struct, frozen=True, eq=False):
    """One media type of a request's or an answer's body, with all operations that share it."""

    body: DescribedBody
    spot: Spot | None
    users: Users
    status: str = ""
    """Of an answer; empty for a request."""


class Reading:
    """A description, walked."""

    def __init__(self, description: Description) -> None:
        self.description = description
        self.operations = description.operations
        self.everywhere = Users((1 << len(self.operations)) - 1)
        self._bits = {operation.id: Users(1 << at) for at, operation in enumerate(self.operations)}
        self._walk = _Walk(description)
        self.parameters = tuple(self._parameters())
        self.bodies = tuple(self._bodies())
        self.answers = tuple(self._answers())
        """Successful ones and others, by status."""
        self._walk.finish()
        self.spots: tuple[Spot, ...] = tuple(self._walk.spots.values())
        self.shared = frozenset(part.place for spot in self.spots for part in spot.merged[1:])
        """Where schemas stand that are members of some `allOf`: what closes one of them closes all that build on it."""
        self.schemes = tuple(self._schemes())

    @property
    def fields(self) -> Iterator[Field]:
        """Every declared property of every schema."""
        return (field for spot in self.spots for field in spot.fields)

    def users(self, *operations: DescribedOperation) -> Users:
        """Operations as bits."""
        found = 0
        for operation in operations:
            found |= self._bits.get(operation.id, _NOWHERE)
        return Users(found)

    def using(self, users: Users) -> list[DescribedOperation]:
        """The operations that bits stand for, in the description's order."""
        found = []
        rest = int(users)
        while rest:
            lowest = rest & -rest
            found.append(self.operations[lowest.bit_length() - 1])
            rest ^= lowest
        return found

    def of_root(self, *tokens: str | int) -> Node | None:
        """What stands in the description itself, references followed; None where nothing stands there."""
        return self.description.child(self.description.root, *tokens)

    def _parameters(self) -> Iterator[Parameter]:
        found: dict[Place, tuple[DescribedParameter, Spot | None, int]] = {}
        for operation in self.operations:
            for each in operation.parameters:
                users = self.users(operation)
                name = f"{each.location}.{each.name}"
                spot = self._walk.enter(each.schema, each.name, name, "requests", users) if each.schema else None
                known = found.get(each.node.place)
                found[each.node.place] = (each, spot, (known[2] if known else 0) | users)
        return (Parameter(each, spot, Users(users)) for each, spot, users in found.values())

    def _bodies(self) -> Iterator[Exchanged]:
        found: dict[Place, Exchanged] = {}
        for operation in self.operations:
            for each in operation.bodies:
                self._add(found, each, "body", "requests", operation)
        return iter(found.values())

    def _answers(self) -> Iterator[Exchanged]:
        found: dict[Place, Exchanged] = {}
        for operation in self.operations:
            for answer in operation.responses:
                where = "answers" if answer.status[:1] in {"2", "3"} else "errors"
                for each in answer.bodies:
                    self._add(found, each, "answer", where, operation, answer)
        return iter(found.values())

    def _add(
        self,
        found: dict[Place, Exchanged],
        body: DescribedBody,
        location: str,
        where: str,
        operation: DescribedOperation,
        answer: DescribedResponse | None = None,
    ) -> None:
        users = self.users(operation)
        spot = self._walk.enter(body.schema, "", location, where, users) if body.schema is not None else None
        known = found.get(body.node.place)
        both = Users(users | (known.users if known else 0))
        found[body.node.place] = Exchanged(body, spot, both, answer.status if answer is not None else "")

    def _schemes(self) -> Iterator[Scheme]:
        declared = self.of_root("components", "securitySchemes")
        for name in declared.value if declared is not None and isinstance(declared.value, dict) else ():
            node = self.of_root("components", "securitySchemes", name)
            if node is None or not isinstance(node.value, dict):
                continue
            using = [each for each in self.operations if any(name in one for one in each.security or ())]
            yield Scheme(str(name), node, self.users(*using))


class _Walk:
    """Enters schemas, each once, and hands on who uses them."""

    def __init__(self, description: Description) -> None:
        self._description = description
        self.spots: dict[Place, Spot] = {}
        self._rest: list[Spot] = []

    def enter(self, schema: Node, name: str, location: str, where: str, users: Users) -> Spot | None:
        """The schema's spot, used by `users` in requests, answers or errors; None where it is no object."""
        spot = self._spot(schema, name, location)
        if spot is not None:
            setattr(spot, where, Users(getattr(spot, where) | users))
        self._finish_entering()
        return spot

    def finish(self) -> None:
        """Hand on to every schema who uses what it stands in."""
        order = list(self.spots.values())
        for _ in range(_MAX_PASSES):
            changed = False
            for spot in order:
                for inner in spot.inner:
                    changed |= _hand_on(spot, inner)
            if not changed:
                return

    def _spot(self, schema: Node, name: str, location: str, outer: Spot | None = None) -> Spot | None:
        node = self._description.follow(schema)
        known = self.spots.get(node.place)
        if known is not None or not isinstance(node.value, dict) or len(self.spots) >= MAX_SPOTS:
            return known
        own = outer if outer is not None and node.place == schema.place else None
        spot = Spot(node, name, location, tuple(self._merged(node)), own, inner=[], fields=[])
        self.spots[node.place] = spot
        self._rest.append(spot)
        return spot

    def _merged(self, node: Node) -> Iterator[Node]:
        rest, seen = [node], set[Place]()
        while rest and len(seen) < _MAX_MERGED:
            part = self._description.follow(rest.pop(0))
            if part.place in seen or not isinstance(part.value, dict):
                continue
            seen.add(part.place)
            yield part
            rest += [
                Node(part.place.child("allOf", at), each) for at, each in enumerate(_list(part.value.get("allOf")))
            ]

    def _finish_entering(self) -> None:
        while self._rest:
            spot = self._rest.pop()
            for part in spot.merged:
                self._fields(spot, part)
                self._others(spot, part)

    def _fields(self, spot: Spot, part: Node) -> None:
        known = {each.name for each in spot.fields}
        for name, value in _dict(part.value.get("properties")).items():
            node = Node(part.place.child("properties", str(name)), value)
            inner = self._spot(node, str(name), f"{spot.location}/{name}")
            if inner is not None:
                spot.inner.append(inner)
                if name not in known:
                    spot.fields.append(Field(str(name), node, inner, spot))

    def _others(self, spot: Spot, part: Node) -> None:
        for keyword in ("oneOf", "anyOf"):
            for at, value in enumerate(_list(part.value.get(keyword))):
                self._join(spot, Node(part.place.child(keyword, at), value), spot.location, spot.name, spot)
        for keyword in ("items", "additionalProperties"):
            if isinstance(part.value.get(keyword), dict):
                node = Node(part.place.child(keyword), part.value[keyword])
                self._join(spot, node, f"{spot.location}/*", spot.name)
        for at, value in enumerate(_list(part.value.get("prefixItems"))):
            self._join(spot, Node(part.place.child("prefixItems", at), value), f"{spot.location}/{at}", spot.name)

    def _join(self, spot: Spot, node: Node, location: str, name: str, outer: Spot | None = None) -> None:
        inner = self._spot(node, name, location, outer)
        if inner is not None:
            inner.is_closed_around |= outer is not None and spot.said("unevaluatedProperties") is False
            spot.inner.append(inner)


def _hand_on(spot: Spot, inner: Spot) -> bool:
    if not (spot.requests & ~inner.requests or spot.answers & ~inner.answers or spot.errors & ~inner.errors):
        return False
    inner.requests = Users(inner.requests | spot.requests)
    inner.answers = Users(inner.answers | spot.answers)
    inner.errors = Users(inner.errors | spot.errors)
    return True


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _dict(value: Any) -> Mapping[Any, Any]:
    return value if isinstance(value, dict) else {}
