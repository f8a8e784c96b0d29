"""`garrison checks`: what an assessment looks for, and how."""

from typing import Annotated

import typer

from garrison.cli.options import AsJson
from garrison.cli.output import alone, as_json, columns, line
from garrison.core.errors import option_error

EXAMPLES = "Example: garrison checks show object-read-by-another"


def application() -> typer.Typer:
    """The commands about checks."""
    app = typer.Typer(help="Show what assessments look for.", no_args_is_help=False, epilog=EXAMPLES)
    app.callback(invoke_without_command=True, epilog=EXAMPLES)(_all)
    app.command("list")(show_all)
    app.command("show")(show)
    return app


def _all(context: typer.Context, json: AsJson = False) -> None:
    """Show what assessments look for. Without a command: list all checks."""
    if alone(context):
        show_all(json)


def show_all(json: AsJson = False) -> None:
    """List all checks: family, severity, name, title."""
    from garrison.assess.checks.catalogue import CHECKS
    from garrison.report.assessed import explained

    if json:
        as_json([explained(check) for check in CHECKS])
        return
    rows = [(check.id, check.family, check.severity.value, check.title) for check in CHECKS]
    for text in columns(("check", "family", "severity", "title"), rows):
        line(text)


def show(
    name: Annotated[str, typer.Argument(metavar="ID", help="As `garrison checks` shows it.")], json: AsJson = False
) -> None:
    """Show one check: what it finds, how, what that means and how to mend it."""
    from garrison.assess.checks.catalogue import CHECKS
    from garrison.report.assessed import explained
    from garrison.report.texts import sentence

    check = next((each for each in CHECKS if each.id == name), None)
    if check is None:
        raise option_error("ID", f"`{name}` is no check", "`garrison checks` lists them")
    if json:
        as_json(explained(check))
        return
    line(f"{check.id}: {check.title}")
    line(f"{check.family}, severity {check.severity}; {' '.join(check.tags)}")
    for head, text in (("how", check.looks), ("why it matters", check.why), ("how to mend it", check.mend)):
        line("")
        line(f"{head}: {sentence(text)}")
    for framework, code in check.samples.items():
        line("")
        line(f"{framework}:")
        for each in code.splitlines():
            line(f"  {each}")
