"""Sessions that decide nothing, for what the filter itself costs. `settings` says how much they ask for."""

from typing import Any

import msgspec

from garrison.adapters.envoy import bridge
from garrison.core.http import Headers


class Session:
    """Passes the request and takes the response."""

    __slots__ = ("directive", "limit", "mutation", "reply", "response_limit")

    limit: int
    mutation: bridge.Change
    reply: bridge.Reply

    def __init__(self, directive: int) -> None:
        self.directive = directive
        self.response_limit = 65536

    def request_body(self, chunk: bytes, end: bool, /) -> int:
        """Want nothing more."""
        return bridge.PASS

    def response(
        self,
        status: int,
        headers: Headers,
        has_body: bool,
        body: bytes | None,
        complete: bool,
        /,
    ) -> int:
        """Be done."""
        return bridge.PASS | bridge.DONE

    def response_body(self, chunk: bytes, end: bool, /) -> int:
        """Be done."""
        return bridge.PASS | bridge.DONE

    def local_reply(self, status: int, details: str, /) -> None:
        """Take no note."""

    def close(self, aborted: bool, status: int, response_bytes: int, /) -> int:
        """Keep nothing."""
        return bridge.PASS


class Exchanges:
    """Makes sessions with one and the same directive."""

    fail_open = False

    def __init__(self, directive: int) -> None:
        self.directive = directive

    def request(self, *facts: Any) -> Session:
        """Open a session."""
        return Session(self.directive)

    def close(self) -> None:
        """Have nothing to stop."""


INTERESTS = {
    "none": bridge.INTEREST_NONE,
    "observe": bridge.INTEREST_OBSERVE,
    "head": bridge.INTEREST_HEAD,
}


def make(config: bridge.FilterConfig) -> Exchanges:
    """The factory."""
    return Exchanges(INTERESTS[msgspec.json.decode(config.settings, type=str)])
