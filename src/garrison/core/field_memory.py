"""Field memory: how heads were read is remembered, for most clients send the same fields again and again.

Proxies and tracing add fields that are others in every request: where it came from, its name. A memory of whole heads
would then never help. So what is remembered is a head without those, and they are looked at each time.
"""

from typing import Final

from garrison.core.canonical import Fields, is_length, read_fields
from garrison.core.http import Headers, RequestHead

VARYING: Final = frozenset({
    "baggage", "content-length", "traceparent", "tracestate", "x-amzn-trace-id", "x-b3-parentspanid", "x-b3-spanid",
    "x-b3-traceid", "x-cloud-trace-context", "x-correlation-id", "x-forwarded-for", "x-real-ip", "x-request-id",
})  # fmt: skip
"""Fields of which each request may have another value. Nothing is ambiguous in one of them but a control character, or
a length that is none."""


class FieldMemory:
    """Remembers what `read_fields` makes of heads.

    A pure memory, bounded in entries and in what one entry may hold. When it is full it begins anew, so that a flood of
    different heads costs what it would cost without it.
    """

    MAX_ENTRIES = 1024
    MAX_BYTES = 4096

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[tuple[Headers, str, str], Fields] = {}

    def read(self, head: RequestHead) -> Fields:
        """What `read_fields` gives for `head`."""
        headers = head.headers
        values = dict(headers)
        varying = VARYING.intersection(values)
        if not varying:
            return self._whole(head)
        text = "".join([values[name] for name in varying])
        # Else it is repeated or looks odd, and is read with care. What is printable has no control character.
        if len(values) != len(headers) or not text.isprintable() or not _is_framed(values):
            return self._whole(head)
        steady = tuple([pair for pair in headers if pair[0] not in VARYING])
        known = self._known.get((steady, head.authority, head.protocol))
        if known is None:
            known = self._whole(_with(head, steady))
        size = known.header_bytes + len("".join(varying)) + len(text)
        return Fields(known.host, values, size, known.ambiguities, {}, known.lasting)

    def _whole(self, head: RequestHead) -> Fields:
        key = (head.headers, head.authority, head.protocol)
        fields = self._known.get(key)
        if fields is None:
            fields = read_fields(head)
            if fields.header_bytes <= self.MAX_BYTES:
                if len(self._known) >= self.MAX_ENTRIES:
                    self._known.clear()
                self._known[key] = fields
        return fields


def _is_framed(values: dict[str, str]) -> bool:
    """Whether the message's length is told in one way: with what else there is, it is not looked at again."""
    length = values.get("content-length")
    return length is None or (is_length(length) and "transfer-encoding" not in values)


def _with(head: RequestHead, headers: Headers) -> RequestHead:
    return RequestHead(
        head.method, head.target, head.authority, headers, head.peer, head.scheme, head.protocol, head.has_body
    )
