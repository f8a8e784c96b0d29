"""What every throughput benchmark needs: a cheap upstream (nginx), and a load (wrk). Both from Debian."""

import contextlib
import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

NGINX = """
worker_processes 1;
daemon off;
pid {directory}/nginx.pid;
error_log {directory}/nginx.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    keepalive_requests 100000000;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
    server {{
        listen 127.0.0.1:{port};
        location / {{
            default_type application/json;
            if ($request_method = POST) {{ return 201 '{body}'; }}
            return 200 '{body}';
        }}
    }}
}}
"""


def free_port() -> int:
    """A port of 127.0.0.1 that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextlib.contextmanager
def nginx(directory: Path, body: str) -> Iterator[int]:
    """An upstream that costs little: one worker that answers everything with `body` as JSON."""
    port = free_port()
    config = directory / "nginx.conf"
    config.write_text(NGINX.format(directory=directory, port=port, body=body))
    process = subprocess.Popen(["nginx", "-c", str(config), "-e", str(directory / "nginx.log")])
    try:
        _wait_until_it_listens(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def post_script(directory: Path, body: Mapping[str, object]) -> Path:
    """A wrk script that posts `body` as JSON."""
    script = directory / "post.lua"
    text = msgspec.json.encode(body).decode()
    script.write_text(f"wrk.method = 'POST'\nwrk.body = [[{text}]]\nwrk.headers['content-type'] = 'application/json'\n")
    return script


class Load(msgspec.Struct, frozen=True):
    """What one run of wrk came to."""

    requests: int
    requests_per_second: float


def processor_seconds(pid: int) -> float:
    """User and system time that a process has used so far (proc(5), `stat`, fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def load(port: int, path: str, *, seconds: int, connections: int = 32, script: Path | None = None) -> Load:
    """Load for some seconds; any error or refusal fails the benchmark."""
    options = ["-s", str(script)] if script else []
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", *options, f"http://127.0.0.1:{port}{path}"]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in output, output
    assert "Socket errors" not in output, output
    requests = re.search(r"(\d+) requests in", output)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", output)
    assert requests, output
    assert rate, output
    return Load(int(requests[1]), float(rate[1]))


def _wait_until_it_listens(port: int) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on {port}")
