"""Content codings: which ones the engine can undo, and an `Accept-Encoding` that asks for no others."""

from functools import lru_cache

READABLE = frozenset({"gzip", "x-gzip", "deflate", "identity"})
"""Codings that can be undone (RFC 9110, 8.4.1). Brotli and Zstandard cannot."""


@lru_cache(maxsize=256)
def narrowed(accepted: str) -> str | None:
    """`accepted`, an `Accept-Encoding` (RFC 9110, 12.5.3), without what cannot be undone; None where that is nothing.

    Weights are kept. `*` stands for others too, so it goes, unless it rules them out. Never raises.
    """
    members = [member.strip(" \t") for member in accepted.split(",")]
    kept = [member for member in members if _is_readable(member)]
    if len(kept) == len(members):
        return None
    return ", ".join(kept) or "identity"


def _is_readable(member: str) -> bool:
    coding, _, weight = member.partition(";")
    name = coding.strip(" \t").lower()
    if name == "*":
        value = weight.strip(" \t").lower().removeprefix("q=")
        return bool(value) and not value.strip("0.")
    return name in READABLE or not member
