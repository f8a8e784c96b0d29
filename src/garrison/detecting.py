"""Detection in the watch process: begun on a thread of its own, as what it needs takes seconds to load on a busy
machine, and nothing else must wait for it."""

import importlib.metadata
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from garrison.adapters.store.events import EVENTS
from garrison.adapters.store.segments import Tailer
from garrison.core.errors import ProblemsError, RecordError
from garrison.core.event import Event

if TYPE_CHECKING:
    from garrison.adapters.notifications.postman import Postman
    from garrison.lookout import Lookout


class Detecting:
    """A lookout and a postman, as the settings in a file want them."""

    def __init__(self, data: Path, settings: Path, say: Callable[[str], None]) -> None:
        """`say` is told, on several threads, what an operator should know."""
        self.trouble = ""
        """Why there is no detection though there should be."""
        self.lookout: Lookout | None = None
        """None until it has begun, and where the settings want none."""
        self._data = data
        self._settings = settings
        self._say = say
        self._postman: Postman | None = None
        self._tailer: Tailer[Event] = Tailer(data / EVENTS.spool, EVENTS.line)
        self._tailer.open()  # what waits is not missed, though it may be converted before the lookout has begun
        self._thread = threading.Thread(target=self._begin, name="garrison-detecting", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End both."""
        self._thread.join()
        if self.lookout is not None:
            self.lookout.close()
        if self._postman is not None:
            self._postman.close()

    def _begin(self) -> None:
        try:
            self._load()
        except ProblemsError as error:
            self.trouble = str(error.problems[0])
            for problem in error.problems:
                self._say(str(problem))
        except RecordError as error:
            self.trouble = str(error)
            self._say(f"garrison: {error}")

    def _load(self) -> None:
        from garrison.adapters.notifications.postman import Postman
        from garrison.adapters.watch_settings import read_settings
        from garrison.kept_detector import build_detector
        from garrison.lookout import Lookout
        from garrison.report.incident_finding import finding_of
        from garrison.responding import Responder, Response

        settings = read_settings(self._settings)
        detector = build_detector(settings)
        if detector is None:
            self._tailer.close()
            return
        spared = (*settings.controls.blocking.allow, *settings.listen.trusted_proxies)
        response = Response(settings.respond, settings.notify, spared)
        finding = partial(finding_of, version=importlib.metadata.version("garrison"))
        self._postman = Postman(self._data, settings.notify, finding, self._say)
        lookout = Lookout(
            self._data,
            detector,
            lambda recorded: Responder(self._data, response, recorded=tuple(recorded)),
            postman=self._postman,
            tailer=self._tailer,
            say=self._say,
        )
        lookout.start()
        self.lookout = lookout
