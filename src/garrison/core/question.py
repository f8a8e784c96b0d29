"""Questions: what must be asked of another server before an exchange can be decided, and its answer.

The engine does no I/O. A control that needs an answer returns a `Question`, the exchange becomes the step `Ask`, and
once the adapter has fed the answer the control is asked again. Nothing else on the way of a request waits for anyone.
"""

from typing import final

import msgspec


@final
class Question(msgspec.Struct, frozen=True):
    """One request to a server that the settings name."""

    service: str
    """Which server, as the settings name it: `introspection NAME`, `decision-point`."""
    body: bytes
    content_type: str
    accept: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    """Further header fields; the service's own credentials are the adapter's to add."""


class Answer(msgspec.Struct, frozen=True):
    """What the server answered. `status` 0: nothing, in the time it was given."""

    status: int
    content_type: str = ""
    body: bytes = b""


UNANSWERED = Answer(0)
"""The answer where the server cannot be reached, is too slow, or answers with too much."""

MAX_QUESTIONS = 4
"""Questions of one exchange: more are a fault of the controls that ask them."""
