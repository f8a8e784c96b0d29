"""Settings that enforce a requirement by themselves, without a control."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from garrison.config.model import Settings
from garrison.core.decision import FailMode
from garrison.core.evidence import Force, Means

_Look = Callable[[Settings], Means]


def settings_of(tag: str, settings: Settings) -> Iterator[Means]:
    """What the settings do for one requirement."""
    return (look(settings) for look in SETTINGS.get(tag, ()))


def _means(name: str, force: Force, says: str) -> Means:
    return Means(name, "setting", force, says)


def _contract(settings: Settings) -> Means:
    if not settings.contract.file:
        return _means("contract.file", Force.OFF, "no contract is named")
    return _means("contract.file", Force.ENFORCED, "what is no OpenAPI 3 is refused when the gateway starts")


def _listening(settings: Settings) -> Means:
    tls = settings.listen.tls
    if tls is None:
        return _means("listen.tls", Force.OFF, "clients speak plain HTTP to the gateway; TLS may end in front of it")
    mutual = ", and clients must show a certificate" if tls.require_client_certificate else ""
    return _means("listen.tls", Force.ENFORCED, f"TLS 1.2 and 1.3 alone{mutual}")


def _upstream(settings: Settings) -> Means:
    upstream = settings.upstream
    if not upstream.url.startswith("https:"):
        return _means("upstream.url", Force.OFF, "the gateway speaks plain HTTP to the API, or nobody says where it is")
    if upstream.tls.unsafe_skip_verification:
        return _means("upstream.tls", Force.PARTLY, "encrypted, and any certificate of the API is accepted")
    return _means("upstream.tls", Force.ENFORCED, "encrypted, and the API's certificate is verified")


def _limits(settings: Settings) -> Means:
    own = bool(settings.controls.rate_limit.limits)
    some = any(each.controls.get("rate-limit", {}).get("limits") for each in settings.operations)
    if not own and not some:
        return _means(
            "controls.rate-limit.limits", Force.OFF, "no limit is set: it slows down whom a measure names alone"
        )
    says = "limits are set" if own else "limits are set for some operations"
    return _means("controls.rate-limit.limits", Force.ENFORCED if own else Force.PARTLY, says)


def _circuit(settings: Settings) -> Means:
    upstream = settings.upstream
    bounds = f"{upstream.max_requests:,} requests at once, {upstream.request_timeout:g} s for each"
    return _means("upstream.max-requests", Force.ENFORCED, bounds)


def _record(settings: Settings) -> Means:
    says = f"an event for every exchange, kept {settings.record.retention_days} days"
    if settings.record_fail is FailMode.OPEN:
        return _means("record", Force.PARTLY, f"{says}; what cannot be recorded passes all the same")
    return _means("record", Force.ENFORCED, f"{says}; what cannot be recorded is refused")


def _masked(settings: Settings) -> Means:
    if settings.record.keep_bodies:
        return _means(
            "record.keep-bodies", Force.PARTLY, "events hold no values, and whole messages are kept, encrypted"
        )
    return _means("record.keep-bodies", Force.ENFORCED, "events and the ledger hold digests under a key, never values")


def _detect(settings: Settings) -> Means:
    if settings.detect.mode == "off":
        return _means("detect.mode", Force.OFF, "no detection rule looks at events")
    return _means("detect.mode", Force.ENFORCED, "detection rules look at every event")


def _respond(settings: Settings) -> Means:
    force = {"enforce": Force.ENFORCED, "monitor": Force.MONITORED}.get(settings.respond.mode, Force.OFF)
    says = {
        Force.ENFORCED: "countermeasures are taken",
        Force.MONITORED: "countermeasures are simulated; `garrison block` works all the same",
        Force.OFF: "none is taken; `garrison block` works all the same",
    }
    return _means("respond.mode", force, says[force])


SETTINGS: Final[Mapping[str, tuple[_Look, ...]]] = {
    "rec.2": (_contract,),
    "rec.8": (_record,),
    "rec.9": (_listening, _upstream),
    "rec.15": (_limits,),
    "rec.16": (_circuit,),
    "rec.17": (_respond,),
    "rec.18": (_record, _detect),
    "rec.21": (_record,),
    "rec.25": (_masked,),
    "owasp.api8": (_listening, _upstream),
}
"""By requirement."""
