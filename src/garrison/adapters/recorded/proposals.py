"""What sightings propose: annotations, each at the place of the description that an overlay must name."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from garrison.adapters.recorded.sightings import Place, Sighted, Sightings
from garrison.config.exposure import ExposureSettings
from garrison.contract.annotations import PREFIX, SUBJECT, TYPE
from garrison.contract.marks import Part
from garrison.contract.place import Tokens
from garrison.contract.written import ITEM, Written, query
from garrison.core.counted import counted
from garrison.exposure.evidence import Proposal, Values, propose_subject, propose_type
from garrison.exposure.fields import Field, types_of
from garrison.exposure.inference import kind_of_name
from garrison.exposure.places import Places
from garrison.exposure.types.rule import words

_SAME: Final = 0.9
_ENOUGH: Final = 5
"""Values of which so large a share must be what a parameter says, and how many there must be."""
LEAST: Final = 0.5
"""Confidence from which on an annotation is proposed."""


class Suggestion(msgspec.Struct):
    """One place, and what it should be annotated with."""

    target: str
    """The JSONPath query that selects it in the description; empty where it is not declared there."""
    seen: list[str]
    """`operation place` of everywhere it was seen."""
    count: int
    """Values that were there."""
    distinct: int
    """Distinct ones; of several operations the most of one."""
    subject: Proposal | None = None
    type: Proposal | None = None

    @property
    def confidence(self) -> float:
        """That of the surest of its annotations."""
        return max(each.confidence for each in (self.subject, self.type) if each is not None)


def suggest(sightings: Sightings, written: Written, own: ExposureSettings, least: float = LEAST) -> list[Suggestion]:
    """Everything that is not annotated and should be, the surest first."""
    found: dict[str, Suggestion] = {}
    for sighted in sightings.operations.values():
        for place, values, *proposals in _proposed(sighted, own):
            subject, kind = [each if each is not None and each.confidence >= least else None for each in proposals]
            if subject is None and kind is None:
                continue
            shown = f"{sighted.operation.operation.id} {place}"
            for target in [query(tokens) for tokens in _targets(sighted, place, written)] or [""]:
                known = found.setdefault(target or shown, Suggestion(target, [], 0, 0))
                known.seen.append(shown)
                known.count += values.count
                known.distinct = max(known.distinct, values.distinct)
                known.subject, known.type = _better(known.subject, subject), _better(known.type, kind)
    return sorted(found.values(), key=lambda each: (not each.target, -each.confidence, each.target, each.seen))


def overlay(suggestions: Iterable[Suggestion], title: str) -> str:
    """An OpenAPI Overlay with what is suggested, evidence and confidence beside it."""
    lines = [
        "# Proposed from recorded traffic: look each through before you rely on it.",
        "overlay: 1.0.0",
        f"info: {{title: {json.dumps(title)}, version: '1'}}",
        "actions:",
    ]
    suggestions = list(suggestions)
    actions = [each for each in suggestions if each.target]
    for each in actions:
        lines += _action(each)
    if not actions:
        lines[-1] = "actions: []"
    rest = [each for each in suggestions if not each.target]
    if rest:
        lines += ["# Not declared in the description, so that no overlay can annotate it:"]
        lines += [f"#   {', '.join(each.seen)}: {_annotated(each)}" for each in rest]
    return "\n".join(lines) + "\n"


def _action(each: Suggestion) -> Iterator[str]:
    yield f"  # {'; '.join(each.seen[:5])}{' ...' if len(each.seen) > 5 else ''}"
    yield f"  # {counted(each.count, 'value')}, {each.distinct:,} distinct"
    yield f"  - target: {json.dumps(each.target)}"
    yield f"    update: {_annotated(each)}"
    yield f"    x-confidence: {each.confidence}"
    yield f"    x-evidence: {json.dumps(evidence(each))}"


def annotations(each: Suggestion) -> dict[str, str]:
    """The annotations that are suggested, by name."""
    told = ((SUBJECT, each.subject), (TYPE, each.type))
    return {f"{PREFIX}{name}": one.value for name, one in told if one is not None}


def evidence(each: Suggestion) -> str:
    """What speaks for them."""
    told = (("names a subject", each.subject), ("type", each.type))
    return "; ".join(f"{what} {', '.join(one.evidence)}" for what, one in told if one is not None)


def _annotated(each: Suggestion) -> str:
    return "{" + ", ".join(f"{name}: {json.dumps(value)}" for name, value in annotations(each).items()) + "}"


def _proposed(
    sighted: Sighted, own: ExposureSettings
) -> Iterator[tuple[Place, Values, Proposal | None, Proposal | None]]:
    """Each place that is not annotated, with what is proposed of subjects and of types."""
    inferring = msgspec.structs.replace(own, infer=True)
    places = Places(sighted.operation, inferring)
    kinds = {(each.place, each.name): each.whos[0].kind for each in places.parameters if each.whos}
    marks = sighted.operation.parameters.marks if sighted.operation.parameters is not None else {}
    for place, values in sighted.places.items():
        if place.where != "answer":
            kind = kinds.get((place.where, place.name), "")
            is_marked = (place.where, place.name) in marks and marks[place.where, place.name].view(SUBJECT) is not None
            if kind and not is_marked:
                yield place, values, propose_subject(kind, values), None
            continue
        part = _part(place.schema.draw() if place.schema is not None else None, place.steps)
        said = part.marks if part is not None else {}
        field = _field(places.answers.get(id(place.schema)), place)
        subject = _subject(sighted, place, values, field, kinds) if SUBJECT not in said else None
        yield place, values, subject, _type(place, values, part, field) if TYPE not in said else None


def _subject(
    sighted: Sighted, place: Place, values: Values, field: Field | None, kinds: dict[tuple[str, str], str]
) -> Proposal | None:
    """Whom a place of an answer names: the one whom a parameter names, where it always is; else what is inferred."""
    shares = {
        kinds[other.where, other.name]: count / values.count
        for (here, other), count in sighted.agreements.items()
        if here == place and (other.where, other.name) in kinds
    }
    kind, share = max(shares.items(), key=lambda one: one[1], default=("", 0.0))
    if share < _SAME or values.count < _ENOUGH or values.distinct < 2:
        kind = field.whos[0].kind if field is not None and field.whos else ""
    if not kind:
        return None
    is_named = kind_of_name(words(place.name)) == kind
    return propose_subject(kind, values, agrees=shares.get(kind, 0.0), is_named=is_named)


def _type(place: Place, values: Values, part: Part | None, field: Field | None) -> Proposal | None:
    formats = part.formats if part is not None else frozenset[str]()
    found = propose_type(place.name, formats, values)
    if found is None and field is not None and field.mask:
        return Proposal(types_of(field.mask)[0], 0.6, ("by its name, in an object about a person",))
    return found


def _targets(sighted: Sighted, place: Place, written: Written) -> list[Tokens]:
    operation = sighted.operation.operation
    if place.where != "answer":
        return written.parameter(operation, place.where, place.name)
    if place.schema is None:
        return []
    return written.answer(operation, place.status, place.schema.media_type, place.steps)


def _part(part: Part | None, steps: Iterable[str]) -> Part | None:
    for step in steps:
        if part is None:
            return None
        within = part.items or part.more if step == ITEM else None
        part = part.names.get(step, within)
    return part


def _field(field: Field | None, place: Place) -> Field | None:
    for step in place.steps:
        node = field.node if field is not None else None
        if node is None:
            return None
        field = node.names.get(step) or ((node.items or node.more) if step == ITEM else None)
    return field


def _better(known: Proposal | None, other: Proposal | None) -> Proposal | None:
    told: list[Any] = [each for each in (known, other) if each is not None]
    return max(told, key=lambda each: each.confidence, default=None)
