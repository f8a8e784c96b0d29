"""What commands do with the report of a run: write it in its forms, compare it with a baseline, and judge it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import msgspec

from garrison.cli.output import content_of, line, note, write
from garrison.core.counted import counted
from garrison.core.detection import Severity
from garrison.core.errors import ConfigError, Problem, cause_of
from garrison.core.printable import printable

if TYPE_CHECKING:
    from garrison.core.findings_report import Report
    from garrison.report.forms import Form


class Wishes(msgspec.Struct, frozen=True):
    """What is to become of a report."""

    form: "Form"
    output: Path | None = None
    """Where it goes in that form; None for the terminal."""
    more: "tuple[tuple[Form, Path], ...]" = ()
    """More forms, and their files."""
    baseline: Path | None = None
    """Findings that are known and do not count."""
    write_baseline: Path | None = None
    tests: Path | None = None
    """Folder for a test of each proven finding."""
    fail_on: Severity | None = Severity.HIGH
    """None never to fail."""


def wishes(
    form: str,
    output: Path | None,
    more: Sequence[str],
    *,
    baseline: Path | None,
    write_baseline: Path | None,
    tests: Path | None,
    fail_on: str,
) -> Wishes:
    """The options as a value. Raises ConfigError with everything that is wrong with them."""
    from garrison.report.forms import FORMS

    known = ", ".join(f"`{each}`" for each in FORMS)
    problems = []
    if form not in FORMS:
        problems.append(Problem("<options>", "--format", f"`{form}` is not known", f"there are {known}"))
    pairs: list[tuple[Form, Path]] = []
    for text in more:
        name, equals, file = text.partition("=")
        if name not in FORMS or not equals or not file:
            hint = f"FORM=FILE, and FORM is one of {known}"
            problems.append(Problem("<options>", "--report", f"`{text}` is not understood", hint))
        pairs.append((cast("Form", name), Path(file)))
    severities = {each.value: each for each in Severity}
    if fail_on not in (*severities, "never"):
        hint = f"there are {', '.join(f'`{each}`' for each in (*severities, 'never'))}"
        problems.append(Problem("<options>", "--fail-on", f"`{fail_on}` is not known", hint))
    if problems:
        raise ConfigError(problems)
    return Wishes(cast("Form", form), output, tuple(pairs), baseline, write_baseline, tests, severities.get(fail_on))


def known_findings(wanted: Wishes) -> frozenset[str]:
    """Fingerprints of the baseline. Raises ConfigError; to be read before a run, for it tells what is wrong at once."""
    from garrison.report.baseline import read_baseline

    if wanted.baseline is None:
        return frozenset()
    return read_baseline(content_of(wanted.baseline, "`--write-baseline` writes one"), str(wanted.baseline))


def give(report: "Report", wanted: Wishes, known: frozenset[str]) -> bool:
    """Write the report in every form that is wanted; whether a finding that counts is as grave as to fail.

    Raises ConfigError where a file cannot be written.
    """
    from garrison.core.findings_report import fails
    from garrison.report.baseline import baseline_text, with_baseline
    from garrison.report.findings_text import summary_lines
    from garrison.report.forms import written

    report = with_baseline(report, known)
    tests = _tests(report, wanted.tests) if wanted.tests is not None else {}
    for form, file in wanted.more:
        write(file, written(report, form, tests) + "\n")
    text = written(report, wanted.form, tests)
    if wanted.output is not None:
        write(wanted.output, text + "\n")
    else:
        for each in text.split("\n"):
            line(printable(each) if wanted.form == "table" else each)
    if wanted.write_baseline is not None:
        write(wanted.write_baseline, baseline_text(report).decode())
        note(f"garrison: {wanted.write_baseline} knows {counted(len(report.standing), 'finding')}")
    if wanted.output is not None or wanted.form != "table":
        for each in summary_lines(report):
            note(printable(each))
    return fails(report, wanted.fail_on)


def _tests(report: "Report", folder: Path) -> Mapping[str, str]:
    """Write a test of each proven finding; paths by fingerprint."""
    from garrison.report.reproduce_pytest import file_name, pytest_file

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError([Problem(str(folder), "$", f"cannot be made: {cause_of(error)}")]) from error
    made = {}
    for finding in (each.finding for each in report.standing if each.finding.proof):
        file = folder / file_name(finding)
        write(file, pytest_file(finding, report.target_origin))
        made[finding.fingerprint] = str(file)
    return made
