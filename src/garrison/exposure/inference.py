"""What names say where nothing is annotated: which fields and parameters name a person, an account or a vehicle.

A name is believed where it says whose identifier it is (`customerId`, `{accountNumber}`, `vin`); `id` alone where it
stands in what a path or a property names after people (`/customers/{id}`, `customer: {id}`). An address, a telephone
number or a user name stands for a person only where an operation has nothing better.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from garrison.contract.marks import Part
from garrison.exposure.types.catalogue import type_by_format, type_by_name
from garrison.exposure.types.rule import words

_NOUNS: Final = (
    "account", "applicant", "beneficiary", "borrower", "buyer", "candidate", "cardholder", "citizen", "claimant",
    "consumer", "contact", "customer", "donor", "driver", "employee", "guest", "insured", "member", "passenger",
    "patient", "person", "policyholder", "pupil", "resident", "shopper", "student", "subscriber", "traveler",
    "traveller", "user", "voter",
)  # fmt: skip
NOUNS: Final[Mapping[str, str]] = {
    **{noun: noun for noun in _NOUNS},
    **{f"{noun}s": noun for noun in _NOUNS},
    "beneficiaries": "beneficiary",
    "people": "person",
}
"""Words for people and what stands for them, and the kind of subjects that each means."""

_SUFFIXES: Final = ("id", "number", "no", "nr", "num", "uuid", "guid", "identifier", "ref", "reference")
"""Words that make a noun an identifier, the most usual first: of several for one subject the first counts."""
_PLURALS: Final = {f"{each}s": each for each in ("id", "number", "uuid", "guid")}
_OTHERS: Final = frozenset({"ad", "bank", "billing", "cloud", "email", "mail", "service", "storage", "system", "test"})
"""Words before `account` with which it is not a person's account with who serves the API."""
_OWN_ID: Final = (("id",), ("uuid",), ("guid",))
"""How an object names itself."""
_ENVELOPES: Final = frozenset(
    {"collection", "content", "data", "embedded", "entries", "items", "list", "payload", "records", "response",
     "result", "results", "rows", "value", "values"}
)  # fmt: skip
_COLLECTIVES: Final = frozenset(
    {"app", "business", "company", "department", "group", "merchant", "org", "organisation", "organization", "shop",
     "store", "supplier", "support", "team", "vendor"}
)  # fmt: skip
_COMMON: Final = frozenset(
    {*NOUNS, *_SUFFIXES, *_PLURALS, *_ENVELOPES, "name", "names", "type", "status", "page", "total"}
)
_SELF: Final = frozenset({"me", "self", "current"})
_VARIABLE: Final = re.compile(r"\{([^{}]+)\}(?:\.[a-z]+)?")
_ANY_VARIABLE: Final = re.compile(r"\{([^{}]+)\}")
_IDENTIFIERS: Final = frozenset({"string", "integer", "number", "null"})
ADDRESSES: Final = frozenset({"email", "phone", "user"})
"""Kinds of subjects that are named by what reaches them."""
_PERSONAL: Final = frozenset({"name", "email", "phone", "birth-date", "national-id"})
_COMPOSED: Final = frozenset({"address", "position", "health", "behaviour"})
"""Types that objects may be of."""
_NAMES: Final = frozenset({("name",), ("full", "name"), ("legal", "name"), ("nick", "name"), ("names",)})
"""What also things are called by."""
_VALUES: Final = frozenset({"string", "integer", "number", "array", "object"})


class Context(NamedTuple):
    """What the objects at a place are."""

    kind: str
    """Kind of the subjects that they are; empty where nothing says so."""
    names: tuple[tuple[str, ...], ...] = _OWN_ID
    """Words of the properties by which such an object names itself, the likeliest first."""
    envelopes: int = 0
    """Levels of envelopes (`data`, `items`) that may be around them."""


NO_CONTEXT: Final = Context("")
COLLECTIVE: Final = Context("", ())
"""What is said of a company or a team: its addresses are nobody's."""
OFF: Final = Context("", (("none",),))
"""Where `x-garrison-subject: none` stands: nothing is inferred there or within."""


class Inference(NamedTuple):
    """What may be inferred in one operation."""

    without: frozenset[str] = frozenset()
    """Kinds that are annotated there: names say no more of them."""
    addresses: frozenset[str] = frozenset()
    """Kinds of addresses that may stand for persons, because nothing better names anybody."""


def context_of(path: str) -> Context:
    """What an operation's answers are about, as its path says."""
    literal, variable = _last(path)
    noun = words(literal)[-1:]
    kind = NOUNS.get(noun[0], "") if noun else ""
    if not kind:
        return NO_CONTEXT
    if not variable:
        return Context(kind, _OWN_ID, 2)
    own = words(variable)
    if not _names_one(own, kind):
        return NO_CONTEXT
    said = kind_of_name(own)
    names = (own, *_OWN_ID) if said in {"", kind} and not kind_of_address(own) else (own,)
    return Context(said or kind, names, 2)


def variables(path: str) -> tuple[str, ...]:
    """The variables of a path template."""
    return tuple(_ANY_VARIABLE.findall(path))


def kind_of_variable(path: str, name: str) -> str:
    """The kind of the subject that a variable of the path names; empty where it names none."""
    said = kind_of_name(words(name))
    if said:
        return said
    before = ""
    for segment in path.strip("/").split("/"):
        found = _VARIABLE.fullmatch(segment)
        if found is None:
            before = segment
            continue
        if found[1] == name:
            noun = words(before)[-1:]
            kind = NOUNS.get(noun[0], "") if noun else ""
            return kind if _names_one(words(name), kind) else ""
        before = ""
    return ""


def kind_of_name(name: tuple[str, ...]) -> str:
    """The kind of the subject that a field with these words names; empty where it names none."""
    if name[-1:] == ("vin",) or name[-3:] == ("vehicle", "identification", "number"):
        return "vehicle"
    if name[-1:] == ("imsi",):
        return "subscriber"
    if len(name) < 2 or _suffix(name) is None:
        return ""
    kind = NOUNS.get(name[-2], "")
    return "" if kind == "account" and not _OTHERS.isdisjoint(name[:-2]) else kind


def kind_of_address(name: tuple[str, ...]) -> str:
    """The kind of the subject that an address with these words names: what reaches a person stands for it."""
    joined = "-".join(name)
    if joined in {"username", "user-name"}:
        return "user"
    if joined in {"email", "e-mail", "email-address", "mail"}:
        return "email"
    return "phone" if joined in {"msisdn", "phone", "phone-number", "mobile-number", "mobile"} else ""


def subjects_of(part: Part, context: Context, inference: Inference) -> dict[str, str]:
    """The properties of an object that name subjects, and of which kind."""
    if context == OFF:
        return {}
    if context == COLLECTIVE:
        inference = inference._replace(addresses=frozenset())
    found: dict[tuple[str, ...], tuple[int, str, str]] = {}
    for name, kind, rank in _candidates(part, inference):
        whose = (*words(name)[:-1], kind)
        if kind not in inference.without and (whose not in found or rank < found[whose][0]):
            found[whose] = (rank, name, kind)
    named = {name: kind for _, name, kind in found.values()}
    if context.kind and context.kind not in named.values() and context.kind not in inference.without:
        own = {words(name): name for name, inner in part.names.items() if _may_identify(inner, is_list=False)}
        first = next((own[each] for each in context.names if each in own), None)
        if first is not None:
            named[first] = context.kind
    return named


def context_within(name: str, context: Context) -> Context:
    """What the objects under a property are."""
    if context == OFF:
        return OFF
    said = words(name)
    if not _COLLECTIVES.isdisjoint(said[-1:]):
        return COLLECTIVE
    noun = NOUNS.get(said[0], "") if len(said) == 1 else ""
    if context.envelopes and (not _ENVELOPES.isdisjoint(said[-1:]) or (noun and noun == context.kind)):
        return context._replace(envelopes=context.envelopes - 1)
    return Context(noun) if noun else NO_CONTEXT


def addresses_on(path: str) -> frozenset[str]:
    """Kinds of addresses that may stand for persons on a path: where numbers are what is dealt in, they are goods."""
    literals = [words(segment)[-1:] for segment in path.split("/") if "{" not in segment]
    return ADDRESSES - {"phone"} if ("number",) in literals or ("numbers",) in literals else ADDRESSES


def tells_of_a_person(part: Part, besides: str = "") -> bool:
    """Whether another property of an object than `besides` is what only persons have."""
    others = [name for name in part.names if name != besides and words(name) not in _NAMES]
    return any(type_by_name(name) in _PERSONAL for name in others)


def is_common(name: str) -> bool:
    """Whether a name is one of the words that everybody uses of people: one that is not may be somebody's."""
    said = words(name)
    return bool(said) and (bool(type_by_name(name)) or all(word in _COMMON for word in said))


def type_of(name: str, part: Part, *, is_person: bool) -> str:
    """The semantic type that a property's format or name says; `is_person` where its object is about one."""
    if part.is_chosen or (part.types and part.types.isdisjoint(_VALUES)):
        return ""
    said = type_by_format(part.formats) or type_by_name(name)
    if (part.names or (part.items is not None and part.items.names)) and said not in _COMPOSED:
        return ""
    if words(name) in _NAMES:
        return "name" if is_person else ""
    return said


def _candidates(part: Part, inference: Inference) -> Iterator[tuple[str, str, int]]:
    """Name, kind and rank of each property whose own name says whom it names."""
    for name, inner in part.names.items():
        said = words(name)
        kind = kind_of_name(said)
        if not kind and inference.addresses and (address := kind_of_address(said)) in inference.addresses:
            kind = address if address == "email" or said == ("msisdn",) or tells_of_a_person(part, name) else ""
        if kind and _may_identify(inner, is_list=said[-1] in _PLURALS):
            suffix = _suffix(said)
            yield name, kind, _SUFFIXES.index(suffix) if suffix in _SUFFIXES else 0


def _may_identify(part: Part, *, is_list: bool) -> bool:
    """Whether the part may be an identifier by its declared types; a list of them where the name is a plural."""
    if part.is_chosen:
        return False
    if is_list and "array" in part.types:
        return part.items is None or not part.items.names
    return not part.names and part.types <= _IDENTIFIERS


def _suffix(name: tuple[str, ...]) -> str | None:
    last = _PLURALS.get(name[-1], name[-1])
    return last if last in _SUFFIXES else None


def _names_one(name: tuple[str, ...], kind: str) -> bool:
    """Whether a variable with these words names one of what the segment before it is: `id`, `user-sid`, `username`. An
    `account-sid` is whose API it is more often than whose data."""
    if len(name) == 1 and name[0] in _SUFFIXES:
        return True
    said = kind_of_name(name) or kind_of_address(name)
    return (
        bool(said)
        or (kind in name and (kind != "account" or len(name) == 1))
        or (name == ("sid",) and kind != "account")
    )


def _last(path: str) -> tuple[str, str]:
    """The last segment that is a word, and the variable behind it; nothing where several are in a row."""
    variable = ""
    for segment in reversed(path.strip("/").split("/")):
        found = _VARIABLE.fullmatch(segment)
        if found is None and segment.lower() not in _SELF:
            return segment, variable
        if variable:
            return "", ""
        variable = found[1] if found is not None else ""
    return "", ""
