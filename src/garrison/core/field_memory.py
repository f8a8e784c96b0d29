"""Field memory: how heads were read is remembered, for most clients send the same fields again and again.

Proxies and tracing add fields that are others in every request: where it came from, its name. A memory of whole heads
would then never help. So what is remembered is a head without those, and they are looked at each time. Which they are
is told by the names of its fields alone, and remembered as well.
"""

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any, Final, TypeAlias

from garrison.core.canonical import CanonicalRequest, Fields, Target, is_length, joined, read_fields, together
from garrison.core.http import LENGTHS, Headers, RequestHead
from garrison.core.remember import remember

VARYING: Final = frozenset({
    "baggage", "content-length", "traceparent", "tracestate", "x-amzn-trace-id", "x-b3-parentspanid", "x-b3-spanid",
    "x-b3-traceid", "x-cloud-trace-context", "x-correlation-id", "x-forwarded-for", "x-real-ip", "x-request-id",
})  # fmt: skip
"""Fields of which each request may have another value. Nothing is ambiguous in one of them but a control character, or
a length that is none."""

_Names: TypeAlias = tuple[str, ...]


class _Layout:
    """What heads have in common that have the same fields in the same order. Compared by identity."""

    __slots__ = ("has_length", "pick", "size", "varying")

    def __init__(self, names: _Names) -> None:
        """`names` are those of a head's fields, each once."""
        self.varying = tuple([name for name in names if name in VARYING])
        """The fields that vary."""
        self.has_length = "content-length" in names
        if self.has_length and "transfer-encoding" in names:  # of two lengths: it is read with care
            self.varying = ()
        self.size = sum([len(name) for name in self.varying])
        """Bytes of their names."""
        steady = [name for name in names if name not in VARYING]
        self.pick: Callable[[Mapping[str, str]], Any] = itemgetter(*steady) if steady else len
        """What the values of the others are told apart by."""


class FieldMemory:
    """Remembers what `read_fields` makes of heads.

    A pure memory, bounded in entries and in what one entry may hold; when it is full it begins anew.
    """

    MAX_ENTRIES = 1024
    MAX_LAYOUTS = 256
    MAX_BYTES = 4096

    __slots__ = ("_known", "_layouts")

    def __init__(self) -> None:
        self._known: dict[tuple[Headers | _Layout, Any, str, str], Fields] = {}
        """By the whole head, or by a layout and the values of what is steady in it."""
        self._layouts: dict[_Names, _Layout] = {}

    def read(self, head: RequestHead, target: Target) -> CanonicalRequest:
        """The request of `head`, whose target says `target`: as `canonicalise` reads it."""
        headers = head.headers
        if not headers:
            return joined(self._whole(head), target)
        told = dict(headers)
        names = tuple(told)
        layout = self._layouts.get(names)
        if layout is None:
            layout = self._lay_out(names)
        if not layout.varying or len(names) != len(headers):  # what is repeated is read with care
            return joined(self._whole(head), target)
        pick = layout.pick  # to call it where it stands takes longer
        key = (layout, pick(told), head.authority, head.protocol)
        known = self._known.get(key)
        if known is None:
            known = self._keep(key, _steady(head, layout))
        text = ""
        for name in layout.varying:
            text += told[name]
        # What is printable has no control character. Else it looks odd, and is read with care.
        if not text.isprintable():
            return joined(self._whole(head), target)
        if layout.has_length and (length := told["content-length"]) not in LENGTHS and not is_length(length):
            return joined(self._whole(head), target)
        found, more = target.ambiguities, known.ambiguities
        return CanonicalRequest(
            known.host, target.path, target.segments, target.query, target.target, told,
            known.header_bytes + layout.size + len(text), together(found, more) if found or more else found,
            known.agent, {}, known.lasting,
        )  # fmt: skip

    def _whole(self, head: RequestHead) -> Fields:
        key = (head.headers, None, head.authority, head.protocol)
        known = self._known.get(key)
        return self._keep(key, read_fields(head)) if known is None else known

    def _keep(self, key: tuple[Headers | _Layout, Any, str, str], fields: Fields) -> Fields:
        if fields.header_bytes <= self.MAX_BYTES:
            remember(self._known, key, fields, self.MAX_ENTRIES)
        return fields

    def _lay_out(self, names: _Names) -> _Layout:
        layout = _Layout(names)
        if sum(map(len, names)) <= self.MAX_BYTES:
            remember(self._layouts, names, layout, self.MAX_LAYOUTS)
        return layout


def _steady(head: RequestHead, layout: _Layout) -> Fields:
    """What `read_fields` gives for `head` without the fields that vary."""
    steady = tuple([field for field in head.headers if field[0] not in layout.varying])
    return read_fields(
        RequestHead(
            head.method, head.target, head.authority, steady, head.peer, head.scheme, head.protocol, head.has_body
        )
    )
