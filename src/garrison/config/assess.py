"""Settings of the assessment that a gateway runs beside itself, again and again."""

from collections.abc import Iterator
from typing import Annotated, Final
from urllib.parse import urlsplit

from msgspec import Meta

from garrison.config.quiet_hours import QUIET_HINT, parse_quiet_hours
from garrison.config.respond import parse_span
from garrison.config.sections import Cap, Fault, Section
from garrison.core.detection import Severity

SHORTEST: Final = 300.0
"""Seconds between the beginnings of two runs at least: an assessment is hundreds of requests."""


class AssessSettings(Section, frozen=True):
    """Assess the API again and again, and tell what is different. Off unless `every` is given."""

    every: str = ""
    """How often: `6h`, `1d`; at least five minutes. Empty: never."""
    quiet_hours: str = ""
    """A part of each day in which nothing is sent: `22:00-06:00`, in UTC, or `08:00-18:00 Europe/Berlin`. A run that
    would go on into it begins after it, and ends at it in any case."""
    url: str = ""
    """Where the API is. Empty: the upstream, past the gateway."""
    identities: tuple[str, ...] = ()
    """Files of identities, as `garrison assess --identities` takes them. What they name in the environment is looked
    up in that of the gateway."""
    auth: tuple[str, ...] = ()
    """Authentication files of Web Fuzzing Commons."""
    only: tuple[str, ...] = ()
    """Only these checks or families; empty: all."""
    without: tuple[str, ...] = ()
    """All but these."""
    safe: bool = True
    """Change nothing that the assessment did not make itself. Where the API is a test system, `false` tests more."""
    pace: Annotated[float, Meta(gt=0, le=10_000)] = 10.0
    """Requests a second at most."""
    requests: Cap = 20_000
    """Send so many at most in one run."""
    requests_each: Cap = 150
    """Send so many at most to one operation in one run."""
    minutes: Annotated[float, Meta(gt=0, le=1440)] = 60.0
    """After so long nothing more is sent in one run."""
    severity: Severity = Severity.INFORMATIONAL
    """Those whom `notify.to` names are told of differences that are at least so severe. New findings are as severe as
    they are; what is fixed is informational."""
    unsafe_any_certificate: bool = False
    """Take any certificate of the API, also a forged one: whoever is between could read what identities send."""


def assess_faults(settings: AssessSettings) -> Iterator[Fault]:
    """What is wrong with the section."""
    if settings.every:
        try:
            if parse_span(settings.every) < SHORTEST:
                yield ("every",), f"`{settings.every}` is shorter than five minutes", "examples: `6h`, `1d`"
        except ValueError as error:
            yield ("every",), f"`{settings.every}` {error}", "examples: `6h`, `1d`"
    if settings.quiet_hours:
        try:
            parse_quiet_hours(settings.quiet_hours)
        except ValueError as error:
            yield ("quiet-hours",), f"`{settings.quiet_hours}` {error}", QUIET_HINT
    if settings.url and not _is_address(settings.url):
        yield ("url",), f"`{settings.url}` is no address of an API", "example: `http://127.0.0.1:9000/v1`"


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return usable and parts.username is None and not parts.query and not parts.fragment
