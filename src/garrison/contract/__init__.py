"""Contract: an OpenAPI description, and its overlays, as one immutable catalogue of operations. No I/O."""

from garrison.contract.body import BodySchema
from garrison.contract.catalogue import Catalogue, CompiledOperation, Match, Miss, Uncompiled
from garrison.contract.documents import Read
from garrison.contract.load import Contract, load
from garrison.contract.parameters import ParameterReader, Reading
from garrison.contract.responses import ResponseSchema
from garrison.contract.violations import Violation

__all__ = [
    "BodySchema",
    "Catalogue",
    "CompiledOperation",
    "Contract",
    "Match",
    "Miss",
    "ParameterReader",
    "Read",
    "Reading",
    "ResponseSchema",
    "Uncompiled",
    "Violation",
    "load",
]
