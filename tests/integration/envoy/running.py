"""Starts a real Envoy with the filter in front of a real upstream on loopback."""

import contextlib
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import sysconfig
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import envoy
import find_libpython

from garrison.adapters.envoy.process import reserve
from garrison.config.address import Listen

ROOT = Path(__file__).parents[3]
HERE = Path(__file__).parent

FILTER_TYPE = "type.googleapis.com/envoy.extensions.filters.http.dynamic_modules.v3.DynamicModuleFilter"
MANAGER_TYPE = "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
ROUTER_TYPE = "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"
TLS_TYPE = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext"
INSPECTOR_TYPE = "type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector"
HTTP_OPTIONS_TYPE = "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
STRING_TYPE = "type.googleapis.com/google.protobuf.StringValue"


def build_filter(directory: Path, extra: Sequence[str] = ()) -> Path:
    """Compile the filter as pyproject.toml says, with `extra` compiler arguments."""
    (module,) = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["ext-modules"]
    output = directory / "filter.so"
    compiler = shutil.which("cc") or "cc"
    arguments = [*module["extra-compile-args"], *extra, "-shared", "-fPIC", f"-I{sysconfig.get_path('include')}"]
    subprocess.run([compiler, *arguments, *module["sources"], "-o", str(output)], cwd=ROOT, check=True)
    return output


def free_port() -> int:
    """A port that nobody has, nor gets before this process ends, but for its own Envoy."""
    held = reserve(Listen("127.0.0.1", 0))
    port: int = held.getsockname()[1]
    held.detach()  # stays open
    return port


def address(port: int) -> dict[str, Any]:
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def filter_entry(module: Path, config: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": "garrison",
        "typed_config": {
            "@type": FILTER_TYPE,
            "dynamic_module_config": {
                "module": {"local": {"filename": str(module)}},
                "load_globally": True,
                "do_not_close": True,
            },
            "filter_name": "garrison",
            "filter_config": {"@type": STRING_TYPE, "value": json.dumps(config)},
        },
    }


def bootstrap(
    port: int,
    upstream: int,
    entry: Mapping[str, Any] | None,
    *,
    tls: Mapping[str, Any] | None = None,
    upstream_http2: bool = False,
    buffer_limit: int | None = None,
) -> dict[str, Any]:
    """A static Envoy configuration: one listener, one cluster, the filter between."""
    route = {
        "match": {"prefix": "/"},
        "route": {
            "cluster": "upstream",
            "timeout": "3s",
            "upgrade_configs": [{"upgrade_type": "CONNECT", "enabled": False}],
        },
    }
    missing = {"match": {"prefix": "/unreachable"}, "route": {"cluster": "nobody"}}
    direct = {"match": {"prefix": "/direct"}, "direct_response": {"status": 418, "body": {"inline_string": "tea"}}}
    manager = {
        "@type": MANAGER_TYPE,
        "stat_prefix": "main",
        "delayed_close_timeout": "0.05s",  # how long a client that was broken off has to notice
        "codec_type": "AUTO",
        "http2_protocol_options": {"allow_connect": True},
        "upgrade_configs": [{"upgrade_type": "websocket"}],
        "http_protocol_options": {"enable_trailers": True},
        "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [missing, direct, route]}]},
        "http_filters": [
            *([entry] if entry else []),
            {"name": "router", "typed_config": {"@type": ROUTER_TYPE}},
        ],
    }
    chain: dict[str, Any] = {
        "filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]
    }
    if tls is not None:
        chain["transport_socket"] = {"name": "tls", "typed_config": {"@type": TLS_TYPE, **tls}}
    explicit: dict[str, Any] = (
        {"http2_protocol_options": {}} if upstream_http2 else {"http_protocol_options": {"enable_trailers": True}}
    )
    listener: dict[str, Any] = {"name": "main", "address": address(port), "filter_chains": [chain]}
    if tls is not None:
        # Envoy knows the name that the client asked for only through this filter.
        inspector = {"name": "tls_inspector", "typed_config": {"@type": INSPECTOR_TYPE}}
        listener["listener_filters"] = [inspector]
    if buffer_limit is not None:
        listener["per_connection_buffer_limit_bytes"] = buffer_limit
    return {
        "static_resources": {
            "listeners": [listener],
            "clusters": [
                {
                    **cluster("upstream", upstream),
                    "typed_extension_protocol_options": {
                        HTTP_OPTIONS_TYPE.rpartition("/")[2]: {
                            "@type": HTTP_OPTIONS_TYPE,
                            "explicit_http_config": explicit,
                        }
                    },
                },
                cluster("nobody", 1),
            ],
        }
    }


def cluster(name: str, port: int) -> dict[str, Any]:
    endpoint = {"endpoint": {"address": address(port)}}
    return {
        "name": name,
        "type": "STATIC",
        "connect_timeout": "1s",
        "load_assignment": {"cluster_name": name, "endpoints": [{"lb_endpoints": [endpoint]}]},
    }


class Envoy:
    """A running Envoy. Leaves by SIGTERM, and says so if it did not leave well."""

    def __init__(
        self,
        directory: Path,
        config: Mapping[str, Any],
        port: int,
        *,
        workers: int = 2,
        policies: Path = HERE,
    ) -> None:
        """`policies` is a directory of modules that factories are in, beside those of the project."""
        self.port = port
        self.log = directory / "envoy.log"
        file = directory / "envoy.json"
        file.write_text(json.dumps(config))
        binary = Path(envoy.__file__).parent / "_bin" / "envoy"
        environment = {
            **os.environ,
            "LD_PRELOAD": str(find_libpython.find_libpython()),
            "GARRISON_PYTHON": sys.executable,
            "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT), str(policies)]),
        }
        options = ["--concurrency", str(workers), "--use-dynamic-base-id", "-l", "warning", "--drain-time-s", "1"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [str(binary), "-c", str(file), *options], env=environment, stdout=log, stderr=log
            )

    def wait_until_serving(self) -> Self:
        until(lambda: self.process.poll() is not None or answers(self.port), "envoy listens", 60)
        if self.process.poll() is not None:
            raise RuntimeError(self.log.read_text())
        return self

    def stop(self) -> int:
        self.process.terminate()
        try:
            return self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 0.5).close()
    except OSError:
        return False
    return True


def until(condition: Callable[[], bool], what: str, seconds: float = 30) -> None:
    """Wait for `condition`; fails loudly, so no test depends on how long anything takes."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited in vain: {what}")
        time.sleep(0.01)


@contextlib.contextmanager
def running(envoy_process: Envoy) -> Iterator[Envoy]:
    try:
        yield envoy_process.wait_until_serving()
    finally:
        code = envoy_process.stop()
    assert code == 0, envoy_process.log.read_text()


class Notes:
    """What the scripted policy noted inside Envoy."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def of(self, name: str) -> list[dict[str, Any]]:
        lines = self.file.read_text().splitlines() if self.file.exists() else []
        notes = [json.loads(line) for line in lines if name in line]  # of thousands: all tests share the file
        return [note for note in notes if note["name"] == name]

    def calls(self, name: str) -> list[str]:
        return [note["call"] for note in self.of(name)]

    def wait(self, name: str, *calls: str) -> list[dict[str, Any]]:
        """Wait until exactly these calls were made for one exchange, in this order."""
        until(lambda: self.calls(name)[: len(calls)] == list(calls), f"{calls} for {name}, got {self.calls(name)}")
        assert self.calls(name) == list(calls)
        return self.of(name)


def connect(port: int, context: ssl.SSLContext | None = None) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), 10)
    return connection if context is None else context.wrap_socket(connection, server_hostname="gateway.test")
