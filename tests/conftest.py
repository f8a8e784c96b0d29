"""What holds for all tests: how long Hypothesis looks, that none asserts the time it takes, one build of the filter,
what is compiled once for all gateways, how many run at once, and what is no garbage."""

import fcntl
import gc
import os
import signal
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings
from tests.integration.envoy.running import build_filter

settings.register_profile("default", deadline=None)
settings.register_profile("long", deadline=None, max_examples=5000)  # pytest --hypothesis-profile=long
settings.load_profile("default")


def pytest_configure() -> None:
    """A shell lets what runs in its background ignore SIGINT, and so would the programs that are tested with it.

    The signs of attacks are compiled once: else each gateway would, where Python is told to write no bytecode.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if "PYTEST_XDIST_WORKER" not in os.environ:
        subprocess.run([sys.executable, "-m", "garrison.payload"], check=True)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Thousands of tests and all that they import live to the end. While they are made the collector of garbage would
    walk them again and again, which takes as long as making them, in each process that the tests are shared among;
    and so it would afterwards, for whoever has garbage collected."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int | None:
    """Two for each core, if nothing else is said: tests wait for the servers that they start, half of their time."""
    return None if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ else 2 * len(os.sched_getaffinity(0))


@pytest.fixture(scope="session")
def built_filter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The filter, compiled once: processes that share the tests among them share it too."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    with (shared / "filter.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        output = shared / "filter.so"
        return output if output.exists() else build_filter(shared)


def pytest_make_parametrize_id(val: object) -> str | None:
    """What gzip makes holds the time, so its bytes are no name that all processes which share the tests agree on."""
    return "gzip" if isinstance(val, bytes) and val.startswith(b"\x1f\x8b") else None
