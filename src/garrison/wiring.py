"""The composition root: the only module that sees every room. Builds what adapters and commands run on."""

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from garrison.config.demands import strange_owners
from garrison.config.exposure_checks import strange_subjects
from garrison.config.model import Settings
from garrison.config.overrides import controls_for, matches, unmatched
from garrison.config.respond import DEFAULT_PROFILES
from garrison.config.servers import placed_credentials
from garrison.config.source import json_path
from garrison.config.tables import Table, placed_files, read_table
from garrison.contract.catalogue import Catalogue
from garrison.contract.documents import Read
from garrison.contract.load import Contract, load
from garrison.controls.catalogue import CONTROLS
from garrison.core.errors import ConfigError, Problem, cause_of
from garrison.core.nearest import did_you_mean
from garrison.core.operation import Operation
from garrison.engine.control import ControlSpec
from garrison.engine.plan import Policy, compile_policy
from garrison.engine.state import State
from garrison.exposure.places import Places
from garrison.exposure.spaces import groups_for
from garrison.payload.strange import strange


def load_contract(settings: Settings, read: Read) -> Contract | None:
    """The contract that the settings name; None where they name none.

    Raises:
        DescriptionError: the description or an overlay cannot be used at all.
    """
    own = settings.contract
    return load(own.file, own.overlays, read=read, match_hosts=own.match_hosts) if own.file else None


def build_policy(settings: Settings, *, read: Read, file: str = "garrison.yaml", state: State | None = None) -> Policy:
    """The policy that `settings` and the contract they name amount to; `file` is named in errors,
    `state` is what an earlier policy remembered.

    Raises:
        ConfigError: an `operations` entry names no operation, or a table cannot be read.
        DescriptionError: the description or an overlay cannot be used at all.
    """
    documents: dict[str, bytes] = {}

    def noting(place: str) -> bytes:
        return documents.setdefault(place, read(place))

    contract = load_contract(settings, noting)
    catalogue = contract.catalogue if contract is not None else Catalogue()
    tables = _tables(settings, noting, file)
    policy = policy_on(catalogue, settings, file=file, state=state)
    policy.state.tables = tables
    policy.state.upstream = settings.upstream.url
    if state is None:  # where nothing is forwarded, no secret need be known: what is played again is decided alike
        policy.state.secrets = {file: "-" for _, file in placed_credentials(settings)}
    return msgspec.structs.replace(policy, digest=_digest(settings, documents))


def policy_on(
    catalogue: Catalogue, settings: Settings, *, file: str = "garrison.yaml", state: State | None = None
) -> Policy:
    """The policy that `settings` amount to on a contract that is compiled already; it has no digest.

    Raises ConfigError where an `operations` entry names no operation, or no operation demands a scheme that is
    configured.
    """
    operations = [compiled.operation for compiled in catalogue.operations]
    problems = [_stranger(settings, index, operations, file) for index in unmatched(settings, operations)]
    problems += [*_strange_schemes(settings, operations, file), *exception_problems(settings, file)]
    problems += usual_problems(settings, file)
    problems += [*_limits_of_nothing(settings, operations, file), *_patches_of_nothing(settings, operations, file)]
    problems += _budgets_of_nobody(settings, catalogue, file)
    problems += [
        Problem(file, json_path(each.path), each.message, each.hint)
        for find in (strange_owners, strange_subjects)
        for each in find(settings, operations)
    ]
    if problems:
        raise ConfigError(problems)
    find = controls_for(settings)
    policy = compile_policy(
        catalogue,
        CONTROLS,
        settings,
        lambda compiled: find(compiled.operation if compiled is not None else None),
        state,
    )
    groups = {group for each in (None, *operations) for group in groups_for(each, find(each).exposure)}
    policy.state.budgets.expect([(each.space, each.horizon, each.keep, each.least) for each in groups])
    return policy


def detection_problems(settings: Settings, file: str) -> list[Problem]:
    """What is wrong with detection rules, and profiles about rules that there are not.

    Where nothing is said of rules the shipped ones are used, which are good.
    """
    own, profiles = settings.detect, settings.respond.profiles
    if own.mode == "off" or (own == type(own)() and profiles == DEFAULT_PROFILES):
        return []
    from garrison.adapters.detection_rules import load_rules

    problems: list[Problem] = []
    try:
        rules = load_rules(own, file)
    except ConfigError as error:
        problems += error.problems
        if any(problem.file != file for problem in problems):
            return problems  # what is wrong in a file of rules may be the one that a profile is about
        rules = load_rules(msgspec.structs.replace(own, disable=(), override={}), file)
    return [*problems, *_strange_rules(settings, [node.label.id for node in rules.nodes], file)]


def _strange_rules(settings: Settings, known: list[str], file: str) -> list[Problem]:
    return [
        Problem(
            file,
            f"$.respond.profiles[{index}].rules[{at}]",
            f"`{rule}` is no rule",
            did_you_mean(rule, known, "`garrison rules` lists them"),
        )
        for index, profile in enumerate(settings.respond.profiles)
        for at, rule in enumerate(profile.rules)
        if rule not in known
    ]


def _tables(settings: Settings, read: Read, file: str) -> dict[str, Table]:
    """What the settings' tables hold, by file. Raises ConfigError."""
    tables: dict[str, Table] = {}
    problems: list[Problem] = []
    for place, name in placed_files(settings):
        try:
            tables[name] = tables[name] if name in tables else read_table(read(name), name)
        except OSError as error:
            problems.append(Problem(file, json_path(place), f"`{name}` cannot be read: {cause_of(error)}"))
        except ValueError as error:
            problems.append(Problem(file, json_path(place), f"`{name}` is no table: {error}"))
    if problems:
        raise ConfigError(problems)
    return tables


def _limits_of_nothing(settings: Settings, operations: list[Operation], file: str) -> list[Problem]:
    """Patterns of limits and budgets that name no operation: most likely spelling mistakes, and nothing is counted."""
    controls = settings.controls
    lists = [
        *((f"rate-limit.limits[{index}]", one.match) for index, one in enumerate(controls.rate_limit.limits)),
        *((f"exposure.budgets[{index}]", one.match) for index, one in enumerate(controls.exposure.budgets)),
    ]
    return [
        _nameless(f"$.controls.{place}.match[{at}]", pattern, operations, file)
        for place, patterns in lists
        for at, pattern in enumerate(patterns)
        if not any(matches(pattern, operation) for operation in operations)
    ]


def _budgets_of_nobody(settings: Settings, catalogue: Catalogue, file: str) -> list[Problem]:
    """Budgets of a kind of subjects that no operation names: nobody would ever be counted."""
    find, own = controls_for(settings), settings.controls.exposure
    asked = [index for index, one in enumerate(own.budgets) if one.subject]
    if not asked or not catalogue.operations or settings.egress.enabled:  # who is sent stands in requests of any form
        return []
    known = frozenset().union(*(Places(each, find(each.operation).exposure).kinds for each in catalogue.operations))
    there = "there are " + ", ".join(f"`{one}`" for one in sorted(known)) if known else "say whose data it is"
    return [
        Problem(
            file,
            f"$.controls.exposure.budgets[{index}].subject",
            f"no operation names anybody of the kind `{own.budgets[index].subject}`: nobody would be counted",
            did_you_mean(own.budgets[index].subject, known, there),
        )
        for index in asked
        if own.budgets[index].subject not in known
    ]


def _patches_of_nothing(settings: Settings, operations: list[Operation], file: str) -> list[Problem]:
    """Patches of an operation that there is not; a method and path may be one that nobody described."""
    return [
        _nameless(f"$.controls.virtual-patch.patches[{index}].operation", one.operation, operations, file)
        for index, one in enumerate(settings.controls.virtual_patch.patches)
        if one.operation and " " not in one.operation and not any(matches(one.operation, each) for each in operations)
    ]


def exception_problems(settings: Settings, file: str) -> list[Problem]:
    """Exceptions that except nothing, or what cannot be excepted: nothing is allowed that nobody granted."""
    return [
        Problem(file, f"{place}.{spec.id}.except[{index}].reason", *wrong)
        for place, controls in _everywhere(settings)
        for spec in CONTROLS
        for index, exception in enumerate(controls.get(spec.id, {}).get("except", ()))
        if (wrong := _exception_fault(spec, exception["reason"]))
    ]


def usual_problems(settings: Settings, file: str) -> list[Problem]:
    """What settings call usual where nothing is, or by a name that means nothing."""
    return [
        Problem(file, f"{place}.{control}.usual{at}", message, hint)
        for place, controls in _everywhere(settings)
        for control in ("payload", "incoming")
        for at, message, hint in strange(controls.get(control, {}).get("usual", ()))
    ]


def _everywhere(settings: Settings) -> list[tuple[str, Mapping[str, Any]]]:
    """Settings of controls wherever they stand, behind their place."""
    found: list[tuple[str, Mapping[str, Any]]] = [("$.controls", msgspec.to_builtins(settings.controls))]
    return found + [(f"$.operations[{at}].controls", entry.controls) for at, entry in enumerate(settings.operations)]


def _exception_fault(spec: ControlSpec, reason: str) -> tuple[str, str] | None:
    if spec.kind == "granter":
        hint = "say what it shall grant: its settings are in the reference"
        return f"`{spec.id}` grants, and what it does not grant cannot be excepted", hint
    if reason in spec.reasons:
        return None
    known = [one.id for one in spec.reasons.specs]
    there = "there are " + ", ".join(f"`{one}`" for one in known[:5])
    return f"`{reason}` is no reason of `{spec.id}`", did_you_mean(reason, known, there)


def _digest(settings: Settings, documents: Mapping[str, bytes]) -> str:
    """What decides, in twelve digits: where the gateway listens or keeps its data does not count, nor where the
    contract's documents lie; they come in the order in which they are read."""
    decides = (settings.mode, settings.contract.match_hosts, settings.controls, settings.operations)
    whole = hashlib.sha256(msgspec.json.encode(decides, order="deterministic"))
    for content in documents.values():
        whole.update(hashlib.sha256(content).digest())
    return whole.hexdigest()[:12]


def _stranger(settings: Settings, index: int, operations: list[Operation], file: str) -> Problem:
    pattern = settings.operations[index].match
    return _nameless(f"$.operations[{index}].match", pattern, operations, file)


def _nameless(path: str, pattern: str, operations: list[Operation], file: str) -> Problem:
    known = ", ".join(f"`{operation.id}`" for operation in operations[:5])
    hint = f"the contract has {known}" + (" ..." if len(operations) > 5 else "") if known else "name a contract"
    names = [name for each in operations for name in (each.id, f"{each.method} {each.template}")]
    return Problem(file, path, f"`{pattern}` names no operation of the contract", did_you_mean(pattern, names, hint))


def demanded_schemes(catalogue: Catalogue) -> tuple[str, ...]:
    """The security schemes that operations of the contract demand, in their order."""
    return _demanded([compiled.operation for compiled in catalogue.operations])


def _demanded(operations: list[Operation]) -> tuple[str, ...]:
    named = [name for one in operations for requirement in one.security or () for name in requirement]
    return tuple(dict.fromkeys(named))


def _strange_schemes(settings: Settings, operations: list[Operation], file: str) -> list[Problem]:
    """Schemes that would satisfy nothing: most likely a spelling mistake."""
    demanded = _demanded(operations)
    known = ", ".join(f"`{name}`" for name in demanded)
    hint = f"the contract demands {known}" if known else "the contract demands none: it has no `security`"
    return [
        Problem(file, f"$.controls.authentication.schemes.{name}", "no operation of the contract demands it", hint)
        for name in settings.controls.authentication.schemes
        if name not in demanded
    ]
