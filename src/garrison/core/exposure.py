"""Exposures: one data subject's data disclosed to one principal by one exchange. Never a raw personal value."""

from enum import StrEnum

import msgspec


class Attribution(StrEnum):
    """Whether it is known whose data an answer discloses."""

    NOTHING = ""
    """Nothing was attributed: the answer did not leave, reports an error or has no body, or nothing says of its
    operation where subjects stand."""
    ANNOTATED = "annotated"
    """The contract or the settings say where the subjects stand, and the answer was read; it may name none."""
    INFERRED = "inferred"
    """Names and formats say where they are likely to stand."""
    UNKNOWN = "unknown"
    """The answer could not be read, or what it holds of people belongs to nobody whom it names."""


class Disclosure(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What one exchange disclosed of subjects who have everything but their names in common: each is one exposure."""

    kind: str
    """Kind of the subjects, as the contract names it: `customer`."""
    subjects: tuple[str, ...]
    """Each one's keyed digest, once (`engine/pseudonyms.py`)."""
    types: tuple[str, ...] = ()
    """Semantic types of theirs that were disclosed, sorted (`core/semantics.py`)."""
    own: bool | None = None
    """Whether the subjects are the principal itself; None where nothing says who the principal is."""
