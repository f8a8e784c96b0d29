"""Baselines: findings that are known and do not count, as a file that is kept beside the code."""

import datetime as dt

import msgspec

from garrison.core.errors import ConfigError, Problem
from garrison.core.finding import State
from garrison.core.findings_report import Report

VERSION = 1


class Known(msgspec.Struct, frozen=True, omit_defaults=True):
    """One finding of a baseline: what it is about is for people, the fingerprint for Garrison."""

    fingerprint: str
    check: str = ""
    operation: str = ""
    location: str = ""


class Baseline(msgspec.Struct, frozen=True, rename="kebab"):
    """A whole file."""

    garrison_baseline: int
    """Version of the form: 1."""
    findings: tuple[Known, ...]
    target: str = ""
    day: str = ""


def baseline_text(report: Report) -> bytes:
    """The baseline that knows every finding of a report, as JSON, in an order that changes with the findings alone."""
    known = [
        Known(each.fingerprint, each.check, each.operation or f"{each.method} {each.template}".strip(), each.location)
        for each in (listed.finding for listed in report.standing)
    ]
    day = dt.datetime.fromtimestamp(report.started, dt.UTC).date().isoformat()
    ordered = tuple(sorted(known, key=lambda each: (each.check, each.operation, each.location, each.fingerprint)))
    return msgspec.json.format(msgspec.json.encode(Baseline(VERSION, ordered, report.target, day))) + b"\n"


def read_baseline(text: bytes, file: str) -> frozenset[str]:
    """The fingerprints that a baseline knows. Raises ConfigError."""
    try:
        found = msgspec.json.decode(text, type=Baseline)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        message, _, path = str(error).partition(" - at ")
        hint = "`--write-baseline` writes one"
        problem = Problem(file, path.strip("`") or "$", f"is no baseline: {message[:1].lower()}{message[1:]}", hint)
        raise ConfigError([problem]) from error
    if found.garrison_baseline != VERSION:
        message = f"version {found.garrison_baseline} is not known, only {VERSION} is"
        raise ConfigError([Problem(file, "$.garrison-baseline", message)])
    return frozenset(each.fingerprint for each in found.findings)


def with_baseline(report: Report, known: frozenset[str]) -> Report:
    """The report, in which what the baseline knows does not count."""
    marked = [
        msgspec.structs.replace(each, in_baseline=each.state is not State.FIXED and each.finding.fingerprint in known)
        for each in report.findings
    ]
    return msgspec.structs.replace(report, findings=tuple(marked))
