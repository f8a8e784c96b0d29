"""Delivers what waits in the outbox: a thread for each destination, so that nothing waits for any of them."""

import contextlib
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from garrison.adapters.notifications.catalogue import sender_for
from garrison.adapters.notifications.sender import DeliveryError, Finding, Sender
from garrison.adapters.store.casebook import Casebook
from garrison.adapters.store.only_one import BusyError, the_only_one
from garrison.adapters.store.outbox import Outbox, Waiting
from garrison.config.notify import DestinationSettings, NotifySettings
from garrison.core.errors import RecordError

LOOK: Final = 1.0
"""Seconds between two looks where nobody says that something waits."""


class Postman:
    """All destinations of the settings."""

    def __init__(self, data: Path, settings: NotifySettings, finding: Finding, say: Callable[[str], None]) -> None:
        """`say` is told, on several threads, of what is given up."""
        self._rounds = [_Round(data, each, settings, finding, say) for each in settings.to]

    def wake(self) -> None:
        """Something waits."""
        for each in self._rounds:
            each.woken.set()

    def close(self) -> None:
        """Deliver nothing more. What is under way is waited for a little; the rest stays in the outbox."""
        for each in self._rounds:
            each.stop()
        for each in self._rounds:
            each.thread.join(2.0)


class _Round:
    """One destination."""

    def __init__(
        self,
        data: Path,
        destination: DestinationSettings,
        settings: NotifySettings,
        finding: Finding,
        say: Callable[[str], None],
    ) -> None:
        self._data = data
        self._destination = destination
        self._settings = settings
        self._finding = finding
        self._say = say
        self._sender: Sender | None = None
        self._stopping = False
        self.woken = threading.Event()
        self.thread = threading.Thread(target=self._run, name=f"garrison-notify-{destination.name}", daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self._stopping = True
        self.woken.set()

    def _run(self) -> None:
        casebook: Casebook | None = None
        while not self._stopping:
            try:
                casebook = casebook or Casebook(self._data)
                while self._deliver(Outbox(casebook)) and not self._stopping:
                    pass
            except RecordError as error:
                self._say(f"garrison: `{self._destination.name}` cannot be told: {error}")
                self.woken.wait(30 * LOOK)
            self.woken.wait(LOOK)
            self.woken.clear()
        if casebook is not None:
            casebook.close()

    def _deliver(self, outbox: Outbox) -> bool:
        """Whether something was delivered: then more may wait. While another process delivers to this destination,
        nothing: it would be told twice."""
        with contextlib.suppress(BusyError), the_only_one(self._data, f"notify-{self._destination.name}.lock", ""):
            return self._deliver_alone(outbox)
        return False

    def _deliver_alone(self, outbox: Outbox) -> bool:
        batch = self._sender.batch if self._sender is not None else 1
        some = outbox.due(self._destination.name, time.time(), batch)
        if not some:
            return False
        try:
            self._send(some)
        except DeliveryError as error:
            self._sender = None  # its secret may be another by then
            gone = outbox.failed(some, time.time(), str(error), give_up=self._settings.give_up)
            if gone:
                self._say(f"garrison: messages that `{self._destination.name}` never got: {gone} ({error})")
            return False
        outbox.delivered(some, time.time(), every=self._settings.every)
        return True

    def _send(self, some: list[Waiting]) -> None:
        if self._sender is None:
            self._sender = sender_for(self._destination, self._finding)
        self._sender.send([each.notice for each in some])
