"""The survey: what is known of an API after somebody has walked through it, and how what is known fits together."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from garrison.assess.call import NOT_JSON
from garrison.assess.compare import shape_of, succeeded
from garrison.assess.facts import FAR, IDS, PEOPLE, Fact, facts_in, is_of_person, likeness, makes
from garrison.assess.identity import Identity
from garrison.assess.jwt import claims_of
from garrison.assess.probe import Exchange
from garrison.assess.request import Request
from garrison.assess.target import SAFE, Target
from garrison.core.ids import OperationId
from garrison.exposure.types.rule import words

_OWNERS: Final = frozenset(
    {"owner", "user", "author", "creator", "customer", "account", "username", "created", "member", "email", "sub"}
)
_MAX_FACTS: Final = 20_000
_MAX_SEEN: Final = 20


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
        self._keep(operation, exchange)
        self._facts.extend(facts_in(exchange))
        del self._facts[:-_MAX_FACTS]
        return True

    def _keep(self, operation: OperationId, exchange: Exchange) -> None:
        """The first success of somebody is their baseline, until the same request shows more: an empty list says
        little."""
        key = (operation, exchange.identity.name if exchange.identity else "")
        known = self._baselines.setdefault(key, exchange)
        is_same = exchange.request.method in SAFE and exchange.request.url == known.request.url
        if is_same and len(exchange.answer.body) > len(known.answer.body):
            self._baselines[key] = exchange

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
        for owned in (*self._people_as_objects(target), *self._seen(target, variables, self._facts)):
            key = tuple(owned.values.values())
            known = found.get(key, owned)
            found[key] = owned if owned.made is not None and known.made is None else known
        return tuple(sorted(found.values(), key=lambda owned: (not owned.is_own, owned.owner is None)))

    def as_it_is(self, request: Request, values: Mapping[str, str], identity: Identity | None = None) -> Request:
        """The request with what was last seen of the object that `values` name, or of `identity` itself: a change of
        one property then leaves the others as they are."""
        item = self._last_seen(list(values.values())[-1]) if values else self._seen_of(identity)
        for slot in request.slots("body"):
            known = item.get(slot.name)
            if isinstance(known, str | int | float) and type(known) is type(request.value(slot)):
                request = request.put(slot, known)
        return request

    def _last_seen(self, value: str) -> Mapping[str, Any]:
        """The object with this id as it was last shown; empty where it never was."""
        return next((each.item for each in reversed(self._facts) if each.value == value and not each.is_sent), {})

    def _seen_of(self, identity: Identity | None) -> Mapping[str, Any]:
        """What was last shown of somebody."""
        known = set(self.of(identity).values()) if identity is not None else set()
        return next((each.item for each in reversed(self._facts) if each.value in known and not each.is_sent), {})

    def _people_as_objects(self, target: Target) -> Iterator[Owned]:
        """Where the only variable names a person: the identities themselves."""
        if len(target.variables) != 1:
            return
        for person, known in self._selves.items():
            for value in _self_values(target.variables[0], target.template, known):
                yield Owned({target.variables[0]: value}, self._people[person])

    def object_in(self, target: Target, exchange: Exchange) -> Owned | None:
        """The object that `exchange` made, as `target` takes it; None where it made none of that kind."""
        seen = self._seen(target, target.variables, tuple(facts_in(exchange)))
        return next((each for each in seen if each.made is not None), None)

    def _seen(self, target: Target, variables: Sequence[str], facts: Sequence[Fact]) -> Iterator[Owned]:
        last = variables[-1]
        ranks = ((likeness(fact, last, target), at, fact) for at, fact in enumerate(facts))
        ranked = sorted((each for each in ranks if each[0]), key=lambda each: (-each[0], -each[1]))
        best = ranked[0][0] if ranked else 0
        for rank, _, fact in ranked[:60]:
            if rank < best - FAR:
                break
            values = self._around(fact, target)
            if values is not None:
                made = fact.exchange if self._is_made(fact, target) else None
                owner = self.owner_of(fact.item) or (fact.exchange.identity if made is not None else None)
                yield Owned({**values, last: fact.value}, owner, made)

    def _is_made(self, fact: Fact, target: Target) -> bool:
        """Whether its own request made it: what was seen before was there, and some APIs answer with what there is
        where they make nothing new."""
        if not makes(fact, target):
            return False
        for known in self._facts:
            if known.exchange is fact.exchange:
                break
            if known.value == fact.value and not known.is_sent and likeness(known, target.variables[-1], target):
                return makes(known, target)
        return True

    def _around(self, fact: Fact, target: Target) -> dict[str, str] | None:
        """The values of the variables before the last: those that the same request was about, else the likeliest."""
        values = {}
        for name in target.variables[:-1]:
            inherited = fact.exchange.request.path.get(name)
            person = self._selves.get(fact.exchange.identity.name, {}) if fact.exchange.identity else {}
            value = inherited or next(_self_values(name, target.template, person), "")
            if not value:
                matching = [other for other in self._facts if words(name) == other.name]
                value = matching[-1].value if matching else ""
            if not value:
                return None
            values[name] = value
        return values


def _self_values(variable: str, template: str, known: Mapping[tuple[str, ...], str]) -> Iterator[str]:
    """What is known of somebody that a path variable could take, the likeliest first.

    A plain `id` is a person's where the path is about people: an order with the number of an account is another's.
    """
    said = words(variable)
    is_person = is_of_person(variable, template)
    if said in known and (is_person or said[-1:] != said or said[0] not in IDS):
        yield known[said]
    if is_person:
        names = (("id",), ("uuid",), ("user", "id"), ("username",), ("sub",))
        yield from dict.fromkeys(known[name] for name in names if name in known and name != said)
    elif len(said) == 2 and said[0] in PEOPLE and said[1] in IDS and (said[1],) in known and said not in known:
        yield known[said[1],]
