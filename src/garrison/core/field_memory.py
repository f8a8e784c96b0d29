"""Field memory: how heads were read is remembered, for most clients send the same fields again and again.

Proxies and tracing add fields that are others in every request: where it came from, its name. A memory of whole heads
would then never help. So what is remembered is a head without those, and they are looked at each time. Which they are
is told by the names of its fields alone, and remembered as well.
"""

from collections.abc import Callable
from operator import itemgetter
from typing import Any, Final, TypeAlias

from msgspec.structs import replace

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
        """`names` are those of a head's fields."""
        self.varying = tuple([(place, name) for place, name in enumerate(names) if name in VARYING])
        """The fields that vary, and where they stand; none where all of it is to be read with care."""
        self.has_length = "content-length" in names
        if (self.has_length and "transfer-encoding" in names) or len(frozenset(names)) < len(names):
            self.varying = ()  # of two lengths, or with a field that is repeated
        self.size = sum([len(name) for _, name in self.varying])
        """Bytes of their names."""
        steady = [place for place, name in enumerate(names) if name not in VARYING]
        self.pick: Callable[[Headers], Any] = itemgetter(*steady) if steady else len
        """The others, by which heads are told apart."""


_NO_LAYOUT: Final = _Layout(())


class FieldMemory:
    """Remembers what `read_fields` makes of heads.

    A pure memory, bounded in entries and in what one entry may hold; when it is full it begins anew.
    """

    MAX_ENTRIES = 1024
    MAX_LAYOUTS = 256
    MAX_BYTES = 4096

    __slots__ = ("_known", "_latest", "_layouts")

    def __init__(self) -> None:
        self._known: dict[tuple[Headers | _Layout, Any, str, str], Fields] = {}
        """By the whole head; or by a layout and the fields that are steady in it, and then with `headers` to be copied
        in which those that vary are some other head's."""
        self._layouts: dict[_Names, _Layout] = {}
        self._latest: dict[int, _Layout] = {}
        """The layout of the latest head with so many fields: as a rule the next one's. If not, that shows: all fields
        that are steady in it must be as they were, name and value, and the others' names where they were."""

    def read(self, head: RequestHead, target: Target) -> CanonicalRequest:
        """The request of `head`, whose target says `target`: as `canonicalise` reads it."""
        headers = head.headers
        layout = self._latest.get(len(headers), _NO_LAYOUT)
        pick = layout.pick  # to call it where it stands takes longer
        known = self._known.get((layout, pick(headers), head.authority, head.protocol))
        if known is None:
            return self._read_anew(head, target)
        told, text = {**known.headers}, ""
        for place, name in layout.varying:
            given, value = headers[place]
            if given != name:
                return self._read_anew(head, target)
            told[name] = value
            text += value
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

    def _read_anew(self, head: RequestHead, target: Target) -> CanonicalRequest:
        """As `read`, of a head whose layout is another than the latest, or of which so much was not known."""
        headers = head.headers
        names = tuple([name for name, _ in headers])
        layout = self._layouts.get(names) or self._lay_out(names)
        if not layout.varying:
            return joined(self._whole(head), target)
        key = (layout, layout.pick(headers), head.authority, head.protocol)
        if key not in self._known and self._keep(key, _steady(head, layout)).header_bytes > self.MAX_BYTES:
            return joined(self._whole(head), target)  # too large to be remembered
        remember(self._latest, len(headers), layout, self.MAX_LAYOUTS)
        return self.read(head, target)

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
    """What `read_fields` gives for `head` without the fields that vary, but with all of its fields in `headers`."""
    varying = frozenset([place for place, _ in layout.varying])
    steady = tuple([field for place, field in enumerate(head.headers) if place not in varying])
    fields = read_fields(
        RequestHead(
            head.method, head.target, head.authority, steady, head.peer, head.scheme, head.protocol, head.has_body
        )
    )
    return replace(fields, headers=dict(head.headers))
