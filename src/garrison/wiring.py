"""The composition root: the only module that sees every room. Builds what adapters and commands run on."""

import hashlib
from collections.abc import Mapping

import msgspec

from garrison.config.model import Settings
from garrison.config.overrides import controls_for, unmatched
from garrison.config.source import json_path
from garrison.config.tables import Table, placed_files, read_table
from garrison.contract.catalogue import Catalogue
from garrison.contract.documents import Read
from garrison.contract.load import Contract, load
from garrison.controls.catalogue import CONTROLS
from garrison.core.errors import ConfigError, Problem
from garrison.core.operation import Operation
from garrison.engine.plan import Policy, compile_policy
from garrison.engine.state import State


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
    return msgspec.structs.replace(policy, digest=_digest(settings, documents))


def policy_on(
    catalogue: Catalogue, settings: Settings, *, file: str = "garrison.yaml", state: State | None = None
) -> Policy:
    """The policy that `settings` amount to on a contract that is compiled already; it has no digest.

    Raises ConfigError where an `operations` entry names no operation.
    """
    operations = [compiled.operation for compiled in catalogue.operations]
    strangers = unmatched(settings, operations)
    if strangers:
        raise ConfigError([_stranger(settings, index, operations, file) for index in strangers])
    find = controls_for(settings)
    return compile_policy(
        catalogue,
        CONTROLS,
        settings,
        lambda compiled: find(compiled.operation if compiled is not None else None),
        state,
    )


def _tables(settings: Settings, read: Read, file: str) -> dict[str, Table]:
    """What the settings' tables hold, by file. Raises ConfigError."""
    tables: dict[str, Table] = {}
    problems: list[Problem] = []
    for place, name in placed_files(settings):
        try:
            tables[name] = tables[name] if name in tables else read_table(read(name), name)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            problems.append(Problem(file, json_path(place), f"`{name}` cannot be read: {reason}"))
        except ValueError as error:
            problems.append(Problem(file, json_path(place), f"`{name}` is no table: {error}"))
    if problems:
        raise ConfigError(problems)
    return tables


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
    known = ", ".join(f"`{operation.id}`" for operation in operations[:5])
    hint = f"the contract has {known}" + (" ..." if len(operations) > 5 else "") if known else "name a contract"
    return Problem(file, f"$.operations[{index}].match", f"`{pattern}` names no operation of the contract", hint)
