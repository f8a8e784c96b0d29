"""`garrison assess --every`: again and again, until it is interrupted."""

import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from garrison.cli.output import line, note
from garrison.core.errors import ConfigError, Problem

if TYPE_CHECKING:
    from garrison.assessing import Wanted
    from garrison.config.model import Settings


def again(wanted: "Wanted", *, every: str, quiet_hours: str, config: Path | None) -> None:
    """Assess until SIGINT or SIGTERM, and print what is different. Raises ConfigError with all that is wrong."""
    import signal

    from garrison.continuous import Plan, assess_continuously, certificates_of, schedule_of

    settings = _settings(config)
    own = msgspec.structs.replace(settings.assess, every=every, quiet_hours=quiet_hours or settings.assess.quiet_hours)
    data = _checked(wanted, own.every, own.quiet_hours)
    bounded = msgspec.structs.replace(wanted, pace=wanted.pace or own.pace, minutes=wanted.minutes or own.minutes)
    plan = Plan(
        data=data, wanted=bounded, schedule=schedule_of(own), certificates=certificates_of(settings),
        gateway=None if config is None else partial(_settings, config), notify=settings.notify, severity=own.severity,
    )  # fmt: skip
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    note(f"garrison: assessing {plan.target} every {every}; differences are kept in `{plan.data}`")
    try:
        assess_continuously(plan, say=line, stopping=threading.Event())
    except KeyboardInterrupt:
        note("garrison: stopped")


def _settings(config: Path | None) -> "Settings":
    from garrison.cli.opening import open_plain
    from garrison.config.load import Options

    return open_plain(config, Options())


def _checked(wanted: "Wanted", every: str, quiet_hours: str) -> Path:
    """The data directory, where all else is right as well. Raises ConfigError."""
    from garrison.assessing import chosen
    from garrison.config.assess import AssessSettings, assess_faults

    faults = assess_faults(AssessSettings(every=every, quiet_hours=quiet_hours))
    problems = [Problem("<options>", f"--{place[0]}", message, hint) for place, message, hint in faults]
    if not every:
        problems.append(Problem("<options>", "--every", "is missing: how often?", "examples: `6h`, `1d`"))
    if wanted.data is None:
        hint = "it keeps what is known from one run to the next"
        problems.append(Problem("<options>", "--data", "is missing: differences need a memory", hint))
    if problems or wanted.data is None:
        raise ConfigError(problems)
    chosen(wanted.only, wanted.without)
    return wanted.data
