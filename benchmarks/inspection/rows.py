"""The labelled requests: one JSON object a line, as the set's own README describes them."""

import json
import lzma
import zlib
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from garrison.adapters.recorded.exchange import RecordedExchange
from garrison.adapters.recorded.jsonl import read_lines
from garrison.config.model import Settings
from garrison.contract.media import Kind, kind_of
from garrison.core.canonical import CanonicalRequest, canonicalise
from garrison.core.document import Document
from garrison.engine.decode import Undecodable, decode
from garrison.engine.media_type import parse_media_type

FOLDS = 5


class Row:
    """One labelled request, read as the engine reads it before any control looks at it."""

    def __init__(self, about: Mapping[str, Any], exchange: RecordedExchange) -> None:
        self.exchange = exchange
        self.is_malicious = about["label"] == "malicious"
        self.kind = str(about["class"])
        self.source = str(about["source"])
        self.payload = str(about.get("payload") or "")
        """The attack alone; empty where the row has none."""
        self.field = str(about.get("field_type") or "")
        """What the sample API calls the value: `ft` (free text), `id`, `name`, `path`, `url`; empty: not known."""
        self.family = str(about["family"])
        """What must not be split between training and testing."""
        self.fold = zlib.crc32(self.family.encode()) % FOLDS
        """The part of the set that all rows of its family are in."""

    @cached_property
    def canonical(self) -> CanonicalRequest:
        """The one reading of its head."""
        return canonicalise(self.exchange.request)

    @cached_property
    def media_kind(self) -> Kind:
        """What its body claims to be."""
        media_type = parse_media_type(self.canonical.headers.get("content-type", ""))
        return kind_of(media_type.essence) if media_type.essence else "opaque"

    @cached_property
    def document(self) -> Document | Undecodable | None:
        """Its body as the engine decodes it; None where there is none."""
        if not self.exchange.body:
            return None
        media_type = parse_media_type(self.canonical.headers.get("content-type", ""))
        return decode(self.exchange.body, self.media_kind, media_type, Settings().controls.request_limits)


def read(path: Path, every: int = 1) -> Iterator[Row]:
    """Every `every`-th of the rows that count and can be read as requests."""
    data = path.read_bytes()
    lines = (lzma.decompress(data) if path.suffix == ".xz" else data).splitlines(keepends=True)[::every]
    for line, entry in zip(lines, read_lines(iter(lines)), strict=True):
        about = json.loads(line)
        if about["confidence"] == "strong" and isinstance(entry, RecordedExchange):
            yield Row(about, entry)
