"""Facts: single values that answers show and requests send, and which of them an operation's path could take."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from garrison.assess.call import NOT_JSON, Answer
from garrison.assess.compare import leaves, name_of
from garrison.assess.probe import Exchange
from garrison.assess.sampling import MARK
from garrison.assess.target import Target
from garrison.exposure.types.rule import words

IDS: Final = frozenset(
    {"id", "uuid", "guid", "pk", "number", "no", "key", "slug", "code", "ref", "reference", "identifier", "vin"}
)
"""Words of fields that tell one object from another."""
_ID: Final = re.compile(r"(?!\.{1,2}$)[\w.~@:+=,-]+")
"""Values that are put into a path as an id. What an injection left behind is not: deleting it would inject it again."""
_NUMBER: Final = re.compile("[0-9]{1,40}")
_PLAIN_NAMES: Final = frozenset({("id",), ("uuid",), ("guid",), ("pk",)})
"""Names of ids that say nothing of what they are ids of."""
PEOPLE: Final = frozenset(
    {"account", "client", "customer", "driver", "employee", "member", "patient", "person", "profile", "student", "user"}
)
"""Words of objects that are people, or their accounts."""
_AROUND: Final = frozenset({"access", "data", "me", "payload", "response", "result"})
"""Objects that answers are wrapped in."""
_MAKING: Final = frozenset(
    {"add", "book", "create", "insert", "make", "new", "open", "place", "post", "register", "save", "signup", "store",
     "submit", "upload"}
)  # fmt: skip
"""Words at the end of paths where something is made."""
LOCATION: Final = ("location",)
"""The name of the id at the end of a `Location` header."""
_MAX_VALUES: Final = 2_000
_MAX_ITEMS: Final = 100
_MAX_PARENTS: Final = 40
_MAX_TEXT: Final = 200


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
    is_inside: bool = False
    """Whether an object around it has an id of its own: then it tells of something else."""
    is_among: bool = False
    """Whether it stands in one of several items of a list."""


def facts_in(exchange: Exchange) -> Iterator[Fact]:
    """Everything that an exchange shows: the answer's single values, the id in its `Location`, what was sent."""
    value = exchange.answer.json()
    if value is not NOT_JSON:
        yield from _walk(value, exchange)
    location = exchange.answer.header("location").partition("?")[0].rstrip("/").rpartition("/")[2]
    if location and exchange.request.method in ("POST", "PUT"):
        yield Fact(LOCATION, location, (), {}, exchange)
    if exchange.request.method in ("POST", "PUT") and isinstance(exchange.request.body, Mapping):
        for name, sent in exchange.request.body.items():
            if isinstance(sent, str | int) and not isinstance(sent, bool):
                yield Fact(words(str(name)), str(sent), (), exchange.request.body, exchange, is_sent=True)


def _walk(value: Any, exchange: Exchange) -> Iterator[Fact]:
    rest: list[tuple[Any, tuple[str, ...], bool, bool]] = [(value, (), False, False)]
    count = 0
    while rest and count < _MAX_VALUES:
        inner, above, is_inside, is_among = rest.pop()
        if isinstance(inner, Mapping):
            has_id = is_inside or any(words(str(name)) in _PLAIN_NAMES for name in inner)
            for name, each in inner.items():
                said = words(str(name))
                if isinstance(each, str | int) and not isinstance(each, bool) and len(str(each)) <= _MAX_TEXT:
                    count += 1
                    yield Fact(said, str(each), above, inner, exchange, is_inside=is_inside, is_among=is_among)
                elif isinstance(each, Mapping | list):
                    rest.append((each, (*above, *said)[-_MAX_PARENTS:], has_id, is_among))
        elif isinstance(inner, list):
            is_among = is_among or len(inner) > 1
            rest.extend((each, above, is_inside, is_among) for each in inner[:_MAX_ITEMS])


def makes(fact: Fact, target: Target) -> bool:
    """Whether the value is the id of something that the fact's own request made, of the kind that `target` is about.

    Answers name other things too: the product that was ordered, the shop around it, the other lines of a cart, whoever
    was sought or sends a picture. Those were there before, and must not be taken for the assessment's own.
    """
    request, answer = fact.exchange.request, fact.exchange.answer
    source = request.template.rstrip("/")
    if request.method == "PUT":
        return answer.status == 201 and source in (target.template, target.collection)
    if request.method != "POST" or (fact.is_among and not _is_ours(fact.item)):
        return False
    if source == target.collection:
        return True
    is_new = not fact.is_sent and fact.value not in request.path.values()
    return is_new and (fact.name in _PLAIN_NAMES or fact.name == LOCATION) and _noun(target) == _made_at(source)


def _is_ours(item: Mapping[str, Any]) -> bool:
    """Whether a word that the assessment made up stands in an object."""
    return any(isinstance(value, str) and MARK in value for value in item.values())


def _made_at(template: str) -> str:
    """What is made where a path ends so, in the singular: an order by `/orders/create`; nothing known by
    `/orders/search`, and no user by `/users/me/avatar`."""
    said = list(words(template.rpartition("}")[2].replace("/", " ")))
    while len(said) > 1 and said[-1] in _MAKING:
        said.pop()
    return _singular(said[-1]) if said else ""


FAR: Final = 3
"""How much less likely than the best a value may be, to be tried at all."""


def likeness(fact: Fact, variable: str, target: Target) -> int:
    """How likely a value is an id that the operation's last variable takes; 0 where it is not."""
    if _ID.fullmatch(fact.value) is None:
        return 0
    noun = _noun(target)
    said = _said(variable, noun)
    source = fact.exchange.request.template
    if fact.name == LOCATION:
        return 7 if source == target.collection else 0
    if len(fact.name) == 1 and fact.name[0] in IDS and _takes(said, fact.name, noun):
        return _plain_likeness(fact, noun, target)
    if fact.name == said:
        is_near = source == target.collection or source.startswith(target.template) or _is_above(source, target)
        return 8 + 2 * is_near
    if len(said) > 1 and said[-1] in IDS and fact.name == said[:-1]:
        return 4
    if len(said) == 1 and said[0] in IDS and fact.name == (noun, said[0]):
        return 7
    # whatever the variable is called: an item of the collection is found by its plain id, if nothing fits better
    return 3 if source == target.collection and fact.name in _PLAIN_NAMES else 0


def _plain_likeness(fact: Fact, noun: str, target: Target) -> int:
    """As `likeness`, of an id that says nothing of what it is an id of: where it stands has to say so."""
    source = fact.exchange.request.template.rstrip("/")
    is_there = source in (target.collection, target.template)
    if noun in map(_singular, fact.parents):
        return 8 if is_there or _is_above(source, target) else 6
    if is_there:
        return 0 if fact.is_inside else 8
    return 6 if not fact.parents and noun in _nouns(source) else 0


def _is_above(source: str, target: Target) -> bool:
    """Whether a path is the beginning of the target's."""
    return target.template.startswith(f"{source.rstrip('/')}/")


def _nouns(template: str) -> frozenset[str]:
    """The words of a path behind its last variable, in the singular: what it is about."""
    return frozenset(_singular(word) for word in words(template.rpartition("}")[2].replace("/", " ")))


def _takes(said: tuple[str, ...], name: tuple[str, ...], noun: str) -> bool:
    """Whether a variable takes an id of this plain name: `orderId` and `order` take `id`, and one plain id another."""
    return said[-1:] in (name, (noun,)) or (said in _PLAIN_NAMES and name in _PLAIN_NAMES)


def _said(variable: str, noun: str) -> tuple[str, ...]:
    """The words of a variable; `oid` and `orderid` are ids of an order."""
    said = words(variable)
    if len(said) == 1 and noun and said[0].endswith("id") and noun.startswith(said[0][:-2]):
        return ("id",)
    return said


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _noun(target: Target) -> str:
    """What the last variable's objects are: the step before it, in the singular."""
    return noun_of(target.collection)


def noun_of(collection: str) -> str:
    """What the objects behind a path are called, in the singular: `order` of `/v1/orders`."""
    steps = [step for step in collection.split("/") if step and "{" not in step]
    meant = [words(step) for step in steps if not _is_version(step)]
    return _singular(meant[-1][-1]) if meant and meant[-1] else ""


def as_number(value: str) -> int | str:
    """A value as the whole number that it is; itself where it is none, or too long for one."""
    return int(value) if _NUMBER.fullmatch(value) else value


def is_of_person(variable: str, template: str) -> bool:
    """Whether a path variable with a plain name, such as `id` or `user`, takes the id of a person."""
    said = words(variable)
    noun = noun_of(template.partition("{" + variable + "}")[0])
    return noun in PEOPLE and (said in _PLAIN_NAMES or said == (noun,) or (said[:1] == (noun,) and said[-1] in IDS))


def selves_in(answer: Answer) -> Iterator[tuple[str, str]]:
    """What the answer to a log-in or a registration says of whom it is about: ids and names, no tokens."""
    value = answer.json()
    for way, leaf in leaves(value) if value is not NOT_JSON else ():
        name, around = name_of(way), [step for step in way.split("/")[:-1] if step not in PEOPLE | _AROUND]
        said = words(name)
        is_telling = bool(said) and (said[-1] in IDS or said[-1] in ("username", "email", "login"))
        if is_telling and not around and isinstance(leaf, str | int) and not isinstance(leaf, bool):
            yield name, str(leaf)


def _is_version(step: str) -> bool:
    return step[:1] == "v" and step[1:].replace(".", "").isdigit()
