"""All detectors, in the order in which they are shown."""

from collections.abc import Mapping
from typing import Final

from benchmarks.inspection.detector import Start
from benchmarks.inspection.detectors import ddwaf, guard, modsecurity, ours, sql_tokens

DETECTORS: Final[Mapping[str, Start]] = {
    "garrison": ours.start,
    "modsecurity": modsecurity.start,
    "ddwaf": ddwaf.start,
    "libinjection": sql_tokens.start,
    "fastapi-guard": guard.start,
}
