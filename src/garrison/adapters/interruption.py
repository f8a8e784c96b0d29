"""Being told to end while something is under way that must not be cut in two."""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Final

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def heeding(stop: Callable[[], None]) -> Iterator[None]:
    """While it lasts the first SIGINT or SIGTERM calls `stop`, which asks for an end in good order; one more raises
    KeyboardInterrupt where it happens to be. Signals reach the main thread only: in another nothing is changed."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def told(number: int, frame: FrameType | None) -> None:
        for each in _SIGNALS:
            signal.signal(each, signal.default_int_handler)
        stop()

    before = {number: signal.signal(number, told) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
