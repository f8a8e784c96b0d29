"""What the tokens (JWT) of a request say, whoever signed them: for what looks at what an API fails to look at.

Read as carelessly as careless programs do: signs that are not of the alphabet are passed over, either alphabet will do,
and of a name that stands there twice every value counts.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any, Final

from garrison.engine.facts import Facts

HEAD: Final = "head"
CLAIMS: Final = "claims"
PARTS: Final = (HEAD, CLAIMS)
"""What of a token can be named, in the order in which they stand in it."""
UNREADABLE: Final = object()
"""Stands for a part that is one of a token and cannot be read."""
_APART: Final = re.compile(r"[\s,;=\"]+")
_STRANGE: Final = re.compile(r"[^A-Za-z0-9+/_-]")
_MOST: Final = 32
"""Tokens of one request that are looked at; of one with more it is not known what they say."""


def token_values(facts: Facts, part: str, name: str) -> list[Any]:
    """Every value that the tokens of a request have under this name; `UNREADABLE` among them where one cannot be read.

    Tokens are looked for in header fields, cookies and the query.
    """
    found: list[Any] = []
    for count, token in enumerate(_tokens(facts)):
        if count == _MOST:
            return [UNREADABLE]
        said = _said(token[PARTS.index(part)])
        if said is None:
            found.append(UNREADABLE)
            continue
        found += [value for key, value in said if key == name]
    return found


def pairs_in(part: str) -> list[tuple[str, Any]]:
    """Names and values of one part of a token; none where it is no object that can be read."""
    return _said(part) or []


def _tokens(facts: Facts) -> Iterator[list[str]]:
    """Texts that are tokens: in parts, the first of which is an object."""
    texts = [value for _, value in facts.request.headers]
    texts += [value for _, value in facts.canonical.query]
    for text in texts:
        for piece in _APART.split(text) if "." in text else ():
            parts = piece.split(".")
            if len(parts) >= len(PARTS) and _decoded(parts[0]).lstrip().startswith(b"{"):
                yield parts


def _said(part: str) -> list[tuple[str, Any]] | None:
    """Names and values of one part; None where it is no object that can be read."""
    try:
        return _pairs(_decoded(part).decode("utf-8"))
    except (ValueError, RecursionError):
        return None


def _pairs(text: str) -> list[tuple[str, Any]]:
    """The pairs of a JSON object, those whose name stands there twice as well. Raises ValueError."""
    import json  # tells names that stand there twice

    kept: list[tuple[str, Any]] = []

    def keep(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        kept[:] = pairs  # the outermost object is the last that ends
        return dict(pairs)

    if not isinstance(json.loads(text, object_pairs_hook=keep), dict):
        raise ValueError("no object")  # noqa: TRY004 - as what is no JSON
    return kept


def _decoded(part: str) -> bytes:
    clean = _STRANGE.sub("", part).replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(clean + "=" * (-len(clean) % 4))
    except (binascii.Error, ValueError):
        return b""
