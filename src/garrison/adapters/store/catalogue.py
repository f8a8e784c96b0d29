"""The tables that are kept."""

from typing import Final

from garrison.adapters.store.detections import DETECTIONS
from garrison.adapters.store.events import EVENTS
from garrison.adapters.store.exposures import EXPOSURES
from garrison.adapters.store.table import AnyTable

TABLES: Final[tuple[AnyTable, ...]] = (EVENTS, EXPOSURES, DETECTIONS)
"""In this order the watch process converts them."""
