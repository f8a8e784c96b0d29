"""The gateways that are compared, started, each before the same upstream, with a worker for each core, or as many as
Garrison has by itself on so many cores. The load's own address is that of a proxy which each of them trusts to name
the client.

* `upstream`: nothing in between.
* `envoy`: Garrison's own Envoy configuration without its filter.
* `garrison`: `garrison guard` with the sample API's contract, in enforce mode, every control on but the one that counts
  people and the one that reads payloads, answers validated (`response-schema`), and every exchange recorded: its
  processor time and memory are those of Envoy, of the guard, and of the process that turns the record into Parquet.
* `people`: the same, and people are counted: the contract says who they are and what is said of them, each answer
  discloses another one, budgets of an hour, a day and 30 days are enforced, and the ledger is written.
* `detecting`: the same, and all shipped detection rules look at every event in the process beside it.
* `payload`: as `garrison`, and `payload` enforced: what nothing in the contract pins down is read for injections.
* `monitor`: as `garrison`, in monitor mode.
* `modsecurity`: nginx with ModSecurity 3 and the OWASP Core Rule Set, as Debian ships them, blocking, paranoia level 1,
  JSON bodies parsed, answers' bodies not looked at, no access log.
"""

import contextlib
import http.client
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
from benchmarks.load import Server, free_port, run_nginx

from garrison.adapters.envoy.cores import workers_of
from garrison.adapters.envoy.handover import Checked
from garrison.adapters.envoy.parts import envoy_binary
from garrison.adapters.envoy.service import Parts, Service
from garrison.config.model import ContractSettings, ListenSettings, Settings, UpstreamSettings
from garrison.lab.sample import DESCRIPTION

PROXIES = ("127.0.0.1",)
MODULE = Path("/usr/lib/nginx/modules/ngx_http_modsecurity_module.so")
BASE_RULES = Path("/etc/nginx/modsecurity.conf")
CORE_RULES = Path("/usr/share/modsecurity-crs/rules")
CORE_SETUP = Path("/etc/modsecurity/crs/crs-setup.conf")

RULES = f"""
Include {BASE_RULES}
SecRuleEngine On
SecResponseBodyAccess Off
SecAuditLog {{directory}}/audit.log
SecTmpDir {{directory}}
SecDataDir {{directory}}
Include {CORE_SETUP}
Include {CORE_RULES}/*.conf
"""
FIREWALL = f"""
load_module {MODULE};
worker_processes {{workers}};
daemon off;
pid {{directory}}/nginx.pid;
error_log {{directory}}/nginx.log;
events {{{{ worker_connections 4096; }}}}
http {{{{
    access_log off;
    keepalive_requests 100000000;
    set_real_ip_from {PROXIES[0]};
    real_ip_header X-Forwarded-For;
    client_body_temp_path {{directory}}/body;
    proxy_temp_path {{directory}}/proxy;
    fastcgi_temp_path {{directory}}/fastcgi;
    uwsgi_temp_path {{directory}}/uwsgi;
    scgi_temp_path {{directory}}/scgi;
    upstream api {{{{ server 127.0.0.1:{{upstream}}; keepalive 256; keepalive_requests 100000000; }}}}
    server {{{{
        listen 127.0.0.1:{{port}};
        modsecurity on;
        modsecurity_rules_file {{directory}}/rules.conf;
        location / {{{{
            proxy_pass http://api;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $host;
        }}}}
    }}}}
}}}}
"""
DATA = "data"
"""Garrison's data directory, in its place."""
RECORDING = frozenset({"garrison", "payload", "people", "detecting", "monitor"})
"""The gateways that record every exchange."""
UNREAD: Mapping[str, Any] = {"payload": {"mode": "off"}}
"""Each bar shows one thing more than the one before: what reading payloads costs is shown by a gateway of its own."""
OTHERS: Mapping[str, Any] = {"response-schema": {"mode": "enforce"}, "exposure": {"mode": "off"}, **UNREAD}
"""Settings of controls where nothing else is said."""
DETECTING: Mapping[str, Any] = {"detect": {"mode": "on"}}
HOSTILE = "/v1/customers?limit=1%27%20UNION%20SELECT%20password%20FROM%20users--%20"
"""What every gateway that looks must refuse, by its contract or by its signatures."""


class Place(msgspec.Struct, frozen=True):
    """Where a gateway is to run."""

    directory: Path
    """Its own, empty."""
    upstream: Server
    workers: int


Start: TypeAlias = Callable[[Place], contextlib.AbstractContextManager[Server]]


def available() -> dict[str, Start]:
    """How to start each gateway that can run here, by name."""
    found: dict[str, Start] = {
        "upstream": lambda place: contextlib.nullcontext(place.upstream),
        "envoy": bare,
        "garrison": lambda place: garrison(place, "enforce"),
        "payload": lambda place: garrison(place, "enforce", {"controls": {**OTHERS, "payload": {"mode": "enforce"}}}),
        "people": lambda place: garrison(place, "enforce", counting_people(place.directory)),
        "detecting": lambda place: garrison(place, "enforce", {**counting_people(place.directory), **DETECTING}),
        "monitor": lambda place: garrison(place, "monitor"),
    }
    if all(path.exists() for path in (MODULE, BASE_RULES, CORE_RULES, CORE_SETUP)):
        found["modsecurity"] = modsecurity
    return found


@contextlib.contextmanager
def bare(place: Place) -> Iterator[Server]:
    """Envoy alone."""
    settings = Settings(
        contract=ContractSettings(file=str(DESCRIPTION)),
        upstream=UpstreamSettings(url=f"http://127.0.0.1:{place.upstream.port}"),
        listen=ListenSettings(address="127.0.0.1:0", workers=place.workers, trusted_proxies=PROXIES),
    )
    with Path(os.devnull).open("wb") as nowhere:
        service = Service(
            place.directory, Checked(settings, {}), Parts(envoy_binary()), events=nowhere.fileno(), log=print
        )
        envoy = service.start()
        try:
            envoy.wait_ready(lambda: False)
            yield Server(service.place.port, envoy.pid)
        finally:
            envoy.stop()


def counting_people(directory: Path) -> Mapping[str, Any]:
    """Settings under which people are counted, within budgets that the load does not reach."""
    subject, types = {"x-garrison-subject": "customer"}, {"name": "name", "email": "email", "lines": "phone"}
    customer = "$.components.schemas.Customer.properties"
    actions = [
        {"target": "$.paths['/customers/{accountNumber}'].parameters[0]", "update": subject},
        {"target": f"{customer}.accountNumber", "update": subject},
        *({"target": f"{customer}.{name}", "update": {"x-garrison-type": kind}} for name, kind in types.items()),
    ]
    overlay = directory / "people.json"
    overlay.write_bytes(
        msgspec.json.encode({"overlay": "1.0.0", "info": {"title": "people", "version": "1"}, "actions": actions})
    )
    windows = {"hour": "1h", "day": "1d", "month": "30d"}
    budgets = [{"name": name, "limit": 1_000_000, "window": window} for name, window in windows.items()]
    return {
        "contract": {"file": str(DESCRIPTION), "overlays": [str(overlay)]},
        "controls": {**OTHERS, "exposure": {"mode": "enforce", "budgets": budgets}},
    }


@contextlib.contextmanager
def garrison(place: Place, mode: str, more: Mapping[str, Any] | None = None) -> Iterator[Server]:
    """`garrison guard`, with `more` settings. Raises RuntimeError where it does not start, or lets pass what it must
    refuse."""
    port = free_port()
    workers = workers_of(place.workers)  # as it does itself on so many cores
    config = place.directory / "garrison.yaml"
    # JSON is YAML
    config.write_bytes(msgspec.json.encode({
        "mode": mode,
        "contract": {"file": str(DESCRIPTION)},
        "upstream": {"url": f"http://127.0.0.1:{place.upstream.port}"},
        "listen": {"address": f"127.0.0.1:{port}", "workers": workers, "trusted-proxies": PROXIES},
        "controls": OTHERS,
        "data": str(place.directory / DATA),
        "detect": {"mode": "off"},
        **(more or {}),
    }))  # fmt: skip
    start = "from garrison.cli.main import main; main()"
    log = place.directory / "guard.log"
    with log.open("wb") as notes:
        command = [sys.executable, "-c", start, "guard", "--config", str(config)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=notes)
    try:
        assert process.stdout is not None
        if b"listening" not in process.stdout.readline():
            raise RuntimeError(f"garrison guard did not start:\n{log.read_text()}")
        if mode == "enforce":
            _must_refuse(port, 401 if "authentication" in (more or {}).get("controls", {}) else 400)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def modsecurity(place: Place) -> Iterator[Server]:
    """nginx with ModSecurity and the Core Rule Set. Raises RuntimeError where it lets pass what it must refuse."""
    port = free_port()
    place.directory.chmod(0o755)  # its workers may run as another user
    (place.directory / "rules.conf").write_text(RULES.format(directory=place.directory))
    config = place.directory / "nginx.conf"
    config.write_text(
        FIREWALL.format(directory=place.directory, workers=place.workers, upstream=place.upstream.port, port=port)
    )
    with run_nginx(config, port) as server:
        _must_refuse(port, 403)
        yield server


def _must_refuse(port: int, status: int) -> None:
    """A gateway that refuses nothing would be fast."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    headers = {"Host": "api.example.com", "User-Agent": "Mozilla/5.0", "Accept": "*/*"}
    connection.request("GET", HOSTILE, headers=headers)
    answered = connection.getresponse().status
    connection.close()
    if answered != status:
        raise RuntimeError(f"the gateway answered {answered} to an attack, not {status}")
