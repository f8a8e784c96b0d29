"""Evidence: what recorded values and names say of a place, and how sure one may be. No value is kept."""

from collections import Counter
from collections.abc import Callable
from typing import Any, Final

import msgspec

from garrison.core.semantics import SEMANTIC_TYPES
from garrison.exposure.types.catalogue import RULES, type_by_format, type_by_name, types_by_value
from garrison.exposure.types.rule import Match, as_value

MOST: Final = 10_000
"""Distinct values of a place that are looked at: more say the same."""

_BY_NAME: Final = 0.6
_BY_FORMAT: Final = 0.8
_ACCIDENT: Final = 0.5
"""From this chance on values alone prove nothing: they look alike for another reason."""
_SAME: Final = 0.9
"""Share of values from which on two places say the same."""
_ENOUGH: Final = 5
"""Distinct values without a single one of the type speak against its name."""
_CHECKED: Final = frozenset(rule.id for rule in RULES if rule.check is not None)
_ORDER: Final = {each.id: index for index, each in enumerate(SEMANTIC_TYPES)}


class Values:
    """What was seen at one place."""

    __slots__ = ("_digest", "_distinct", "count", "texts", "types", "vias")

    def __init__(self, digest: Callable[[str], int]) -> None:
        """`digest` tells values apart."""
        self._digest = digest
        self._distinct: set[int] = set()
        self.count = 0
        """Values that were there."""
        self.texts = 0
        """Distinct ones that are texts or whole numbers."""
        self.types: Counter[str] = Counter()
        """How many of those look like each type."""
        self.vias: dict[str, Counter[Match]] = {}

    @property
    def distinct(self) -> int:
        """Distinct values; at most `MOST`."""
        return len(self._distinct)

    def add(self, value: Any) -> int | None:
        """Count a value; returns its digest, None where it is none that could be told apart."""
        if value is None or value == "":
            return None
        self.count += 1
        text = as_value(value)
        digest = self._digest(text or repr(type(value)) + str(value)[:100])
        if digest not in self._distinct and len(self._distinct) < MOST:
            self._distinct.add(digest)
            if text:
                self.texts += 1
                for name, match in types_by_value(value).items():
                    self.types[name] += 1
                    self.vias.setdefault(name, Counter())[match] += 1
        return digest if text else None


class Proposal(msgspec.Struct, frozen=True):
    """What a place should be annotated with."""

    value: str
    """A semantic type, or a kind of subjects."""
    confidence: float
    """0 to 1."""
    evidence: tuple[str, ...]
    """What speaks for it, in words: no value among them."""


def propose_type(name: str, formats: frozenset[str], values: Values) -> Proposal | None:
    """The likeliest semantic type of a field called `name`; None where nothing says one."""
    found = [_weighed(kind, name, formats, values) for kind in _ORDER]
    best = max((each for each in found if each is not None), key=_sureness, default=None)
    return best if best is not None and best.confidence > 0 else None


def propose_subject(kind: str, values: Values, *, agrees: float = 0.0, is_named: bool = True) -> Proposal:
    """How sure one may be that a place names subjects of `kind`: `agrees` is the share of its values that are the one
    which the request named, `is_named` says that its own name says so."""
    confidence, evidence = (0.8, ["by its name"]) if is_named else (0.7, ["by what the path is named after"])
    if agrees >= _SAME:
        confidence, evidence = 0.95, [*evidence, "it is the one that the request names"]
    if values.count >= 20:
        share = values.distinct / min(values.count, MOST)
        if values.distinct == 1 and agrees < _SAME:
            confidence, evidence = 0.3, [*evidence, "but always the same"]
        elif share > 0.5:
            confidence = min(0.99, confidence + 0.1)
    return Proposal(kind, round(confidence, 2), tuple(evidence))


def _weighed(kind: str, name: str, formats: frozenset[str], values: Values) -> Proposal | None:
    """What speaks for one type."""
    by_name, words = 0.0, []
    if type_by_format(formats) == kind:
        by_name, words = _BY_FORMAT, ["by its format"]
    elif type_by_name(name) == kind:
        by_name, words = _BY_NAME, ["by its name"]
    hits = values.types[kind]
    share = hits / values.texts if values.texts else 0.0
    by_value = 0.0
    if share >= 0.5:
        match, _ = values.vias[kind].most_common(1)[0]
        by_value = share * (1 - match.chance ** min(hits, 20)) if match.chance < _ACCIDENT or by_name else 0.0
        words += [f"by value {share:.0%} ({match.via})"] if by_value else []
    elif by_name and kind in _CHECKED and values.texts >= _ENOUGH and not hits:
        by_name, words = 0.2, [*words, "but no value is one"]
    confidence = 1 - (1 - by_value) * (1 - by_name)
    return Proposal(kind, round(confidence, 2), tuple(words)) if words else None


def _sureness(proposal: Proposal) -> tuple[float, int]:
    return proposal.confidence, -_ORDER[proposal.value]
