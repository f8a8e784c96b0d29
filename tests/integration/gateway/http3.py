"""A client that speaks HTTP/3: some exchanges on one QUIC connection."""

import asyncio
import ssl
from collections.abc import Mapping, Sequence

from aioquic.asyncio.client import connect
from aioquic.asyncio.protocol import QuicConnectionProtocol
from aioquic.h3.connection import H3_ALPN, H3Connection
from aioquic.h3.events import DataReceived, H3Event, HeadersReceived
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.events import QuicEvent, StreamReset
from tests.integration.envoy.clients import Answer

TIMEOUT = 15
GIVE_UP = 0x10C
"""H3_REQUEST_CANCELLED (RFC 9114, 8.1)."""

Ask = tuple[str, str, Mapping[str, str], Sequence[bytes]]
"""Method, target, headers, and the parts of the body."""


class Http3(QuicConnectionProtocol):
    """The protocol of one connection."""

    http: H3Connection
    waiting: dict[int, asyncio.Future[Answer]]
    headers: dict[int, list[tuple[str, str]]]
    bodies: dict[int, bytes]

    def begin(self) -> None:
        self.http = H3Connection(self._quic)
        self.waiting, self.headers, self.bodies = {}, {}, {}

    def quic_event_received(self, event: QuicEvent) -> None:
        if isinstance(event, StreamReset):
            self.end(event.stream_id)
        for told in self.http.handle_event(event) if hasattr(self, "http") else ():
            self.take(told)

    def take(self, event: H3Event) -> None:
        if isinstance(event, HeadersReceived):
            fields = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in event.headers]
            self.headers.setdefault(event.stream_id, []).extend(fields)
        elif isinstance(event, DataReceived):
            self.bodies[event.stream_id] = self.bodies.get(event.stream_id, b"") + event.data
        if isinstance(event, HeadersReceived | DataReceived) and event.stream_ended:
            self.end(event.stream_id)

    def end(self, stream: int) -> None:
        """The answer is whole, or was reset: then its status is 0 where no head came."""
        fields = self.headers.get(stream, [])
        status = int(dict(fields).get(":status", 0))
        if stream in self.waiting and not self.waiting[stream].done():
            self.waiting[stream].set_result(Answer(status, fields, self.bodies.get(stream, b"")))

    def ask(self, ask: Ask, *, end: bool = True) -> int:
        """Send a request; without `end` its last part is not the end."""
        method, target, more, parts = ask
        pseudo = {":method": method, ":scheme": "https", ":authority": "localhost", ":path": target}
        fields = [(name.encode(), value.encode()) for name, value in {**pseudo, **more}.items()]
        stream = self._quic.get_next_available_stream_id()
        self.waiting[stream] = asyncio.get_running_loop().create_future()
        self.http.send_headers(stream, fields, end_stream=end and not parts)
        for number, part in enumerate(parts, 1):
            self.http.send_data(stream, part, end_stream=end and number == len(parts))
        self.transmit()
        return stream

    def give_up(self, stream: int) -> None:
        self._quic.reset_stream(stream, GIVE_UP)
        self._quic.stop_stream(stream, GIVE_UP)
        self.transmit()


def configuration(authority: str) -> QuicConfiguration:
    """Trust in the certificate authority of this file only."""
    made = QuicConfiguration(
        is_client=True, alpn_protocols=H3_ALPN, verify_mode=ssl.CERT_REQUIRED, server_name="localhost"
    )
    made.load_verify_locations(cafile=authority)
    return made


async def _all(port: int, authority: str, asks: Sequence[Ask], forsaken: Ask | None) -> list[Answer]:
    async with connect(
        "127.0.0.1", port, configuration=configuration(authority), create_protocol=Http3, local_port=0
    ) as protocol:
        assert isinstance(protocol, Http3)
        protocol.begin()
        if forsaken is not None:
            stream = protocol.ask(forsaken, end=False)
            await protocol.ping()
            protocol.give_up(stream)
        streams = [protocol.ask(ask) for ask in asks]
        return list(await asyncio.gather(*(protocol.waiting[stream] for stream in streams)))


def exchanges(port: int, authority: str, *asks: Ask, forsaken: Ask | None = None) -> list[Answer]:
    """The answers, in the order of `asks`, which are under way all at once; `forsaken` is given up before."""
    return asyncio.run(asyncio.wait_for(_all(port, authority, asks, forsaken), TIMEOUT))
