"""Changes to one request: what is forwarded is what every one of them leaves.

Each control judges the request as the client sent it, so that their order does not matter: what is taken out is taken
out for all, and what is changed within is changed wherever it is still there.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final
from urllib.parse import quote_plus, urlencode

import msgspec

from garrison.core.decision import GONE, Amendment, Edit, Mutation
from garrison.core.document import Document, FormDocument, JsonDocument, TextDocument
from garrison.core.http import Headers
from garrison.engine.composed import BODY_BOUND_HEADERS, common
from garrison.engine.decode import Undecodable
from garrison.engine.facts import Facts

_DEFAULT_CHARSET: Final = "utf-8"


def amended(amendments: Sequence[Amendment], facts: Facts, target: str | None, headers: Headers) -> Mutation:
    """What is changed of the request. `target` is what is forwarded without any amendment where that is not what came,
    `headers` are set whatever an amendment drops."""
    body = _body(amendments, facts)
    query = dict(sorted((pair for each in amendments for pair in each.query), key=_is_out))
    dropped = tuple(dict.fromkeys(name for each in amendments for name in each.drop_headers))
    own = (*(pair for each in amendments for pair in each.headers), *headers)
    set_names = {name for name, _ in own}
    return Mutation(
        _target(facts, query) if query else target,
        own,
        tuple(name for name in (*dropped, *(BODY_BOUND_HEADERS if body is not None else ())) if name not in set_names),
        body,
    )


def document_left(document: Document, amendments: Iterable[Amendment]) -> Document:
    """The body's value once it is changed."""
    for each in amendments:
        if each.left is not None:
            document = _met(document, each.left)
    edits = [edit for each in amendments for edit in each.edits]
    if isinstance(document, JsonDocument):
        return JsonDocument(edited(document.value, edits))
    if isinstance(document, FormDocument):
        return FormDocument(_fields(document, edits))
    if isinstance(document, TextDocument):
        return TextDocument(edited(document.text, edits))
    return document  # nobody changes one of another kind


def edited(value: Any, edits: Iterable[Edit]) -> Any:
    """`value` with `edits` made, the deepest first; what is not changed is shared with it."""
    inside: dict[str | int, list[Edit]] = {}
    for edit in edits:
        if not edit.way:
            return edit.value
        inside.setdefault(edit.way[0], []).append(msgspec.structs.replace(edit, way=edit.way[1:]))
    if not inside:
        return value
    if isinstance(value, dict):
        pairs = ((name, edited(item, inside.get(name, ()))) for name, item in value.items())
        return {name: item for name, item in pairs if item is not GONE}
    if isinstance(value, list):
        items = (edited(item, inside.get(at, ())) for at, item in enumerate(value))
        return [None if item is GONE else item for item in items]  # places of a list mean something
    return value  # what stood here is taken out


def _body(amendments: Sequence[Amendment], facts: Facts) -> bytes | None:
    document = facts.document
    if not any(each.left is not None or each.edits for each in amendments):
        return None
    if document is None or isinstance(document, Undecodable):
        return None
    facts.left = left = document_left(document, amendments)
    if isinstance(left, JsonDocument):
        return msgspec.json.encode(left.value)
    if isinstance(left, FormDocument):
        return urlencode(left.fields).encode("ascii")
    if isinstance(left, TextDocument):
        charset = facts.media_type.charset if facts.media_type is not None else ""
        return left.text.encode(charset or _DEFAULT_CHARSET, "xmlcharrefreplace")
    return None


def _is_out(pair: tuple[int, str | None]) -> bool:
    """What is taken out comes last: it is taken out for all."""
    return pair[1] is None


def _met(one: Document, other: JsonDocument | FormDocument) -> Document:
    if isinstance(one, JsonDocument) and isinstance(other, JsonDocument):
        return JsonDocument(common(one.value, other.value))
    if isinstance(one, FormDocument) and isinstance(other, FormDocument):
        return FormDocument(tuple(pair for pair in one.fields if pair in other.fields))
    return other


def _fields(document: FormDocument, edits: Iterable[Edit]) -> tuple[tuple[str, str], ...]:
    changed = {edit.way: edit.value for edit in edits}
    pairs = ((name, changed.get((name, text), text)) for name, text in document.fields)
    return tuple((name, text) for name, text in pairs if text is not GONE)


def _target(facts: Facts, query: dict[int, str | None]) -> str:
    path, _, raw = facts.canonical.target.partition("?")
    # as `canonical.read_pairs` counts them
    pairs = [pair for pair in raw.split("&") if pair]
    left = [_pair(pair, query[place]) if place in query else pair for place, pair in enumerate(pairs)]
    told = "&".join(pair for pair in left if pair is not None)
    return f"{path}?{told}" if told else path


def _pair(pair: str, text: str | None) -> str | None:
    return None if text is None else f"{pair.partition('=')[0]}={quote_plus(text)}"
