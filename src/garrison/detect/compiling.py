"""Parsed rules become what the detector runs, or the whole list of what is wrong with them."""

import re
from collections.abc import Collection, Mapping, Sequence
from hashlib import blake2b
from typing import Any, Final, Literal, cast

import msgspec
from sigma.conditions import ConditionOR
from sigma.correlations import SigmaCorrelationRule, SigmaRuleReference
from sigma.exceptions import SigmaError

from garrison.config.expression import compiled, expression_fault
from garrison.core.detection import Confidence, RuleId, Severity
from garrison.core.errors import ConfigError, Problem
from garrison.core.nearest import did_you_mean
from garrison.detect.aggregates import Having, compile_having
from garrison.detect.conditions import JUDGED_LATE, FaultError, condition_of, denies, percentile_of
from garrison.detect.fields import NUMBERS, Field, grouping
from garrison.detect.matching import Match, Test, UnsupportedError, compile_condition, known_field
from garrison.detect.reading import Document, read_files, words_of
from garrison.detect.rule import (
    MAX_SPAN,
    MAX_THRESHOLD,
    NO_OVERRIDE,
    BaseRule,
    CorrelationRule,
    Kind,
    Label,
    Node,
    Override,
    Part,
    RuleFile,
    RuleSet,
    Source,
)

_SPAN: Final = re.compile(r"([1-9][0-9]{0,8})([smhdw])\Z")
_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_ALONE: Final = 300.0
"""Seconds for which a rule that looks at single events does not tell of the same one who asks again."""
_ADDED: Final = JUDGED_LATE | {Kind.VALUE_SUM}
_SPEAKS: Final = re.compile(r"\bevent\.([A-Za-z_]\w*)")
_TEXT: Final = re.compile(r"""r?(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")""")


class _Extras(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands under `garrison`."""

    confidence: Confidence | None = None
    filter: str = ""
    having: str = ""
    distinct: Literal["exact", "estimate"] = "exact"
    silence: str = ""


def compile_rules(
    files: Sequence[RuleFile],
    *,
    disable: Collection[str] = (),
    override: Mapping[str, Override] | None = None,
    settings: str = "garrison.yaml",
) -> RuleSet:
    """The rules of `files`. Raises ConfigError with everything that is wrong with any of them, or with `disable` and
    `override`, which stand in the file `settings`."""
    documents, problems = read_files(files)
    compiler = _Compiler(frozenset(disable), override or {}, problems, settings)
    for document in documents:
        compiler.add(document)
    compiler.check()
    if problems:
        raise ConfigError(problems)
    return RuleSet(tuple(compiler.nodes))


class _Compiler:
    def __init__(
        self, disable: frozenset[str], override: Mapping[str, Override], problems: list[Problem], settings: str
    ) -> None:
        self._settings = settings
        self.nodes: list[Node] = []
        self._disable = disable
        self._override = override
        self._problems = problems
        self._places: dict[int, int] = {}
        self._prints: dict[int, str] = {}
        self._documents: dict[int, Document] = {}
        self._waiting: set[int] = set()
        self._ids: dict[str, Document] = {}

    def add(self, document: Document) -> None:
        self._documents[id(document.rule)] = document

    def check(self) -> None:
        """Compile all, each after what it refers to."""
        for document in self._documents.values():
            self._place_of(document.rule)
        for name in sorted((self._disable | self._override.keys()) - self._ids.keys()):
            hint = did_you_mean(name, self._ids, "`garrison rules` lists them")
            place = "$.detect.disable" if name in self._disable else f"$.detect.override.{name}"
            self._problems.append(Problem(self._settings, place, f"`{name}` is no rule", hint))

    def _place_of(self, rule: Any) -> int | None:
        """Where `rule` stands in `nodes`; None where something is wrong with it."""
        key = id(rule)
        if key in self._places or key not in self._documents:
            return self._places.get(key)
        document = self._documents[key]
        if key in self._waiting:
            self._problems.append(document.problem("correlation.rules", "refers to itself", "let it end somewhere"))
            return None
        self._waiting.add(key)
        try:
            node = self._node(document)
        except FaultError as fault:
            self._problems.append(document.problem(fault.place, str(fault), fault.hint))
            node = None
        self._waiting.discard(key)
        if node is None:
            return None
        self._places[key] = len(self.nodes)
        self.nodes.append(node)
        return self._places[key]

    def _node(self, document: Document) -> Node | None:
        extras = _extras(document)
        label = self._label(document, extras)
        reports = bool(document.rule._output) and label.id not in self._disable  # noqa: SLF001  # says `generate`
        correlation = isinstance(document.rule, SigmaCorrelationRule)
        if correlation:
            return self._correlation(document, label, extras, reports=reports)
        silence = _seconds(extras.silence, "garrison.silence") if extras.silence else _ALONE
        self._prints[id(document.rule)] = _fingerprint(document.data)
        return BaseRule(label, _match(document), _filter(extras.filter), reports, silence)

    def _label(self, document: Document, extras: _Extras) -> Label:
        rule = document.rule
        name = RuleId(rule.name or (str(rule.id) if rule.id else "") or _kebab(rule.title))
        if document.rule._output:  # noqa: SLF001
            other = self._ids.setdefault(name, document)
            if other is not document:
                hint = f"the other one stands in {other.file.name}; give it another `name`"
                self._problems.append(document.problem("name", f"`{name}` is the name of two rules", hint))
        changed = self._override.get(name, NO_OVERRIDE)
        level = Severity(str(rule.level)) if rule.level is not None else Severity.MEDIUM
        return Label(
            id=name,
            title=rule.title,
            description=" ".join((rule.description or "").split()),
            severity=changed.level or level,
            confidence=changed.confidence or extras.confidence or Confidence.MEDIUM,
            tags=tuple(str(tag) for tag in rule.tags),
            falsepositives=tuple(str(one) for one in rule.falsepositives),
            file="" if document.file.shipped else document.file.name,
        )

    def _correlation(
        self, document: Document, label: Label, extras: _Extras, *, reports: bool
    ) -> CorrelationRule | None:
        rule: SigmaCorrelationRule = document.rule
        places = [self._place_of(reference.rule) for reference in rule.referenced_rules]
        if not places:
            raise FaultError("correlation.rules", "refers to no rule", "name at least one")
        if None in places:
            return None  # what is wrong with those it refers to is said there
        kind = Kind(rule.type.name.lower())
        span = float(rule.timespan.seconds)
        if span > MAX_SPAN:
            raise FaultError("correlation.timespan", "is longer than 31 days", "choose a shorter one")
        condition = condition_of(rule, kind, self._override.get(label.id, NO_OVERRIDE))
        closes = kind in JUDGED_LATE or condition.op not in {"gt", "gte"} or denies(rule.condition)
        sources = tuple(self._source(document, reference, cast("int", at)) for reference, at in _pairs(rule, places))
        self._check_live(sources, extras.having)
        prints = [self._prints[id(reference.rule)] for reference in rule.referenced_rules]
        self._prints[id(rule)] = _fingerprint([document.data, prints, condition.threshold])
        return CorrelationRule(
            label=label,
            kind=kind,
            sources=sources,
            names=tuple(rule.group_by or ()),
            span=span,
            condition=condition,
            closes=closes,
            having=_having(extras.having),
            estimate=extras.distinct == "estimate" or condition.threshold > MAX_THRESHOLD,
            percentile=percentile_of(rule),
            reports=reports,
            silence=_seconds(extras.silence, "garrison.silence") if extras.silence else span,
            fingerprint=self._prints[id(rule)],
        )

    def _check_live(self, sources: Sequence[Source], having: str) -> None:
        """What is judged after its time has no event any more that a field could be read of."""
        for source in sources:
            node = self.nodes[source.node]
            if isinstance(node, BaseRule) or not node.closes:
                continue
            if having or any(part.field is not None for part in (*source.group, *source.value)):
                message = f"`{node.label.id}` is judged when its window is over, and only has what it groups by"
                raise FaultError("correlation.rules", message, "group by fields that it groups by")

    def _source(self, document: Document, reference: SigmaRuleReference, at: int) -> Source:
        rule: SigmaCorrelationRule = document.rule
        named = [self._part(rule, reference, name, at, "correlation.group-by") for name in rule.group_by or ()]
        group = tuple([part if part.field is None else Part(grouping(part.field)) for part in named])
        names = getattr(rule.condition, "fieldref", None) or []
        fields = [names] if isinstance(names, str) else list(names)
        value = tuple(self._part(rule, reference, name, at, "correlation.condition.field") for name in fields)
        if Kind(rule.type.name.lower()) in _ADDED:
            _check_numbers(value)
        return Source(at, group, value)

    def _part(self, rule: SigmaCorrelationRule, reference: SigmaRuleReference, name: str, at: int, place: str) -> Part:
        aliases = rule.aliases.aliases
        if name in aliases:
            mapped = aliases[name].mapping.items()
            found = next((field for one, field in mapped if one.rule is reference.rule), None)
            if found is None:
                raise FaultError(f"correlation.aliases.{name}", f"says nothing of `{reference.reference}`", "add it")
            name = found
        node = self.nodes[at]
        if isinstance(node, CorrelationRule) and name in node.names:
            return Part(None, node.names.index(name))
        try:
            return Part(known_field(name))
        except UnsupportedError as error:
            raise FaultError(place, str(error), error.hint) from None


def _check_numbers(value: Sequence[Part]) -> None:
    place = "correlation.condition.field"
    if len(value) != 1:
        raise FaultError(place, "must be one field", "example: `field: response_bytes`")
    field = value[0].field
    if field is not None and field.name not in NUMBERS:
        known = ", ".join(f"`{name}`" for name in sorted(NUMBERS))
        raise FaultError(place, f"`{field.name}` is no number", f"numbers are {known}")


def _pairs(rule: SigmaCorrelationRule, places: Sequence[int | None]) -> list[tuple[SigmaRuleReference, int | None]]:
    return list(zip(rule.referenced_rules, places, strict=True))


def _extras(document: Document) -> _Extras:
    given = document.data.get("garrison", {})
    try:
        extras = msgspec.convert(given, _Extras)
    except msgspec.ValidationError as error:
        text, _, where = str(error).partition(" - at `$")
        hint = "there are `confidence`, `filter`, `having`, `distinct` and `silence`"
        message = text[:1].lower() + text[1:]
        raise FaultError("garrison" + where.rstrip("`"), message, hint) from None
    correlation = isinstance(document.rule, SigmaCorrelationRule)
    wrong = "filter" if correlation and extras.filter else "having" if extras.having and not correlation else ""
    if wrong:
        hint = "`filter` is of rules that look at events, `having` of correlations"
        raise FaultError(f"garrison.{wrong}", "does not belong here", hint)
    return extras


def _match(document: Document) -> Match:
    conditions = document.rule.detection.parsed_condition
    try:
        trees = [condition.parsed for condition in conditions]
        tree = trees[0] if len(trees) == 1 else ConditionOR(trees)
        return compile_condition(tree)
    except SigmaError as error:
        raise FaultError("detection.condition", words_of(error)) from None
    except UnsupportedError as error:
        raise FaultError("detection", str(error), error.hint) from None


def _filter(source: str) -> Test | None:
    """A CEL expression over the event; one that fails is not fulfilled."""
    if not source:
        return None
    fault = expression_fault(source, ("event",))
    if fault is not None:
        raise FaultError("garrison.filter", *fault)
    fields: dict[str, Field] = {}
    for name in sorted(set(_SPEAKS.findall(_TEXT.sub("''", source)))):
        try:
            fields[name] = known_field(name)
        except UnsupportedError as error:
            raise FaultError("garrison.filter", str(error), error.hint) from None
    used = tuple((name, field.get, field.many) for name, field in fields.items())

    def test(seen: Any) -> bool:
        values = {name: list(get(seen)) if many else _plain(get(seen)) for name, get, many in used}
        try:
            return compiled(source).execute({"event": values}) is True
        except (TypeError, ValueError, RuntimeError, ArithmeticError):
            return False

    return test


def _plain(value: Any) -> Any:
    """Enumerations are texts to CEL."""
    return str(value) if isinstance(value, str) else value


def _having(source: str) -> Having | None:
    if not source:
        return None
    try:
        return compile_having(source)
    except ValueError as error:
        raise FaultError("garrison.having", *error.args) from None


def _seconds(text: str, place: str) -> float:
    found = _SPAN.match(text)
    if not found:
        raise FaultError(place, f"`{text}` is no time", "examples: `30s`, `10m`, `1h`, `7d`")
    return float(int(found[1]) * _UNITS[found[2]])


def _kebab(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def _fingerprint(data: Any) -> str:
    return blake2b(repr(data).encode(), digest_size=8).hexdigest()
