"""`garrison evidence`: a folder for an auditor, with what enforces each requirement and what tested it."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from garrison.cli.options import Contract, GatewayConfig, Mode, Overlay
from garrison.cli.output import columns, json_text, line, note, progress
from garrison.core.errors import ConfigError, Problem, cause_of
from garrison.core.operation import UNDESCRIBED
from garrison.core.printable import without_password

if TYPE_CHECKING:
    from garrison.cli.opening import Opened
    from garrison.core.evidence import Dossier
    from garrison.evidencing import Gathered

EXAMPLES = "Example: garrison evidence --config garrison.yaml -o evidence"
_SUMS = "SHA256SUMS"


def evidence(
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FOLDER", help="Where it is written.")],
    config: GatewayConfig = None,
    contract: Contract = None,
    overlay: Overlay = None,
    mode: Mode = None,
    data: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The data directory: its history of findings is read.")
    ] = None,
) -> None:
    """Write for each control of NIST SP 800-228 and each entry of the OWASP API Top 10 what enforces it, what tested it
    last, and what is missing: files for programs, and a page for people.

    The folder is made where it is missing; files of an earlier run are written over.
    """
    from garrison.adapters.recording import with_directory
    from garrison.cli.opening import open_policy
    from garrison.config.load import Options
    from garrison.evidencing import evidence as gather
    from garrison.report.evidence_page import headline

    options = Options(contract=contract, overlays=tuple(overlay or ()), mode=mode)
    with progress("gathering evidence"):
        opened = open_policy(config, options)
        place = data or Path(with_directory(opened.settings).data)
        found = gather(opened.settings, opened.policy, opened.documents, place)
    _write(output, dict(_files(found, opened)))
    for text in _table(found.dossier):
        line(text)
    line("")
    line(headline(found.dossier))
    note(f"garrison: {output / 'index.html'} says why")


def _files(found: "Gathered", opened: "Opened") -> Iterator[tuple[str, bytes]]:
    from garrison.report.evidence_page import evidence_page

    yield "index.html", evidence_page(found.dossier).encode()
    yield "evidence.json", _json(found.dossier)
    for each in found.dossier.requirements:
        yield f"requirements/{each.id.replace(':', '-')}.json", _json(each)
    yield "policy.json", _json(_policy(opened))
    for number, report in enumerate(found.reports, 1):
        yield f"reports/{number}-{report.kind}.json", _json(report)


def _policy(opened: "Opened") -> dict[str, Any]:
    """Which control is how in force where."""
    policy = opened.policy
    plans = [(str(plan.operation.operation.id) if plan.operation else "", plan.entries) for plan in policy.plans]
    return {
        "digest": policy.digest,
        "mode": policy.mode,
        "operations": {
            name: {entry.control: {"mode": entry.mode, "fail": entry.fail, "state": entry.state} for entry in entries}
            for name, entries in (*plans, (UNDESCRIBED, policy.undescribed.entries))
        },
        "contract": {
            without_password(name): hashlib.sha256(content).hexdigest() for name, content in opened.documents.items()
        },
    }


def _json(value: Any) -> bytes:
    return json_text(value).encode() + b"\n"


def _write(folder: Path, files: dict[str, bytes]) -> None:
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items())
    try:
        for name, content in {**files, _SUMS: sums.encode()}.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
    except OSError as error:
        raise ConfigError([Problem(str(folder), "$", f"cannot be written: {cause_of(error)}")]) from error


def _table(dossier: "Dossier") -> Iterator[str]:
    rows = []
    for each in dossier.requirements:
        last = max((trial.day for trial in each.trials if trial.tested), default="never")
        gaps = f"{len(each.missing)} missing" if each.missing else ""
        rows.append((each.id, each.standing, last, gaps, each.title))
    return columns(("id", "stands", "tested", "gaps", "requirement"), rows)
