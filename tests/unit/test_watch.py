"""The watch process: what ends in it ends it, for the guard starts another."""

import errno
import os
import threading
from pathlib import Path
from typing import Never

import msgspec
import pytest

from garrison import detecting, lookout
from garrison.adapters.store.upkeep import Retention
from garrison.config.model import Settings
from garrison.core.errors import RecordError
from garrison.watch import run


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize(
    "broken", [(lookout.Lookout, "_watch"), (lookout.Lookout, "_begin"), (detecting.Detecting, "_load")]
)
def test_detection_that_breaks_does_not_stay_broken(
    broken: tuple[type, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where there is no descriptor left to read the spool with."""

    def fail(*_: object) -> Never:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(*broken, fail)
    settings = tmp_path / "settings.json"
    settings.write_bytes(msgspec.json.encode(Settings(data=str(tmp_path))))
    stopping = threading.Event()
    patience = threading.Timer(20, stopping.set)
    patience.start()
    with pytest.raises(RecordError, match="detection ended unexpectedly"):
        run(tmp_path, retention=Retention(), otlp_url="", stopping=stopping, settings=settings)
    patience.cancel()
