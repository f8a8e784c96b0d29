"""All lookups of one gateway: one thread with an event loop, beside the traffic."""

import asyncio
import concurrent.futures
import contextlib
import threading
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final, ParamSpec, TypeAlias, TypeVar

from garrison.adapters.lookups.issuers import FLOOR, IssuerWatch
from garrison.adapters.lookups.services import ServiceClient
from garrison.adapters.lookups.web import LookupFailedError, Note
from garrison.adapters.status import IssuerState, ServiceState
from garrison.config.model import Settings
from garrison.config.servers import KeySource, Service, key_sources, services
from garrison.core.question import UNANSWERED, Answer, Question
from garrison.identity.memory import Memory

FIRST_LOOK: Final = 2.0
"""Seconds that a start or a reload waits for keys of issuers that are new to it; then it goes on without."""
POLL: Final = 0.25
"""Seconds between two looks at which keys were missed."""
LOCALLY: Final = 100
"""Questions that this process answers by itself, at once; more are not answered."""
STOP: Final = 5.0
"""Seconds that stopping waits for the thread."""

P = ParamSpec("P")
T = TypeVar("T")
Local: TypeAlias = Callable[[bytes], Answer]
"""Answers the body of a question. May take long, and must not raise."""


class Lookups:
    """Keeps issuers' keys in the memory that authentication looks into, and asks what a request waits for.

    Every method but the loop's own may be called from any thread. Where the settings name no server nothing runs.
    """

    def __init__(
        self, memory: Memory, note: Note, local: Mapping[str, Local] | None = None, *, floor: float = FLOOR
    ) -> None:
        """`note` is told when an issuer's keys cannot be fetched, and when they can again. `local` are services that
        this process answers by itself, on threads of their own."""
        self._local = dict(local or {})
        self._locally = 0
        self._memory = memory
        self._note = note
        self._floor = floor
        self._watches: dict[str, tuple[IssuerWatch, asyncio.Task[None]]] = {}
        self._clients: dict[str, ServiceClient] = {}
        self._refused: dict[Service, str] = {}
        self._begun: set[asyncio.Task[Any]] = set()
        """What was begun here and has not ended; not the tasks that httpx begins in them, which end with them."""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._closed = False
        self._starting = threading.Lock()
        """Held by who begins something on the loop, or has no more begun on it."""

    def apply(self, settings: Settings) -> None:
        """From now on look after the servers that `settings` name; what stays as it was is not disturbed.

        Returns once a first try was made for every new issuer, at most after `FIRST_LOOK` seconds.
        """
        sources, asked = key_sources(settings), services(settings)
        if self._loop is None and not sources and not asked:
            return
        self._run(self._apply, sources, asked).result()

    def submit(self, question: Question, tell: Callable[[Answer], None]) -> None:
        """Have `question` asked; `tell` gets the answer, on the lookups' thread. Does not wait."""
        if self._loop is None and question.service not in self._local:
            tell(UNANSWERED)
            return

        def done(future: "concurrent.futures.Future[Answer]") -> None:
            failed = future.cancelled() or future.exception() is not None
            tell(UNANSWERED if failed else future.result())

        self._run(self._answer, question).add_done_callback(done)

    async def ask(self, question: Question) -> Answer:
        """The answer, awaited in another event loop (asyncio)."""
        if self._loop is None and question.service not in self._local:
            return UNANSWERED
        answer = self._run(self._answer, question)
        return UNANSWERED if answer.cancelled() else await asyncio.wrap_future(answer)

    @property
    def issuers(self) -> tuple[IssuerState, ...]:
        """How it stands with each issuer's keys."""
        return tuple(watch.state for watch, _ in list(self._watches.values()))

    @property
    def services(self) -> tuple[ServiceState, ...]:
        """How it stands with each server that is asked."""
        unusable = tuple(ServiceState(service.name, trouble=why) for service, why in self._refused.items())
        return (*(client.state for client in list(self._clients.values())), *unusable)

    def close(self) -> None:
        """Stop for good; questions under way are not answered any more."""
        with self._starting:
            self._closed = True
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop is None or thread is None:
            return
        loop.call_soon_threadsafe(loop.stop)
        thread.join(STOP)

    # -- on the loop's thread

    async def _apply(self, sources: tuple[KeySource, ...], asked: tuple[Service, ...]) -> None:
        wanted = {source.issuer: source for source in sources}
        for issuer, (watch, task) in list(self._watches.items()):
            if wanted.get(issuer) != watch.source or watch.source.file:  # a file is read anew with the settings
                task.cancel()
                del self._watches[issuer]
        self._memory.keys.keep_only(frozenset(wanted))
        fresh = [self._watch(source) for source in sources if source.issuer not in self._watches]
        await self._apply_services(asked)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FIRST_LOOK):
                for watch in fresh:
                    await watch.tried.wait()

    def _watch(self, source: KeySource) -> IssuerWatch:
        watch = IssuerWatch(source, self._memory.keys, self._note, floor=self._floor)
        self._watches[source.issuer] = watch, self._begin(watch.run())
        return watch

    async def _apply_services(self, asked: tuple[Service, ...]) -> None:
        """Made anew at each reload, which is how a changed secret takes effect; questions under way end first."""
        before = self._clients
        made: dict[str, ServiceClient] = {}
        refused: dict[Service, str] = {}
        for service in asked:
            try:
                made[service.name] = ServiceClient(service, self._note)
            except LookupFailedError as error:
                refused[service] = str(error)
                self._note(f"garrison: `{service.name}` cannot be asked: {error}")
        self._clients, self._refused = made, refused
        for client in before.values():
            self._begin(_let_go(client))

    async def _answer(self, question: Question) -> Answer:
        if question.service in self._local:
            return await self._answer_locally(self._local[question.service], question)
        client = self._clients.get(question.service)
        return await client.ask(question) if client is not None else UNANSWERED

    async def _answer_locally(self, answer: Local, question: Question) -> Answer:
        if self._locally >= LOCALLY:
            return UNANSWERED
        self._locally += 1
        try:
            return await asyncio.to_thread(answer, question.body)
        finally:
            self._locally -= 1

    async def _watch_misses(self) -> None:
        while True:
            await asyncio.sleep(POLL)
            for issuer in self._memory.keys.take_missed():
                if issuer in self._watches:
                    self._watches[issuer][0].miss()

    def _begin(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.get_running_loop().create_task(work)
        self._begun.add(task)
        task.add_done_callback(self._begun.discard)
        return task

    async def _noted(self, work: Callable[P, Coroutine[Any, Any, T]], *args: P.args, **named: P.kwargs) -> T:
        """What `work` gives. It is called only here: a coroutine that is made and never awaited is an error, and this
        task may be cancelled before its first step."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101
        self._begun.add(task)
        try:
            return await work(*args, **named)
        finally:
            self._begun.discard(task)

    async def _end(self) -> None:
        """Have everything end that was begun here, and nothing else: the tasks in which anyio seeks a connection must
        be cancelled by who began them, as one that is cancelled before its first step leaves a coroutine that was
        never awaited."""
        for task in self._begun:
            task.cancel()
        await asyncio.gather(*self._begun, return_exceptions=True)
        for client in self._clients.values():
            await client.close()

    def _run(
        self, work: Callable[P, Coroutine[Any, Any, T]], *args: P.args, **named: P.kwargs
    ) -> "concurrent.futures.Future[T]":
        """What `work` will give, on the loop; cancelled where this is closed."""
        with self._starting:
            if self._closed:
                never: concurrent.futures.Future[T] = concurrent.futures.Future()
                never.cancel()
                return never
            return asyncio.run_coroutine_threadsafe(self._noted(work, *args, **named), self._started())

    def _started(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(
                target=self._serve, args=(self._loop,), name="garrison-lookups", daemon=True
            )
            self._thread.start()
        return self._loop

    def _serve(self, loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        loop.call_soon(lambda: self._begin(self._watch_misses()))
        try:
            loop.run_forever()
        finally:
            loop.run_until_complete(self._end())
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()


async def _let_go(client: ServiceClient) -> None:
    """Close it once no question can be under way any more."""
    try:
        await asyncio.sleep(client.service.timeout)
    finally:
        await client.close()
