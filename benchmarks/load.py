"""What every throughput benchmark needs: a cheap upstream (nginx), a load (wrk), and what a process has used.

Both programs are Debian's. One load generator serves for all figures: wrk at full speed, and for a given rate wrk with
`delay`, so that many connections each wait a random time between an answer and the next request. Requests then come
independently of each other, nearly as from many clients (a Poisson process), and a slow answer holds up one connection
of `PACED_CONNECTIONS` only. (`h2load --rps` and `hey -q` send on a clock tick of every connection, all at once.)
"""

import contextlib
import os
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

PACED_CONNECTIONS = 256
"""Connections that share a load of a given rate."""
PATIENCE = 10
"""Seconds that wrk waits for an answer: at 256 connections a slow gateway takes more than wrk's usual two."""

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
    map $uri $account {{
        default 100000001;
        "~^/v1/customers/(?<asked>[0-9]+)$" $asked;
    }}
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

# A browser's headers: a request without them is a sign of a tool to a web application firewall.
SCRIPT = """
wrk.method = "{method}"
wrk.path = "{path}"
wrk.headers["Host"] = "api.example.com"
wrk.headers["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64) Sample/1.0"
wrk.headers["Accept"] = "application/json"
{more}
local number, turn, parts, clients = 0, 0, {{}}, {{}}
function init()
    math.randomseed(os.time())
    number = math.random(100000000, 899999999)
    for each = 0, {clients} - 1 do
        clients[each] = string.format("198.18.%d.%d", math.floor(each / 250), each % 250 + 1)
    end
    local rest = wrk.format()
    for _, mark in ipairs({{{marks}}}) do
        local at = rest:find(mark, 1, true)
        parts[#parts + 1] = rest:sub(1, at - 1)
        rest = rest:sub(at + #mark)
    end
    parts[#parts + 1] = rest
end
{request}
{delay}
function done(summary, latency)
    local errors = summary.errors
    local broken = errors.connect + errors.read + errors.write + errors.timeout
    local form = '{{"requests":%d,"microseconds":%d,"p50":%d,"p99":%d,"broken":%d,"refused":%d}}'
    local p50, p99 = latency:percentile(50), latency:percentile(99)
    io.stderr:write(form:format(summary.requests, summary.duration, p50, p99, broken, errors.status))
end
"""
NUMBER, CLIENT = "#", "@client@"
"""Marks in the text of a request, in whose place another value stands in each."""
WIDE = NUMBER * 9
"""The first of them where it stands in a body, whose length is told before it is sent."""
# In an order without neighbours: whoever counts ids up is detected.
REQUEST = """function request()
    number, turn = 100000000 + (number - 100000000 + 7919) % 900000000, turn + 1
    return {pieces}
end"""
DELAY = "function delay() return math.floor(0.5 - {mean} * math.log(1 - math.random())) end"


class Request(msgspec.Struct, frozen=True):
    """What the load asks for."""

    method: str
    path: str
    """A `#` stands for nine digits that are others in each request, so that nothing can answer from memory."""
    body: bytes = b""
    """JSON; `#` stands for those nine digits in it as well."""
    token: str = ""
    """What `Authorization: Bearer` sends; empty: nothing."""
    clients: int = 0
    """So many clients take turns, each with an address of its own in `X-Forwarded-For` (198.18.0.0/15, RFC 2544), as
    a proxy sends it; 0: no such header. At most 64,000."""


class Load(msgspec.Struct, frozen=True):
    """What one run of wrk came to. Latencies are in microseconds."""

    requests: int
    microseconds: int
    p50: int
    p99: int
    broken: int
    refused: int

    @property
    def requests_per_second(self) -> float:
        """Throughput."""
        return self.requests / self.microseconds * 1e6


class Server(msgspec.Struct, frozen=True):
    """A server that runs."""

    port: int
    pid: int


def free_port() -> int:
    """A port of 127.0.0.1 that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def listening_port(process: "subprocess.Popen[str]") -> int:
    """The port of 127.0.0.1 on which a guard says that it listens; what it says afterwards is read and dropped."""
    assert process.stdout is not None
    for line in process.stdout:
        if "listening on" in line:
            threading.Thread(target=process.stdout.read, daemon=True).start()
            return int(line.partition("127.0.0.1:")[2].split()[0])
    raise RuntimeError("garrison guard did not start")


@contextlib.contextmanager
def nginx(directory: Path, body: str) -> Iterator[Server]:
    """An upstream that costs little: one worker that answers everything with `body` as JSON, in which `$account` stands
    for the account that was asked for."""
    port = free_port()
    config = directory / "nginx.conf"
    config.write_text(NGINX.format(directory=directory, port=port, body=body))
    with run_nginx(config, port) as server:
        yield server


@contextlib.contextmanager
def run_nginx(config: Path, port: int) -> Iterator[Server]:
    """nginx by this configuration, once it listens."""
    process = subprocess.Popen(["nginx", "-c", str(config), "-e", str(config.with_suffix(".log"))])
    try:
        _wait_until_it_listens(process, port)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait()


def load(port: int, request: Request, *, seconds: int, connections: int = 32, rate: float | None = None) -> Load:
    """Load for some seconds, at full speed or at about `rate` requests a second.

    Raises RuntimeError where anything was refused or broke off: such a figure means nothing.
    """
    connections = connections if rate is None else PACED_CONNECTIONS
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(_script(request, connections, rate))
        script.flush()
        options = ["-t1", f"-c{connections}", f"-d{seconds}s", f"--timeout={PATIENCE}s", "-s", script.name]
        done = subprocess.run(
            ["wrk", *options, f"http://127.0.0.1:{port}"], capture_output=True, text=True, check=False
        )
    try:
        result = msgspec.json.decode(done.stderr.rpartition("\n")[2], type=Load)
    except msgspec.DecodeError:
        raise RuntimeError(f"wrk failed:\n{done.stdout}{done.stderr}") from None
    if result.broken or result.refused or not result.requests:
        raise RuntimeError(f"some of {request.method} {request.path} on port {port} failed: {result}")
    return result


def _script(request: Request, connections: int, rate: float | None) -> str:
    body = request.body.decode().replace(NUMBER, WIDE)
    more = [f"wrk.headers['Content-Type'] = 'application/json'\nwrk.body = [[{body}]]"] if body else []
    more += [f"wrk.headers['Authorization'] = 'Bearer {request.token}'"] if request.token else []
    more += [f"wrk.headers['X-Forwarded-For'] = '{CLIENT}'"] if request.clients else []
    return SCRIPT.format(
        method=request.method,
        path=request.path,
        more="\n".join(more),
        **_varied(request),
        delay=DELAY.format(mean=connections / rate * 1000) if rate else "",
    )


def _varied(request: Request) -> dict[str, str]:
    """What is another in each request: a number, the client, both or nothing."""
    values = [(NUMBER, "number")] if NUMBER in request.path else []
    values += [(CLIENT, f"clients[turn % {request.clients}]")] if request.clients else []
    values += [(WIDE, "number")] * request.body.decode().count(NUMBER)
    pieces = "parts[1]" + "".join([f" .. {value} .. parts[{at}]" for at, (_, value) in enumerate(values, 2)])
    return {
        "marks": ", ".join([f'"{mark}"' for mark, _ in values]),
        "clients": str(request.clients),
        "request": REQUEST.format(pieces=pieces) if values else "",
    }


def _family(pid: int) -> list[list[str]]:
    """The fields of proc(5) `stat` after the name, of a process and all that descend from it."""
    found: dict[int, list[str]] = {}
    for each in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it may have ended by now
            found[int(each.name)] = [each.name, *(each / "stat").read_text().rpartition(")")[2].split()]
    family = [pid]
    for member in family:
        family += [other for other, fields in found.items() if int(fields[2]) == member]
    return [found[member] for member in family if member in found]


def processor_seconds(pid: int) -> float:
    """User and system time that a process and its descendants have used, those that have ended included."""
    ticks = sum(int(field) for fields in _family(pid) for field in fields[12:16])
    return ticks / os.sysconf("SC_CLK_TCK")


def settled(pid: int) -> float:
    """`processor_seconds` once a process and its descendants are at rest: they use less than a twentieth of a core.
    Raises TimeoutError if they do not come to rest in a minute."""
    used = processor_seconds(pid)
    for _ in range(120):
        time.sleep(0.5)
        before, used = used, processor_seconds(pid)
        if used - before <= 0.5 / 20:
            return used
    raise TimeoutError(f"process {pid} does not come to rest")


def memory_bytes(pid: int) -> int:
    """Memory of a process and its descendants, what they share counted once (proc(5), `Pss` of `smaps_rollup`)."""
    total = 0
    for fields in _family(pid):
        with contextlib.suppress(OSError):
            lines = Path(f"/proc/{fields[0]}/smaps_rollup").read_text().splitlines()
            total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total * 1024


def _wait_until_it_listens(process: "subprocess.Popen[bytes]", port: int) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError(f"nginx ended with {process.returncode}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on {port}")
