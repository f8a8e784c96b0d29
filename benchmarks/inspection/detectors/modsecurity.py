"""ModSecurity 3 with the OWASP Core Rule Set, in process, by the library's own Python binding.

Rules are Debian's package, or those of `--core-rules`. Blocking, at the paranoia level asked for; methods and media
types of APIs are allowed, as whoever puts it before one has to, and XML and every kind of JSON is parsed.
"""

import importlib.metadata
import re
from pathlib import Path
from typing import Any

from benchmarks.inspection.detector import Detector, MissingError, Options
from benchmarks.inspection.rows import Row

BASE = Path("/etc/nginx/modsecurity.conf")
DEBIAN_RULES = Path("/usr/share/modsecurity-crs/rules")
DEBIAN_SETUP = Path("/etc/modsecurity/crs/crs-setup.conf")
_TYPES = (
    "application/x-www-form-urlencoded", "multipart/form-data", "text/xml", "application/xml", "application/soap+xml",
    "application/json", "application/graphql", "application/vnd.api+json", "application/x-ndjson", "text/plain",
    "application/octet-stream", "application/x-protobuf", "application/vnd.github.v3+json",
)  # fmt: skip
_RULES = """
Include {base}
SecRuleEngine On
SecResponseBodyAccess Off
SecAuditEngine Off
SecTmpDir {directory}
SecDataDir {directory}
SecRule REQUEST_HEADERS:Content-Type "@rx (?i)[/+.]json" "id:4000,phase:1,pass,nolog,ctl:requestBodyProcessor=JSON"
Include {setup}
SecAction "id:4001,phase:1,pass,nolog,t:none,setvar:tx.blocking_paranoia_level={level},setvar:tx.paranoia_level={level}"
SecAction "id:4002,phase:1,pass,nolog,t:none,setvar:'tx.allowed_methods=GET HEAD POST OPTIONS PUT PATCH DELETE'"
SecAction "id:4003,phase:1,pass,nolog,t:none,setvar:'tx.allowed_request_content_type={types}'"
Include {rules}/*.conf
"""


def start(options: Options) -> Detector:
    """Raises MissingError where binding or rules are not installed."""
    try:
        import libmodsecurity
    except ImportError:
        raise MissingError("pip install libmodsecurity") from None
    rules, setup = DEBIAN_RULES, DEBIAN_SETUP
    if options.core_rules is not None:
        rules, setup = options.core_rules / "rules", options.core_rules / "crs-setup.conf.example"
    if not all(path.exists() for path in (BASE, rules, setup)):
        raise MissingError("apt-get install libnginx-mod-http-modsecurity modsecurity-crs")
    written = options.directory / "modsecurity.conf"
    types = " ".join(f"|{each}|" for each in _TYPES)
    written.write_text(
        _RULES.format(
            base=BASE, directory=options.directory, setup=setup, level=options.paranoia, types=types, rules=rules
        )
    )
    compiled = libmodsecurity.RulesSet()
    if compiled.load_from_uri(str(written)) < 0:
        raise RuntimeError(compiled.get_parser_error())
    engine = libmodsecurity.ModSecurity()
    engine.set_log_callback(lambda _: None)
    version = f"{importlib.metadata.version('libmodsecurity')}, rules {_version(rules)}, level {options.paranoia}"
    return Detector("modsecurity", version, lambda row: _refuses(libmodsecurity.Transaction(engine, compiled), row))


def _refuses(transaction: Any, row: Row) -> bool:
    request, body = row.exchange.request, row.exchange.body or b""
    transaction.process_connection("198.51.100.7", 40000, "127.0.0.1", 80)
    transaction.process_uri(request.target.encode("latin-1").decode("utf-8", "replace"), request.method, "1.1")
    transaction.add_request_header("host", request.authority or "api.example.com")
    names = {name for name, _ in request.headers}
    for name, value in request.headers:
        transaction.add_request_header(name, value.encode("latin-1", "replace").decode("utf-8", "replace"))
    if body and "content-length" not in names:
        transaction.add_request_header("content-length", str(len(body)))
    transaction.process_request_headers()
    if _stopped(transaction):
        return True
    if body:
        transaction.append_request_body(body)
    transaction.process_request_body()
    return _stopped(transaction)


def _stopped(transaction: Any) -> bool:
    intervention = transaction.intervention()
    return intervention is not None and bool(intervention.disruptive)


def _version(rules: Path) -> str:
    """As the rules themselves say it."""
    found = re.search(r"\"OWASP_CRS/([\d.]+)\"", (rules / "REQUEST-901-INITIALIZATION.conf").read_text())
    return found[1] if found else "unknown"
