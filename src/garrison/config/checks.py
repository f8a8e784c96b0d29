"""What types cannot say of the settings: shapes of addresses, and values that contradict each other.

Each check is a function from the settings to complaints; `CHECKS` lists them. Files are not looked at here:
that is I/O, and the adapters' to do.
"""

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from garrison.config.address import parse_listen, parse_upstream
from garrison.config.assess import assess_faults
from garrison.config.demands import demand_complaints
from garrison.config.detect import detect_faults
from garrison.config.exceptions import expiry
from garrison.config.explain import Complaint
from garrison.config.exposure import BudgetSettings, budget_faults
from garrison.config.exposure_checks import memory_complaints, subject_complaints
from garrison.config.limits import LimitSettings, limit_faults
from garrison.config.model import OperationSettings, Settings
from garrison.config.notify import notify_faults
from garrison.config.respond import respond_faults
from garrison.config.scheme_checks import scheme_complaints
from garrison.config.servers import server_complaints
from garrison.config.session_checks import session_complaints
from garrison.config.source import Path
from garrison.config.third_party import OutgoingSettings, header_faults
from garrison.config.virtual_patch import patch_faults
from garrison.core.countermeasure import system_number
from garrison.core.decision import FailMode, Mode
from garrison.core.printable import without_password

_METHOD = re.compile(r"(?:\*|[A-Z][A-Z0-9!#$%&'+.^_|~-]*)\Z")
"""A method (RFC 9110, section 9.1) as contracts write it, or any."""


_MATCH_HINT = "examples: `getPet`, `GET /pets/{petId}`, `* /admin/*`, `tag:internal`"


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
            yield Complaint(
                (*at, "url"), f"`{_without_password(upstream.url)}` {error}", "example: `http://127.0.0.1:9000`"
            )
    if bool(upstream.tls.certificate) != bool(upstream.tls.key):
        missing = "key" if upstream.tls.certificate else "certificate"
        yield Complaint((*at, "tls"), f"`{missing}` is missing: a certificate and its key come together")
    if upstream.url.startswith("http://") and upstream.tls != type(upstream.tls)():
        hint = "write `https://` in `url`, or leave `tls` out"
        yield Complaint((*at, "tls"), "the upstream's URL is not `https`", hint, ((*at, "url"),))
    if upstream.health_check and not upstream.health_check.path.startswith("/"):
        yield Complaint((*at, "health-check", "path"), "must begin with `/`")


def _egress(settings: Settings) -> Iterator[Complaint]:
    own, url = settings.egress, settings.upstream.url
    if own.enabled and url.startswith("http://") and not own.unsafe_plain_http:
        message = f"`{url}` is not encrypted: who is on the way could read what you send and forge the answers"
        hint = "use https; `egress.unsafe-plain-http` is for networks where nobody else is"
        yield Complaint(("upstream", "url"), message, hint, (("egress",),))
    if own.enabled and settings.contract.match_hosts:
        message = "would look for the third party's name in requests that are addressed to this gateway"
        yield Complaint(("contract", "match-hosts"), message, "leave it out", (("egress",),))
    places: list[tuple[Path, OutgoingSettings]] = [(("controls", "outgoing"), settings.controls.outgoing)]
    for index, entry in enumerate(settings.operations):
        if told := entry.controls.get("outgoing"):
            place: Path = ("operations", index, "controls", "outgoing")
            places.append((place, msgspec.convert(told, OutgoingSettings)))
    for at, outgoing in places:
        for path, message, hint in header_faults(outgoing):
            yield Complaint((*at, *path), message, hint)


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
    for kind, days in settings.record.ledger_days_of.items():
        if days > settings.record.ledger_days:
            message = f"is longer than `ledger-days` ({settings.record.ledger_days}), which all exposures go with"
            yield Complaint(("record", "ledger-days-of", kind), message, "raise `ledger-days`, and bound other kinds")


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


def _detect(settings: Settings) -> Iterator[Complaint]:
    for place, message, hint in detect_faults(settings.detect):
        yield Complaint(("detect", *place), message, hint)


def _assess(settings: Settings) -> Iterator[Complaint]:
    for place, message, hint in assess_faults(settings.assess):
        yield Complaint(("assess", *place), message, hint)
    if settings.assess.every and not settings.contract.file:
        hint = "say in `contract.file` what the API offers"
        yield Complaint(("assess", "every"), "needs a contract to assess the API by", hint, (("contract", "file"),))


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
        elif rest and not _host_of(text):
            yield Complaint(place, f"`{without_password(text)}` names no host")


def _without_password(url: str) -> str:
    """What was meant for a URL, as it may be shown, also where it is none for want of a scheme."""
    return without_password(url) if "://" in url else without_password(f"http://{url}").removeprefix("http://")


def _host_of(url: str) -> str:
    """The host that a URL names; empty where it names none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # brackets that hold no address
        return ""


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
        if settings.egress.enabled:
            hint = "name the third party's OpenAPI description: it says what may go out and come back"
        yield Complaint(("contract", "file"), message, hint, (("mode",), at, ("contract",)))
    for index, entry in enumerate(settings.operations):
        told = entry.controls.get("inventory", {})
        if told.get("mode") == "off" and not told.get("unsafe-allow-undescribed"):
            place = ("operations", index, "controls", "inventory", "mode")
            message = "nothing would grant these operations' requests"
            yield Complaint(place, message, "leave it out", (("mode",),))


def _limits(settings: Settings) -> Iterator[Complaint]:
    own = settings.controls.rate_limit
    place: Path = ("controls", "rate-limit", "limits")
    for index, limit in enumerate(own.limits):
        for at, pattern in enumerate(limit.match):
            if message := _match_fault(pattern):
                yield Complaint((*place, index, "match", at), message, _MATCH_HINT)
    for path, message, hint in limit_faults(own.limits, own.cost):
        yield Complaint((*place, *path), message, hint)
    for index, entry in enumerate(settings.operations):
        yield from _limits_of_entry(index, entry, own.limits)


def _limits_of_entry(index: int, entry: OperationSettings, limits: tuple[LimitSettings, ...]) -> Iterator[Complaint]:
    """An entry's own list stands in place of the other; a cost of its own must fit into either."""
    told = entry.controls.get("rate-limit", {})
    place: Path = ("operations", index, "controls", "rate-limit")
    cost = int(told.get("cost", 1))
    if "limits" in told:
        own = msgspec.convert(told["limits"], tuple[LimitSettings, ...])
        for path, message, hint in limit_faults(own, cost):
            yield Complaint((*place, "limits", *path), message, hint)
    elif "cost" in told:
        for _, message, hint in limit_faults(limits, cost):
            if message.startswith("a cost"):
                yield Complaint((*place, "cost"), message, hint)


def _budgets(settings: Settings) -> Iterator[Complaint]:
    """A list under `operations` stands in place of the other, and is looked at by itself."""
    lists: list[tuple[Path, tuple[BudgetSettings, ...]]] = [(("controls",), settings.controls.exposure.budgets)]
    for index, entry in enumerate(settings.operations):
        told = entry.controls.get("exposure", {})
        if "budgets" in told:
            own = msgspec.convert(told["budgets"], tuple[BudgetSettings, ...])
            lists.append((("operations", index, "controls"), own))
    for at, budgets in lists:
        place = (*at, "exposure", "budgets")
        for path, message, hint in budget_faults(budgets):
            yield Complaint((*place, *path), message, hint)
        for index, budget in enumerate(budgets):
            for one, pattern in enumerate(budget.match):
                if fault := _match_fault(pattern):
                    yield Complaint((*place, index, "match", one), fault, _MATCH_HINT)


def _exceptions(settings: Settings) -> Iterator[Complaint]:
    told = msgspec.to_builtins(settings.controls)
    entries: list[tuple[Path, Mapping[str, Any]]] = [(("controls", name), own) for name, own in told.items()]
    for index, entry in enumerate(settings.operations):
        entries += [(("operations", index, "controls", name), own) for name, own in entry.controls.items()]
    for place, own in entries:
        for at, exception in enumerate(own.get("except", ())):
            try:
                expiry(exception["expires"])
            except ValueError as error:
                hint = "examples: `2026-12-31`, `2026-12-31T18:00:00Z`"
                yield Complaint((*place, "except", at, "expires"), f"`{exception['expires']}` {error}", hint)


def _blocking(settings: Settings) -> Iterator[Complaint]:
    for index, text in enumerate(settings.controls.blocking.allow):
        if system_number(text) is not None:
            continue
        try:
            ipaddress.ip_network(text)
        except ValueError:
            message = f"`{text}` is no address, network or autonomous system"
            yield Complaint(("controls", "blocking", "allow", index), message, _network_hint(text))


def _patches(settings: Settings) -> Iterator[Complaint]:
    at: Path = ("controls", "virtual-patch", "patches")
    patches = settings.controls.virtual_patch.patches
    for place, message, hint in patch_faults(patches):
        yield Complaint((*at, *place), message, hint)
    for index, patch in enumerate(patches):
        if patch.operation and (fault := _match_fault(patch.operation)):
            yield Complaint((*at, index, "operation"), fault, _MATCH_HINT)


def _respond(settings: Settings) -> Iterator[Complaint]:
    for place, message, hint in respond_faults(settings.respond):
        yield Complaint(("respond", *place), message, hint)
    for place, message, hint in notify_faults(settings.notify):
        yield Complaint(("notify", *place), message, hint)


def _matches(settings: Settings) -> Iterator[Complaint]:
    for index, entry in enumerate(settings.operations):
        if message := _match_fault(entry.match):
            yield Complaint(("operations", index, "match"), message, _MATCH_HINT)


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
    _egress,
    _listen,
    _record,
    _metrics,
    _telemetry,
    _trusted_proxies,
    _inventory,
    scheme_complaints,
    _matches,
    _limits,
    _budgets,
    _blocking,
    _respond,
    _exceptions,
    _patches,
    session_complaints,
    server_complaints,
    demand_complaints,
    subject_complaints,
    memory_complaints,
    _detect,
    _assess,
)
