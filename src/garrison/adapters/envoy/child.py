"""`garrison guard` as a child process, while a context lasts: for proofs and trials, nothing that serves anybody."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from garrison.adapters.envoy import launch
from garrison.core.errors import GatewayError

_START_TIMEOUT: Final = 300.0
"""Seconds; long, for proofs step back behind everything else that a machine does."""
_STOP_TIMEOUT: Final = 20.0
_GUARD: Final = (sys.executable, "-c", "from garrison.cli.main import main; main()", "guard", "--config")


@contextmanager
def guard_running(folder: Path, settings: Mapping[str, Any], *, is_alone: bool = True) -> Iterator[str]:
    """A gateway with these settings, which stand in garrison.yaml in `folder`; gives its URL. `is_alone`: with nothing
    beside it, so that the record stays as it was written.

    Raises:
        GatewayError: it does not start.
    """
    (folder / "garrison.yaml").write_text(json.dumps(settings))
    log = folder / "guard.log"
    with log.open("wb") as told:
        guard = subprocess.Popen(  # noqa: S603  # our own program
            [*launch.before(), *_GUARD, "garrison.yaml", "--grace", "0.5", *(["--alone"] if is_alone else [])],
            stdout=told,
            stderr=told,
            cwd=folder,
            env=os.environ,
        )
    try:
        yield _listening(guard, log)
    finally:
        guard.send_signal(signal.SIGTERM)
        try:
            guard.wait(_STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            guard.kill()
            guard.wait()


def _listening(guard: "subprocess.Popen[bytes]", log: Path) -> str:
    deadline = time.monotonic() + _START_TIMEOUT
    while time.monotonic() < deadline and guard.poll() is None:
        for line in log.read_text(errors="replace").splitlines():
            if "listening on " in line:
                return line.partition("listening on ")[2].split()[0]
        time.sleep(0.05)
    raise GatewayError(f"the gateway does not start: {log.read_text(errors='replace')[-1000:]}")
