"""Media types: what kind of body each means, and which declared one a body's falls under."""

import re
from collections.abc import Iterable, Mapping
from typing import Generic, Literal, TypeAlias, TypeVar

Kind: TypeAlias = Literal["json", "form", "multipart", "text", "lines", "table", "xml", "opaque", "stream"]
"""How a body is read: `stream` never ends by itself, `opaque` has an inside that no schema describes, and `xml` has one
that is text; `lines` (of JSON)
and `table` are what some answers are read as that would pass else (`BodySchema.rows`)."""

T = TypeVar("T")

_ESSENCE = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]+/[!#$%&'*+.^_`|~0-9a-z-]+")  # RFC 9110, section 8.3.1

LINES = frozenset(
    {
        "application/x-ndjson",
        "application/ndjson",
        "application/jsonl",
        "application/x-jsonlines",
        "application/json-seq",
        "application/geo+json-seq",
        "application/stream+json",
    }
)
"""Media types whose bodies are JSON texts one after another."""
TABLES = frozenset({"text/csv", "text/tab-separated-values"})
"""Media types whose bodies are tables."""

XML = frozenset({"application/xml", "text/xml"})
"""Media types of XML, those that end in `+xml` apart."""

_STREAMS = LINES | {"text/event-stream", "multipart/mixed", "multipart/x-mixed-replace"}
_TEXTS = frozenset({"application/javascript", "application/graphql", "application/yaml", "application/x-yaml",
                    "application/sql", "application/jwt", "application/jose"})  # fmt: skip


def essence(media_type: str) -> str:
    """`media_type` without parameters, lower case; empty where it is not a media type."""
    bare = media_type.partition(";")[0].strip(" \t").lower()
    return bare if _ESSENCE.fullmatch(bare) else ""


def kind_of(media_type: str) -> Kind:
    """How a body of this media type (essence, lower case) is read."""
    if media_type in _STREAMS or media_type.startswith("application/grpc") or media_type.endswith("+json-seq"):
        return "stream"
    if media_type in ("application/json", "text/json") or media_type.endswith("+json"):
        return "json"
    if media_type == "application/x-www-form-urlencoded":
        return "form"
    if media_type == "multipart/form-data":
        return "multipart"
    if media_type in _TEXTS or (media_type.startswith("text/") and media_type != "text/xml"):
        return "text"
    if media_type in XML or media_type.endswith("+xml"):
        return "xml"
    return "opaque"


class MediaTable(Generic[T]):
    """Declared media types and ranges, and what each stands for. The most specific one wins."""

    __slots__ = ("_exact", "_ranges", "entries")

    def __init__(self, entries: Mapping[str, T]) -> None:
        self._exact = {name: value for name, value in entries.items() if "*" not in name}
        ranges = [(name, value) for name, value in entries.items() if "*" in name]
        ranges.sort(key=lambda entry: (_rank(entry[0]), -len(entry[0])))
        self._ranges = tuple((_matcher(name), value) for name, value in ranges)
        self.entries = tuple(entries.values())
        """Everything that is declared."""

    def get(self, media_type: str) -> T | None:
        """What `media_type` (essence, lower case) falls under; None where nothing declared covers it."""
        found = self._exact.get(media_type)
        if found is None:
            for matches, value in self._ranges:
                if matches.fullmatch(media_type):
                    return value
        return found


def _rank(name: str) -> int:
    """0: `application/*+json`; 1: `image/*`; 2: `*/*`."""
    if name == "*/*":
        return 2
    return 1 if name.endswith("/*") else 0


def _matcher(name: str) -> re.Pattern[str]:
    pieces: Iterable[str] = (re.escape(piece) for piece in name.split("*"))
    return re.compile("[^/]*".join(pieces))
