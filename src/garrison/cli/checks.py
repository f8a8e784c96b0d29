"""`garrison checks`: what an assessment looks for, how each is tested, and how it is mended."""

from typing import TYPE_CHECKING, Annotated

import typer

from garrison.cli.output import alone, as_json, columns, line

if TYPE_CHECKING:
    from garrison.assess.check import Check

EXAMPLES = "Example: garrison checks show object-read-by-another"
_HEADING = ("check", "family", "severity", "finds")


def application() -> typer.Typer:
    """The commands under `garrison checks`."""
    app = typer.Typer(help="List what an assessment looks for, or explain one check.", invoke_without_command=True)
    app.callback(epilog=EXAMPLES)(_alone)
    app.command("list")(list_checks)
    app.command("show", epilog=EXAMPLES)(show_check)
    return app


def _alone(context: typer.Context) -> None:
    if alone(context):
        list_checks()


def list_checks(
    family: Annotated[str | None, typer.Option("--family", metavar="NAME", help="Only of this family.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False,
) -> None:
    """List all checks in the order in which they are listed in a report."""
    checks = [check for check in _checks() if family in (None, check.family)]
    if not checks:
        raise _unknown("--family", family or "", sorted({check.family for check in _checks()}))
    if json:
        as_json([_described(check) for check in checks])
        return
    rows = [(check.id, check.family, check.severity.value, check.title) for check in checks]
    for text in columns(_HEADING, rows):
        line(text)


def show_check(
    name: Annotated[str, typer.Argument(metavar="CHECK", help="Its id: `garrison checks` lists them.")],
    json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Explain one check: how it is tested, what counts as proof, why it matters and how to mend it."""
    found = next((check for check in _checks() if check.id == name), None)
    if found is None:
        raise _unknown("CHECK", name, [])
    if json:
        as_json(_described(found))
        return
    line(f"{found.id}: {found.title}")
    line(f"{found.family}, usually {found.severity.value}; {', '.join(found.tags)}\n")
    for title, text in (("how it is tested", found.looks), ("why it matters", found.why), ("how to mend it", found.mend)):
        line(f"{title}\n  {text}\n")
    for framework, code in found.samples.items():
        indented = "\n".join(f"  {each}" for each in code.splitlines())
        line(f"{framework}\n{indented}\n")


def _checks() -> "tuple[Check, ...]":
    from garrison.assess.checks.catalogue import CHECKS

    return CHECKS


def _described(check: "Check") -> dict[str, object]:
    return {
        "id": check.id,
        "title": check.title,
        "family": check.family,
        "severity": check.severity.value,
        "tags": check.tags,
        "looks": check.looks,
        "why": check.why,
        "mend": check.mend,
        "samples": dict(check.samples),
    }


def _unknown(option: str, name: str, known: list[str]) -> Exception:
    from garrison.core.errors import ConfigError, Problem

    hint = f"there are {', '.join(known)}" if known else "`garrison checks` lists them"
    return ConfigError([Problem("<options>", option, f"`{name}` is not known", hint)])
