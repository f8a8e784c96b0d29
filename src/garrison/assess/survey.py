"""The survey: what is known of an API after somebody has walked through it, and how what is known fits together."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from garrison.assess.call import NOT_JSON
from garrison.assess.compare import shape_of, succeeded
from garrison.assess.identity import Identity
from garrison.assess.jwt import claims_of
from garrison.assess.probe import Exchange
from garrison.assess.target import Target
from garrison.core.ids import OperationId
from garrison.exposure.types.rule import words

_IDS: Final = frozenset(
    {"id", "uuid", "guid", "number", "no", "key", "slug", "code", "ref", "reference", "identifier", "vin"}
)
_OWNERS: Final = frozenset(
    {"owner", "user", "author", "creator", "customer", "account", "username", "created", "member", "email", "sub"}
)
_PLAIN: Final = re.compile(r"(?!\.{1,2}$)[\w.~@:+=,-]+")
"""Values that are put into a path as an id. What an injection left behind is not: deleting it would inject it again."""
_MAX_FACTS: Final = 20_000
_MAX_SEEN: Final = 20


class Fact(msgspec.Struct, frozen=True):
    """One value seen in an answer, or sent in a request that made something."""

    name: tuple[str, ...]
    """The words of its field."""
    value: str
    parents: tuple[str, ...]
    """The words of the fields around it."""
    item: Mapping[str, Any]
    """The object that it is a field of."""
    exchange: Exchange
    is_sent: bool = False
    """Whether it was in the request."""


class Owned(msgspec.Struct, frozen=True):
    """An object: what an operation's path variables must be to be about it."""

    values: Mapping[str, str]
    """By variable."""
    owner: Identity | None = None
    """Whose it is, as far as that is known."""
    made: Exchange | None = None
    """The request that made it, where the assessment did."""

    @property
    def is_own(self) -> bool:
        """Whether the assessment made it, or it is an account of the assessment's own."""
        return self.made is not None or (self.owner is not None and self.owner.is_throwaway)

    @property
    def id(self) -> str:
        """The value of the last variable."""
        return list(self.values.values())[-1] if self.values else ""


class Survey:
    """What has been learned. It grows while the assessment runs."""

    def __init__(self) -> None:
        self._baselines: dict[tuple[OperationId, str], Exchange] = {}
        self._failed: dict[OperationId, Exchange] = {}
        self._answers: dict[OperationId, dict[tuple[Any, ...], Exchange]] = {}
        self._facts: list[Fact] = []
        self._selves: dict[str, dict[tuple[str, ...], str]] = {}
        self._people: dict[str, Identity] = {}

    # what was seen

    def note(self, exchange: Exchange) -> bool:
        """Learn from an exchange; whether it is a success."""
        operation = exchange.request.operation
        if operation is None:
            return False
        self._see(operation, exchange)
        known = self.baseline_of(operation)
        if not succeeded(exchange.answer, known.answer if known is not None else None):
            self._failed.setdefault(operation, exchange)
            return False
        self._baselines.setdefault((operation, exchange.identity.name if exchange.identity else ""), exchange)
        self._facts.extend(_facts(exchange))
        del self._facts[:-_MAX_FACTS]
        return True

    def knows(self, identity: Identity, values: Mapping[str, str]) -> None:
        """Learn what is said of an identity itself: its name, its number, its address."""
        self._people[identity.name] = identity
        known = self._selves.setdefault(identity.name, {})
        for name, value in values.items():
            if value and words(name):
                known.setdefault(words(name), value)

    def knows_token(self, identity: Identity, token: str) -> None:
        """Learn what its token says of an identity."""
        claims = {name: str(value) for name, value in claims_of(token).items() if isinstance(value, str | int)}
        self.knows(
            identity,
            {name: value for name, value in claims.items() if name not in ("exp", "iat", "nbf", "jti", "iss", "aud")},
        )

    # what is known

    def baseline_of(self, operation: OperationId, identity: Identity | None = None) -> Exchange | None:
        """As `baseline`, by the operation's id."""
        if identity is not None:
            return self._baselines.get((operation, identity.name))
        return next((each for (known, _), each in self._baselines.items() if known == operation), None)

    def baseline(self, target: Target, identity: Identity | None = None) -> Exchange | None:
        """A request to the operation that succeeded, as `identity` where one is given, else as anybody."""
        return self.baseline_of(target.id, identity)

    def baselines(self, target: Target) -> tuple[Exchange, ...]:
        """Every such request, one for each identity; that of nobody among them where that succeeded."""
        return tuple(each for (known, _), each in self._baselines.items() if known == target.id)

    def failed(self, target: Target) -> Exchange | None:
        """The first request to the operation that did not succeed."""
        return self._failed.get(target.id)

    def is_public(self, target: Target) -> bool:
        """Whether it succeeds for nobody in particular."""
        return (target.id, "") in self._baselines

    def refusals(self) -> tuple[Exchange, ...]:
        """Of every operation that did not succeed at first, what was answered then."""
        return tuple(self._failed.values())

    def _see(self, operation: OperationId, exchange: Exchange) -> None:
        answer, seen = exchange.answer, self._answers.setdefault(operation, {})
        kind = (answer.status, answer.media_type, shape_of(answer.json()) if answer.json() is not NOT_JSON else None)
        if len(seen) < _MAX_SEEN:
            seen.setdefault(kind, exchange)

    def seen(self, target: Target) -> tuple[Exchange, ...]:
        """Exchanges with the operation, one for each kind of answer: of a status, a media type and a shape."""
        return tuple(self._answers.get(target.id, {}).values())

    def of(self, identity: Identity) -> Mapping[tuple[str, ...], str]:
        """What is known of an identity itself, by the words of the names."""
        return self._selves.get(identity.name, {})

    def facts(self) -> Sequence[Fact]:
        """Everything seen, the newest last."""
        return self._facts

    def owner_of(self, item: Mapping[str, Any]) -> Identity | None:
        """Whose an object is, as its own fields say; None where they say nothing."""
        for name, value in item.items():
            if _OWNERS.isdisjoint(words(str(name))):
                continue
            texts = (
                [str(value)]
                if isinstance(value, str | int)
                else [str(each) for each in value.values()]
                if isinstance(value, Mapping)
                else []
            )
            for person, known in self._selves.items():
                if any(text and text in known.values() for text in texts):
                    return self._people[person]
        return None

    def objects(self, target: Target) -> tuple[Owned, ...]:
        """Objects that the operation could be about: the assessment's own first, then those of a known owner."""
        variables = target.variables
        if not variables:
            return ()
        found: dict[tuple[str, ...], Owned] = {}
        for owned in (*self._people_as_objects(variables), *self._seen(target, variables, self._facts)):
            key = tuple(owned.values.values())
            known = found.get(key, owned)
            found[key] = owned if owned.made is not None and known.made is None else known
        return tuple(sorted(found.values(), key=lambda owned: (not owned.is_own, owned.owner is None)))

    def _people_as_objects(self, variables: Sequence[str]) -> Iterator[Owned]:
        """Where the only variable names a person: the identities themselves."""
        for person, known in self._selves.items():
            value = _self_value(variables[0], known) if len(variables) == 1 else ""
            if value:
                yield Owned({variables[0]: value}, self._people[person])

    def object_in(self, target: Target, exchange: Exchange) -> Owned | None:
        """The object that `exchange` made, as `target` takes it; None where it made none of that kind."""
        return next(self._seen(target, target.variables, tuple(_facts(exchange))), None)

    def _seen(self, target: Target, variables: Sequence[str], facts: Sequence[Fact]) -> Iterator[Owned]:
        last = variables[-1]
        ranks = ((_rank(fact, last, target), at, fact) for at, fact in enumerate(facts))
        ranked = sorted((each for each in ranks if each[0]), key=lambda each: (-each[0], -each[1]))
        best = ranked[0][0] if ranked else 0
        for rank, _, fact in ranked[:60]:
            if rank < best - 3:
                break
            values = self._around(fact, variables[:-1])
            if values is not None:
                made = fact.exchange if _is_making(fact) else None
                owner = self.owner_of(fact.item) or (fact.exchange.identity if made is not None else None)
                yield Owned({**values, last: fact.value}, owner, made)

    def _around(self, fact: Fact, variables: Sequence[str]) -> dict[str, str] | None:
        """The values of the variables before the last: those that the same request was about, else the likeliest."""
        values = {}
        for name in variables:
            inherited = fact.exchange.request.path.get(name)
            person = self._selves.get(fact.exchange.identity.name, {}) if fact.exchange.identity else {}
            value = inherited or _self_value(name, person)
            if not value:
                matching = [other for other in self._facts if words(name) == other.name]
                value = matching[-1].value if matching else ""
            if not value:
                return None
            values[name] = value
        return values


def _facts(exchange: Exchange) -> Iterator[Fact]:
    value = exchange.answer.json()
    if value is not NOT_JSON:
        yield from _walk(value, (), exchange)
    location = exchange.answer.header("location").rstrip("/").rpartition("/")[2]
    if location and exchange.request.method == "POST":
        yield Fact(("id",), location, (), {}, exchange)
    if exchange.request.method in ("POST", "PUT") and isinstance(exchange.request.body, Mapping):
        for name, sent in exchange.request.body.items():
            if isinstance(sent, str | int) and not isinstance(sent, bool):
                yield Fact(words(str(name)), str(sent), (), exchange.request.body, exchange, is_sent=True)


def _walk(value: Any, parents: tuple[str, ...], exchange: Exchange) -> Iterator[Fact]:
    rest: list[tuple[Any, tuple[str, ...]]] = [(value, parents)]
    count = 0
    while rest and count < 2_000:
        inner, above = rest.pop()
        if isinstance(inner, Mapping):
            for name, each in inner.items():
                said = words(str(name))
                if isinstance(each, str | int) and not isinstance(each, bool) and len(str(each)) <= 200:
                    count += 1
                    yield Fact(said, str(each), above, inner, exchange)
                elif isinstance(each, Mapping | list):
                    rest.append((each, (*above, *said)))
        elif isinstance(inner, list):
            rest.extend((each, above) for each in inner[:100])


def _is_making(fact: Fact) -> bool:
    return fact.exchange.request.method in ("POST", "PUT")


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _noun(target: Target) -> str:
    """What the last variable's objects are: the step before it, in the singular."""
    steps = [step for step in target.collection.split("/") if step and "{" not in step]
    meant = [words(step) for step in steps if not _is_version(step)]
    return _singular(meant[-1][-1]) if meant and meant[-1] else ""


def _is_version(step: str) -> bool:
    return step[:1] == "v" and step[1:].replace(".", "").isdigit()


def _rank(fact: Fact, variable: str, target: Target) -> int:
    """How likely a value is an id that the operation's last variable takes; 0 where it is not."""
    if _PLAIN.fullmatch(fact.value) is None:
        return 0
    said = words(variable)
    noun = _noun(target)
    source = fact.exchange.request.template
    near = source == target.collection or source.startswith(target.template) or target.template.startswith(source + "/")
    about = near or noun in {_singular(word) for word in (*fact.parents, *words(source.replace("/", " ")))}
    if fact.name == said:
        return 8 + 2 * near
    if (
        len(fact.name) == 1
        and fact.name[0] in _IDS
        and (said[-1:] == fact.name or said[-1:] == (noun,) or said == fact.name)
    ):
        own = not fact.parents or noun in map(_singular, fact.parents) or near
        return (6 + 2 * near) if about and own else 0
    if len(said) > 1 and said[-1] in _IDS and fact.name == said[:-1]:
        return 4
    if len(said) == 1 and said[0] in _IDS and fact.name == (noun, said[0]):
        return 7
    return 0


def _self_value(variable: str, known: Mapping[tuple[str, ...], str]) -> str:
    """What is known of somebody under a variable's name."""
    said = words(variable)
    if said in known:
        return known[said]
    if len(said) == 2 and said[0] in ("user", "account", "customer", "member", "person") and said[1] in _IDS:
        return known.get((said[1],), "")
    return ""
