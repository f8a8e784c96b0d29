"""Personal data: which fields of answers are about people, as their names and formats say."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

from garrison.audit.walk import Field, Reading, Spot, Users
from garrison.exposure.inference import addresses_on
from garrison.exposure.types.catalogue import type_by_format, type_by_name
from garrison.exposure.types.rule import words

GRAVE: Final = frozenset({"national-id", "card", "iban", "income", "health", "birth-date"})
"""Types that harm most when they leak."""
_SLIGHT: Final = frozenset({"name", "email", "phone"})
EITHER: Final = frozenset({"address", "position"})
"""Types that also things have: they count beside what only persons have."""
_COLLECTIVE: Final = frozenset(
    {"app", "business", "company", "merchant", "org", "organization", "organisation", "shop", "store", "supplier",
     "support", "team", "vendor", "bot", "service", "repository", "committer"}
)  # fmt: skip
_NO_NUMBERS: Final = frozenset({"id", "ids", "uuid", "routing", "sort", "swift", "bic"})
"""Words of names that say of an account or a card which one is meant, or which bank has it."""
_VALUES: Final = frozenset({"string", "integer", "number"})


@lru_cache(maxsize=8192)
def kind_of(name: str, form: str = "") -> str:
    """The semantic type that a name or a format says, of those that are about people; empty for any other."""
    said = type_by_format((form,) if form else ()) or type_by_name(name)
    if said in {"iban", "card"} and not _NO_NUMBERS.isdisjoint(words(name)):
        return ""
    return said if said in GRAVE | _SLIGHT | EITHER and name.lower() != "dnis" else ""


def personal(spot: Spot) -> Mapping[Field, str]:
    """The personal fields of an object and their types; none of what is said of a company or a thing."""
    if not _COLLECTIVE.isdisjoint(words(spot.name)):
        return {}
    found = {
        field: kind for field in spot.fields if (kind := kind_of(field.name, field.spot.format)) and _may_be(field.spot)
    }
    kinds = set(found.values())
    if kinds <= EITHER:
        return {}
    return found


def objects(reading: Reading) -> Iterator[tuple[Spot, Mapping[Field, str]]]:
    """Every object of successful answers that has personal fields, and which."""
    for spot in reading.spots:
        found = personal(spot) if spot.answers and spot.fields else {}
        if set(found.values()) - EITHER == {"phone"} and _are_goods(reading, spot):
            continue
        if found:
            yield spot, found


def disclosing(reading: Reading) -> Users:
    """The operations whose successful answers hold personal data."""
    found = 0
    for spot, _ in objects(reading):
        found |= spot.answers
    return Users(found)


def _are_goods(reading: Reading, spot: Spot) -> bool:
    """Whether telephone numbers are what is dealt in, as the paths say."""
    return all("phone" not in addresses_on(_bare(each.path)) for each in reading.using(spot.answers))


def _bare(path: str) -> str:
    """A path without the forms (`.json`) that some append to its words."""
    return "/".join(segment.partition(".")[0] for segment in path.split("/"))


def _may_be(spot: Spot) -> bool:
    return not spot.is_chosen and (not spot.types or bool(spot.types & _VALUES))
