"""Attacks in the midst of prose: whoever only looks at the beginning, or at the mean, no longer sees them."""

from typing import Final

import msgspec
from benchmarks.inspection.rows import Row

from garrison.adapters.recorded.exchange import RecordedExchange, request_head

SIZES: Final = (3_000, 64_000)
"""Bytes of prose around each attack."""
_PROSE: Final = "The quick brown fox jumps over the lazy dog, and it's 5 o'clock; see you (or call) tomorrow.\n"
_ABOUT: Final = {"label": "malicious", "class": "padded", "source": "padded", "family": "padded"}


def padded(payload: str, size: int) -> Row:
    """A request whose one text is `payload`, with half of `size` before and behind it; with 0 the payload alone."""
    half = (_PROSE * (size // len(_PROSE) + 1))[: size // 2]
    text = f"{half} {payload} {half}" if size else payload
    body = msgspec.json.encode({"text": text})
    fields = {
        "Host": "api.example.com",
        "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0",
        "Accept": "application/json",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
    }
    head = request_head("POST", "/v1/notes", fields.items(), has_body=True)
    return Row({**_ABOUT, "payload": payload}, RecordedExchange("padded", head, body=body))
