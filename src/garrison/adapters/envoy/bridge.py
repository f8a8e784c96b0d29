"""Where the native filter meets Python: what it calls, and the numbers it reads.

The filter (`filter/`) calls `configure` once for each filter configuration, `request` once for each exchange, and
then the session's methods. Every method that takes a part of a message answers with a directive: the step in the
low four bits, flags and the response interest above. What a directive cannot hold stands in the session's
attributes, which the filter reads only when the directive says that they count.

`filter/session.h` and `filter/exchange.h` hold the twins of these numbers. Whatever raises here becomes the fail mode.
"""

import gc
import importlib
import sys
from collections.abc import Callable
from typing import Final, Protocol, TypeAlias

import msgspec

from garrison.core.http import Headers

PASS: Final = 0
"""Forward; no more of this message is wanted."""
HOLD: Final = 1
"""Forward nothing yet; feed the body up to `limit` bytes."""
OBSERVE: Final = 2
"""Forward, and feed a copy of up to `limit` bytes."""
REFUSE: Final = 3
"""Send `reply` instead."""
ASK: Final = 4
"""Forward nothing yet: `ask` begins to ask another server, and `answered` is called once it has answered. Only a
request may be kept waiting so."""
MUTATE: Final = 0x10
"""Flag of PASS, HOLD and OBSERVE: apply `mutation` first."""
DONE: Final = 0x20
"""Flag: the session is closed, call it no more."""
INTEREST_NONE: Final = 0
"""Nothing of the response is wanted."""
INTEREST_OBSERVE: Final = 0x100
"""The response is wanted once, after the fact, with a body of up to `response_limit` bytes."""
INTEREST_HEAD: Final = 0x200
"""The response's head is wanted before it is forwarded; held whole where it is small."""

SWITCH_INTERVAL: Final = 0.0005
"""Seconds after which Python's own threads get the interpreter from a busy worker (default: 0.005)."""

Reply: TypeAlias = tuple[int, Headers, bytes]
"""Status, headers, body."""
Change: TypeAlias = tuple[str | None, Headers, tuple[str, ...], bytes | None]
"""Target, headers to set, headers to drop, body; None leaves as it is."""
Tls: TypeAlias = tuple[str, str, str, str, str, str]
"""Version, server name, client certificate's subject, SHA-256 digest, first DNS and first URI alternative name; empty
where there is none."""
Wake: TypeAlias = Callable[[], None]
"""Has `answered` called on the exchange's own worker; may be called from any thread, once, and also after the exchange
is over."""


class SessionLike(Protocol):
    """One exchange, as the filter drives it."""

    @property
    def directive(self) -> int:
        """What to do with the request; read once, right after `request`."""

    @property
    def limit(self) -> int:
        """Bytes of body wanted; counts after HOLD and OBSERVE."""

    @property
    def response_limit(self) -> int:
        """Bytes of the response's body wanted; counts where the response is of interest."""

    @property
    def reply(self) -> Reply:
        """What to send; counts after REFUSE."""

    @property
    def mutation(self) -> Change:
        """What to change; counts with MUTATE."""

    def request_body(self, chunk: bytes, end: bool, /) -> int:
        """Take more of the request's body, after HOLD or OBSERVE; returns a directive."""

    def ask(self, wake: Wake, /) -> None:
        """Begin to ask, after ASK; must not wait for the answer. `wake` is called when it is here."""

    def answered(self) -> int:
        """Go on with the answer; returns a directive."""

    def response(self, status: int, headers: Headers, has_body: bool, body: bytes | None, complete: bool, /) -> int:
        """Take the upstream's response; returns a directive.

        `complete` is False for a body that passed by and was too long, or broke off: then `body` is what came of it.
        """

    def response_body(self, chunk: bytes, end: bool, /) -> int:
        """Take more of the response's body, after HOLD or OBSERVE; returns a directive.

        After OBSERVE it is called once, with `end` not set where it was too long, or broke off.
        """

    def local_reply(self, status: int, details: str, /) -> None:
        """Take note that Envoy answered by itself; `details` is its response code detail."""

    def close(self, aborted: bool, status: int, response_bytes: int, /) -> int:
        """End the exchange; called once, unless a directive said DONE.

        Called before the answer's last byte leaves, or when the exchange broke off. REFUSE means that the client must
        not get the whole answer: it gets `reply`, or where its head has left the answer is broken off.
        """


class Exchanges(Protocol):
    """What a factory makes: the source of sessions."""

    @property
    def fail_open(self) -> bool:
        """Whether the exchange passes where this adapter or its engine fails; read at each failure."""

    def request(  # noqa: PLR0913, PLR0917 - one crossing carries everything
        self,
        method: str,
        target: str,
        authority: str,
        scheme: str,
        protocol: str,
        headers: Headers,
        address: str,
        port: int,
        tls: Tls | None,
        has_body: bool,
        body: bytes | None,
        judged: bool,
        /,
    ) -> SessionLike:
        """Open a session; `body` is given where all of it is at hand.

        `judged` is False where it is too late to decide anything: Envoy answered by itself before it asked, or the
        client has left. What is known of the request is told, which may be nothing, and `close` follows.
        """

    def close(self) -> None:
        """Stop background work; called once, when the configuration goes."""


class FilterConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The filter's configuration in Envoy's bootstrap, as JSON."""

    factory: str
    """`module:name` of what is called with this configuration and makes `Exchanges`."""
    eager: int = 65536
    """Bytes. A body of a known length up to this is held and handed over together with its head."""
    settings: msgspec.Raw = msgspec.Raw(b"null")
    """JSON for the factory."""


class Configured:
    """What the filter keeps of a configuration."""

    __slots__ = ("_exchanges", "close", "eager", "request")

    def __init__(self, exchanges: Exchanges, config: FilterConfig) -> None:
        self._exchanges = exchanges
        self.request = exchanges.request
        self.close = exchanges.close
        self.eager = config.eager

    @property
    def fail_open(self) -> bool:
        """What a failure means now: a reload may have changed it."""
        return self._exchanges.fail_open


def configure(text: str) -> Configured:
    """Make the exchanges of one filter configuration.

    Raises whatever the factory raises; Envoy then refuses the configuration and its log says why.
    """
    config = msgspec.json.decode(text, type=FilterConfig)
    module, _, name = config.factory.partition(":")
    exchanges: Exchanges = getattr(importlib.import_module(module), name)(config)
    sys.setswitchinterval(SWITCH_INTERVAL)
    gc.freeze()  # the policy lives as long as the process: the collector need not walk it again and again
    return Configured(exchanges, config)
