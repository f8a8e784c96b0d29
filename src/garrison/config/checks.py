"""What types cannot say of the settings: shapes of addresses, and values that contradict each other.

Each check is a function from the settings to complaints; `CHECKS` lists them. Files are not looked at here:
that is I/O, and the adapters' to do.
"""

import ipaddress
import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from garrison.config.address import parse_listen, parse_upstream
from garrison.config.demands import demand_complaints
from garrison.config.explain import Complaint
from garrison.config.model import Settings
from garrison.config.servers import server_complaints
from garrison.core.decision import FailMode, Mode

_METHOD = re.compile(r"(?:\*|[A-Z][A-Z0-9!#$%&'+.^_|~-]*)\Z")
"""A method (RFC 9110, section 9.1) as contracts write it, or any."""


def settings_complaints(settings: Settings) -> Iterator[Complaint]:
    """Everything that contradicts itself or cannot work."""
    for check in CHECKS:
        yield from check(settings)


def _upstream(settings: Settings) -> Iterator[Complaint]:
    upstream, at = settings.upstream, ("upstream",)
    if upstream.url:
        try:
            parse_upstream(upstream.url)
        except ValueError as error:
            yield Complaint((*at, "url"), f"`{upstream.url}` {error}", "example: `http://127.0.0.1:9000`")
    if bool(upstream.tls.certificate) != bool(upstream.tls.key):
        missing = "key" if upstream.tls.certificate else "certificate"
        yield Complaint((*at, "tls"), f"`{missing}` is missing: a certificate and its key come together")
    if upstream.url.startswith("http://") and upstream.tls != type(upstream.tls)():
        hint = "write `https://` in `url`, or leave `tls` out"
        yield Complaint((*at, "tls"), "the upstream's URL is not `https`", hint, ((*at, "url"),))
    if upstream.health_check and not upstream.health_check.path.startswith("/"):
        yield Complaint((*at, "health-check", "path"), "must begin with `/`")


def _listen(settings: Settings) -> Iterator[Complaint]:
    listen, at = settings.listen, ("listen",)
    try:
        parse_listen(listen.address)
    except ValueError as error:
        yield Complaint((*at, "address"), f"`{listen.address}` {error}", "example: `127.0.0.1:8080`")
    if listen.http3 and listen.tls is None:
        hint = "HTTP/3 is always encrypted: give `certificate` and `key`"
        yield Complaint((*at, "http3"), "needs `tls`", hint, ((*at, "tls"),))
    if listen.tls and listen.tls.require_client_certificate and not listen.tls.client_ca:
        place = (*at, "tls", "require-client-certificate")
        yield Complaint(place, "needs `client-ca`", "name the authorities that verify clients")


def _record(settings: Settings) -> Iterator[Complaint]:
    if settings.mode == "monitor" and settings.record.fail is FailMode.CLOSED:
        hint = "set `mode: enforce`, or leave it out"
        message = "`closed` would refuse exchanges, which a gateway that monitors never does"
        yield Complaint(("record", "fail"), message, hint, (("mode",),))


def _metrics(settings: Settings) -> Iterator[Complaint]:
    address = settings.metrics.listen
    if not address:
        return
    try:
        parse_listen(address)
    except ValueError as error:
        yield Complaint(("metrics", "listen"), f"`{address}` {error}", "example: `127.0.0.1:9464`")


def _telemetry(settings: Settings) -> Iterator[Complaint]:
    url = settings.telemetry.otlp_url
    if not url:
        return
    place, hint = ("telemetry", "otlp-url"), "example: `http://127.0.0.1:4318`"
    try:
        parts = urlsplit(url)
        wrong = parts.scheme not in {"http", "https"} or not parts.hostname or parts.port == 0
    except ValueError:
        wrong = True
    if wrong:
        yield Complaint(place, f"`{url}` is no address of a collector", hint)
    elif parts.query or parts.fragment:
        yield Complaint(place, f"`{url}` must end with its path", hint)


def _trusted_proxies(settings: Settings) -> Iterator[Complaint]:
    for index, text in enumerate(settings.listen.trusted_proxies):
        place = ("listen", "trusted-proxies", index)
        try:
            network = ipaddress.ip_network(text)
        except ValueError:
            yield Complaint(place, f"`{text}` is no address or network", _network_hint(text))
            continue
        if network.prefixlen == 0:
            message = f"`{text}` would let every client name its own address"
            yield Complaint(place, message, "list the proxies")


def _network_hint(text: str) -> str:
    try:
        return f"did you mean `{ipaddress.ip_network(text, strict=False)}`?"
    except ValueError:
        return "examples: `10.0.0.7`, `10.0.0.0/8`, `fd00::/8`"


def _contract(settings: Settings) -> Iterator[Complaint]:
    contract, at = settings.contract, ("contract",)
    if contract.overlays and not contract.file:
        yield Complaint((*at, "overlays"), "there is no contract to overlay", "set `file`", ((*at, "file"),))
    for place, text in (
        ((*at, "file"), contract.file),
        *(((*at, "overlays", index), text) for index, text in enumerate(contract.overlays)),
    ):
        scheme, _, rest = text.partition("://")
        if rest and scheme not in {"http", "https"}:
            yield Complaint(place, f"`{scheme}` is not supported", "use a path, `http://` or `https://`")
        elif rest and not urlsplit(text).hostname:
            yield Complaint(place, f"`{text}` names no host")


def _inventory(settings: Settings) -> Iterator[Complaint]:
    inventory = settings.controls.inventory
    if settings.mode != "enforce" or inventory.unsafe_allow_undescribed:
        return
    at = ("controls", "inventory")
    hint = "set `controls.inventory.unsafe-allow-undescribed`, or `mode: monitor`"
    if inventory.mode is Mode.OFF:
        message = "nothing would grant a request, so that every one is denied"
        yield Complaint((*at, "mode"), message, hint, (("mode",), at))
    elif not settings.contract.file:
        message = "is missing: without a contract every request is undescribed, and denied"
        yield Complaint(("contract", "file"), message, hint, (("mode",), at, ("contract",)))
    for index, entry in enumerate(settings.operations):
        told = entry.controls.get("inventory", {})
        if told.get("mode") == "off" and not told.get("unsafe-allow-undescribed"):
            place = ("operations", index, "controls", "inventory", "mode")
            message = "nothing would grant these operations' requests"
            yield Complaint(place, message, "leave it out", (("mode",),))


def _matches(settings: Settings) -> Iterator[Complaint]:
    hint = "examples: `getPet`, `GET /pets/{petId}`, `* /admin/*`, `tag:internal`"
    for index, entry in enumerate(settings.operations):
        if message := _match_fault(entry.match):
            yield Complaint(("operations", index, "match"), message, hint)


def _match_fault(match: str) -> str:
    if not match.strip():
        return "is empty, must say which operations are meant"
    if match.startswith("tag:"):
        return "" if match.removeprefix("tag:").strip() else "names no tag"
    method, space, template = match.partition(" ")
    if match.startswith("/"):
        return f"`{match}` has no method: `* {match}` means any"
    if space and template.startswith(("/", "*")) and not _METHOD.match(method):
        return f"`{method}` is no method: methods are upper case, `*` means any"
    return ""


CHECKS: tuple[Callable[[Settings], Iterator[Complaint]], ...] = (
    _contract,
    _upstream,
    _listen,
    _record,
    _metrics,
    _telemetry,
    _trusted_proxies,
    _inventory,
    _matches,
    server_complaints,
    demand_complaints,
)
