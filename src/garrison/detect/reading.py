"""Rule files are read by pySigma; everything that is wrong with all of them is told at once.

One file may hold several YAML documents: base rules, correlations, filters. Files of one operator see each other's
rules; those that are shipped stand by themselves.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import yaml
from sigma.collection import SigmaCollection, deep_dict_update
from sigma.correlations import SigmaCorrelationRule
from sigma.exceptions import SigmaError
from sigma.filters import SigmaFilter
from sigma.rule import SigmaRule

from garrison.core.errors import Problem
from garrison.detect.rule import RuleFile

MAX_FILE: Final = 1 << 20
"""Bytes of one file."""
_SHIPPED_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml, ten times as quick; its recursion has no bound, so what others wrote is read without it."""
_QUOTED: Final = re.compile(r"(?<!\w)'([^']*)'(?!\w)")
_KEYS: Final = frozenset({
    "author", "date", "description", "falsepositives", "fields", "level", "license", "logsource", "modified", "name",
    "references", "related", "scope", "status", "taxonomy", "title",
})  # fmt: skip
_HINT: Final = "docs/reference/detection-rules.md says what a rule may hold"


class Document(NamedTuple):
    """One document of a file, parsed."""

    file: RuleFile
    number: int
    line: int
    data: dict[str, Any]
    rule: Any
    """A SigmaRule, SigmaCorrelationRule or SigmaFilter."""

    def problem(self, place: str, message: str, hint: str = "") -> Problem:
        """Something is wrong at `place` of the document."""
        path = f"$[{self.number}].{place}" if place else f"$[{self.number}]"
        return Problem(self.file.name, path, message, hint, self.line)


def read_files(files: Sequence[RuleFile]) -> tuple[list[Document], list[Problem]]:
    """All documents, and what is wrong with them so far; filters are applied, references are resolved."""
    problems: list[Problem] = []
    documents: list[Document] = []
    for space in _spaces(files):
        found = [document for file in space for document in _documents(file, problems)]
        documents += _resolved(found, problems)
    return documents, problems


def _spaces(files: Sequence[RuleFile]) -> Iterator[list[RuleFile]]:
    yield from ([file] for file in files if file.shipped)
    yield [file for file in files if not file.shipped]


def _documents(file: RuleFile, problems: list[Problem]) -> Iterator[Document]:
    if len(file.text) > MAX_FILE:
        problems.append(Problem(file.name, "$", f"is longer than {MAX_FILE} bytes", "split it"))
        return
    loaded = list(_loaded(file, problems))
    if not loaded and not any(problem.file == file.name for problem in problems):
        problems.append(Problem(file.name, "$", "holds no rule", _HINT))
    shared: dict[str, Any] = {}
    before: dict[str, Any] = {}
    for index, line, data in loaded:
        action = data.pop("action", None)
        if action == "global":
            shared = data
        elif action == "reset":
            shared = {}
        elif action in {None, "repeat"}:
            if action == "repeat":
                data = deep_dict_update(before, data)  # noqa: PLW2901  # what is said once more, with changes
            elif "correlation" not in data and "filter" not in data:
                data = deep_dict_update(data, shared)  # noqa: PLW2901
            before = data
            yield from _parsed(file, index, line, data, problems)
        else:
            problems.append(Problem(file.name, f"$[{index}].action", f"`{action}` is no action of Sigma", "", line))


def _loaded(file: RuleFile, problems: list[Problem]) -> Iterator[tuple[int, int, dict[str, Any]]]:
    index = -1
    try:
        loader = (_SHIPPED_LOADER if file.shipped else yaml.SafeLoader)(file.text)
    except yaml.YAMLError as error:  # what cannot be text is told before anything is read
        problems.append(_not_yaml(file, error))
        return
    try:
        while loader.check_node():
            node = loader.get_node()
            if node is None:
                return
            data = loader.construct_document(node)
            index += 1
            line = node.start_mark.line + 1
            if isinstance(data, dict):
                yield index, line, data
            elif data is not None:
                problems.append(Problem(file.name, f"$[{index}]", "is no rule", _HINT, line))
    except (yaml.YAMLError, UnicodeError, RecursionError) as error:
        problems.append(_not_yaml(file, error))
    finally:
        loader.dispose()


def _not_yaml(file: RuleFile, error: Exception) -> Problem:
    mark = getattr(error, "problem_mark", None)
    said = " ".join(str(getattr(error, "problem", None) or error).split())
    return Problem(file.name, "$", f"is no YAML: {said}", "", mark.line + 1 if mark else 0)


def _parsed(file: RuleFile, index: int, line: int, data: dict[str, Any], problems: list[Problem]) -> Iterator[Document]:
    place, parse = _parser(data)
    document = Document(file, index, line, data, None)
    try:
        rule = parse(data, collect_errors=True)
    except (SigmaError, TypeError, ValueError, AttributeError, KeyError) as error:
        # pySigma takes for granted that some values have the right type
        said = words_of(error) if isinstance(error, SigmaError) else "a value has the wrong type"
        problems.append(document.problem(place, said, _HINT))
        return
    problems.extend(document.problem(_place(error, place), words_of(error), _HINT) for error in rule.errors)
    if not rule.errors:
        yield document._replace(rule=rule)


def _parser(data: dict[str, Any]) -> tuple[str, Callable[..., Any]]:
    if "correlation" in data:
        return "correlation", SigmaCorrelationRule.from_dict
    if "filter" in data:
        return "filter", SigmaFilter.from_dict
    return "detection", SigmaRule.from_dict


def _resolved(documents: list[Document], problems: list[Problem]) -> Iterator[Document]:
    rules = [document.rule for document in documents]
    place = [place for place, rule in enumerate(rules) if not isinstance(rule, SigmaFilter)]
    try:
        # filters are applied here, which makes other rules of those that they filter
        collection: Any = SigmaCollection(rules, resolve_references=False)
    except (SigmaError, ValueError, AttributeError, TypeError) as error:
        for document in documents:
            if isinstance(document.rule, SigmaFilter):
                problems.append(document.problem("filter", words_of(error), _HINT))  # noqa: PERF401
        return
    collection.ids_to_rules = {rule.id: rule for rule in collection.rules if rule.id is not None}
    collection.names_to_rules = {rule.name: rule for rule in collection.rules if rule.name is not None}
    for at, rule in zip(place, collection.rules, strict=True):
        document = documents[at]._replace(rule=rule)
        if isinstance(rule, SigmaCorrelationRule):
            try:
                rule.resolve_rule_references(collection)
                rule.aliases.resolve_rule_references(collection)
            except SigmaError as error:
                hint = "give the `name` or `id` of a rule in one of the files"
                problems.append(document.problem("correlation.rules", words_of(error), hint))
                continue
        yield document


def _place(error: Exception, otherwise: str) -> str:
    """pySigma's errors are named for the key that they are about."""
    name = type(error).__name__.removeprefix("Sigma").removesuffix("Error").lower()
    return {"identifier": "id", "tag": "tags"}.get(name, name if name in _KEYS else otherwise)


def words_of(error: Exception) -> str:
    """pySigma's own words, as ours are written."""
    text = " ".join(_QUOTED.sub(r"`\1`", str(error)).split()).rstrip(".")
    return text[:1].lower() + text[1:]
