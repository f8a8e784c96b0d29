"""Settings of notifications: who is told of incidents, and by which way."""

import re
from collections.abc import Iterator
from typing import Annotated, Final
from urllib.parse import urlsplit

from msgspec import Meta

from garrison.config.sections import Fault, Section
from garrison.core.detection import Severity

_WAYS: Final = ("apprise", "webhook", "syslog", "ocsf")
_SYSLOG: Final = ("udp", "tcp", "tls", "unix")


class AppriseSettings(Section, frozen=True):
    """A service that Apprise knows: mail, chat, pagers, a hundred more. Its URL holds its credentials."""

    url: str = ""
    """The URL: `mailtos://user:password@example.com?to=soc@example.com`. Better in a file, or in the environment."""
    url_file: str = ""
    """File whose first line is the URL."""
    url_env: str = ""
    """Variable of the environment that holds the URL."""


class WebhookSettings(Section, frozen=True):
    """A server of yours that is told by signed requests (Standard Webhooks)."""

    url: str
    """Where to: `https://soc.example.com/hooks/garrison`."""
    secret_file: str = ""
    """File with the secret that requests are signed with: `whsec_` and base64 of 24 to 64 bytes."""
    secret_env: str = ""
    """Variable of the environment that holds it."""
    ca: str = ""
    """PEM file of the authorities to trust; empty means the system's."""
    unsafe_plain_http: bool = False
    """Reach this server over http, where anyone on the way can read and forge what is said. Warned of at start."""


class SyslogSettings(Section, frozen=True):
    """A syslog server (RFC 5424)."""

    address: str
    """`udp://HOST:PORT`, `tcp://HOST:PORT`, `tls://HOST:PORT` (RFC 5425), or `unix:///dev/log`."""
    ca: str = ""
    """PEM file of the authorities to trust with `tls`; empty means the system's."""
    facility: Annotated[int, Meta(ge=0, le=23)] = 13
    """Facility of the messages; 13 is the log audit (RFC 5424, 6.2.1)."""


class OcsfSettings(Section, frozen=True):
    """Incident Findings (class 2005) of the Open Cybersecurity Schema Framework, for what gathers them."""

    detections: bool = False
    """A Detection Finding (class 2004) for each detection besides, whatever its incident's severity."""

    file: str = ""
    """File that they are appended to, a line each."""
    url: str = ""
    """Where to send them instead, one a request."""
    token_file: str = ""
    """File with a bearer token to send."""
    ca: str = ""
    """PEM file of the authorities to trust; empty means the system's."""
    unsafe_plain_http: bool = False
    """Reach this server over http, where anyone on the way can read and forge what is said. Warned of at start."""


class DestinationSettings(Section, frozen=True):
    """Somebody who is told, by one way."""

    name: str
    """Its name in messages and in `garrison status`: lower case, digits and hyphens."""
    severity: Severity | None = None
    """Only of incidents that are at least so severe; absent: what `notify.severity` says."""
    apprise: AppriseSettings | None = None
    """By a service that Apprise knows."""
    webhook: WebhookSettings | None = None
    """By signed requests."""
    syslog: SyslogSettings | None = None
    """By syslog."""
    ocsf: OcsfSettings | None = None
    """By findings in a file, or sent to a server."""


class NotifySettings(Section, frozen=True):
    """Who is told of incidents: one message for each, then what changes."""

    severity: Severity = Severity.MEDIUM
    """Only of incidents that are at least so severe."""
    every: Annotated[int, Meta(ge=1, le=86400)] = 300
    """Seconds between two messages about one incident. What makes it worse, and measures, are told at once."""
    give_up: Annotated[int, Meta(ge=60, le=30 * 86400)] = 86400
    """Seconds after which a message that cannot be delivered is given up."""
    to: tuple[DestinationSettings, ...] = ()
    """Who is told."""


def notify_faults(settings: NotifySettings) -> Iterator[Fault]:
    """What is wrong with the section."""
    names: set[str] = set()
    for index, one in enumerate(settings.to):
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,62}", one.name):
            yield ("to", index, "name"), f"`{one.name}` is no name", "lower case, digits and hyphens"
        if one.name in names:
            yield ("to", index, "name"), f"`{one.name}` is the name of two destinations", "name each"
        names.add(one.name)
        ways = [way for way in _WAYS if getattr(one, way) is not None]
        if len(ways) != 1:
            message = "says no way" if not ways else "says several ways: " + ", ".join(f"`{way}`" for way in ways)
            yield ("to", index), message, "one of " + ", ".join(f"`{way}`" for way in _WAYS)
        for way in ways:
            for name, message, hint in _faults(getattr(one, way)):
                yield ("to", index, way, *((name,) if name else ())), message, hint


def _faults(
    way: AppriseSettings | WebhookSettings | SyslogSettings | OcsfSettings,
) -> Iterator[tuple[str, str, str]]:
    match way:
        case AppriseSettings():
            if sum(map(bool, (way.url, way.url_file, way.url_env))) != 1:
                yield "", "needs one URL", "give `url-file`, `url-env` or `url`"
            if way.url and "://" not in way.url:
                yield "url", "is no URL of Apprise", "example: `mailtos://user:password@example.com`"
        case WebhookSettings():
            yield from _address("url", way.url, plain_http=way.unsafe_plain_http)
            if bool(way.secret_file) == bool(way.secret_env):
                yield "", "needs one secret", "give `secret-file` or `secret-env`"
        case SyslogSettings():
            yield from _syslog(way)
        case OcsfSettings():
            if bool(way.file) == bool(way.url):
                yield "", "needs a place", "give `file` or `url`"
            if way.url:
                yield from _address("url", way.url, plain_http=way.unsafe_plain_http)


def _syslog(way: SyslogSettings) -> Iterator[tuple[str, str, str]]:
    hint = "examples: `udp://127.0.0.1:514`, `tls://logs.example.com:6514`, `unix:///dev/log`"
    try:
        parts = urlsplit(way.address)
        usable = parts.scheme in _SYSLOG and bool(parts.path if parts.scheme == "unix" else parts.port)
    except ValueError:
        usable = False
    if not usable:
        yield "address", f"`{way.address}` is no address of a syslog server", hint


def _address(name: str, url: str, *, plain_http: bool) -> Iterator[tuple[str, str, str]]:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        yield name, "is no address that can be asked", "example: `https://soc.example.com/hooks/garrison`"
    elif parts.username is not None:
        yield name, "must hold no credentials", "they stand in a file"
    elif parts.scheme == "http" and not plain_http:
        hint = "use https; `unsafe-plain-http` is for networks where nobody else is"
        yield name, "is not encrypted: who is on the way could read it", hint
