"""A server that is asked while a request waits: introspection (RFC 7662), a decision point."""

import asyncio
import base64
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote_plus

from garrison.adapters.lookups.web import (
    MAX_CONNECTIONS,
    Fetched,
    LookupFailedError,
    Note,
    check_address,
    exchange,
    make_client,
    why,
    within,
)
from garrison.adapters.status import ServiceState
from garrison.config.servers import Service
from garrison.core.question import UNANSWERED, Answer, Question

if TYPE_CHECKING:
    import httpx

MAX_ANSWER: Final = 65536
"""Bytes of one answer; what a server says of one token has about a thousand."""
MAX_ASKING: Final = 1000
"""Questions to one server at once; more are not asked. Each is a request that waits."""
QUIET: Final = 60.0
"""Seconds between two lines that say that a server does not answer."""
MAX_SECRET: Final = 8192
"""Bytes of a file with a secret or a token."""


class ServiceClient:
    """Asks one server. Its connections are kept for the next question."""

    def __init__(self, service: Service, note: Note) -> None:
        """Read the credentials; raises LookupFailedError where they cannot be had."""
        self.service = service
        self._note = note
        self._quiet_until = 0.0
        self.asked = 0
        self.unanswered = 0
        self.trouble = ""
        self._asking = 0
        self._turns = asyncio.Semaphore(MAX_CONNECTIONS)
        self._authorization = _authorization(service)
        check_address(service.url, plain_http=service.plain_http)
        self._client = make_client(service.ca)

    @property
    def state(self) -> ServiceState:
        """As it stands now."""
        return ServiceState(self.service.name, self.asked, self.unanswered, self.trouble)

    async def ask(self, question: Question) -> Answer:
        """The answer, or `UNANSWERED`; never raises."""
        self.asked += 1
        if self._asking >= MAX_ASKING:
            return self._failed("more questions at once than are asked")
        self._asking += 1
        try:
            answer = await within(self.service.timeout, self._exchange(question))
        except LookupFailedError as error:
            return self._failed(str(error))
        finally:
            self._asking -= 1
        self.trouble = f"it answered with status {answer.status}" if answer.status >= 400 else ""
        return Answer(answer.status, answer.content_type, answer.body)

    async def close(self) -> None:
        """Let the connections go."""
        await self._client.aclose()

    async def _exchange(self, question: Question) -> Fetched:
        """Have them wait for their turn: httpx would, too, at a cost that grows with each that waits."""
        async with self._turns:
            return await exchange(self._client, self._request(question), size=MAX_ANSWER)

    def _request(self, question: Question) -> "httpx.Request":
        headers = {"content-type": question.content_type, "accept": question.accept, **dict(question.headers)}
        if self._authorization:
            headers["authorization"] = self._authorization
        return self._client.build_request("POST", self.service.url, content=question.body, headers=headers)

    def _failed(self, trouble: str) -> Answer:
        self.unanswered += 1
        self.trouble = trouble
        now = time.monotonic()
        if now >= self._quiet_until:
            self._quiet_until = now + QUIET
            self._note(
                f"garrison: `{self.service.name}` does not answer ({trouble}); requests that need it are refused"
            )
        return UNANSWERED


def _authorization(service: Service) -> str:
    if service.token_file:
        return f"Bearer {read_secret(service.token_file)}"
    if not service.client_id:
        return ""
    # RFC 6749, 2.3.1: both are form-encoded before Basic joins them.
    secret = read_secret(service.secret_file) if service.secret_file else ""
    pair = f"{quote_plus(service.client_id)}:{quote_plus(secret)}"
    return "Basic " + base64.b64encode(pair.encode()).decode("ascii")


def read_secret(file: str) -> str:
    """The file's one line; raises LookupFailedError."""
    try:
        with Path(file).open("rb") as stream:
            data = stream.read(MAX_SECRET + 1)
        text = data.decode("ascii").strip()
    except OSError as error:
        raise LookupFailedError(f"`{file}` cannot be read: {why(error)}") from error
    except UnicodeDecodeError as error:
        raise LookupFailedError(f"`{file}` must hold ASCII text only") from error
    if not text or len(data) > MAX_SECRET or not text.isprintable():
        raise LookupFailedError(f"`{file}` must hold one line of text, at most {MAX_SECRET} bytes")
    return text
