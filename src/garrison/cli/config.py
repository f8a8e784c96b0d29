"""`garrison config`: what can stand in garrison.yaml, and whether a given one is right."""

from pathlib import Path
from typing import Annotated

import typer

from garrison.cli.output import as_json, line, progress

SCHEMA_EXAMPLES = "Example: garrison config schema > garrison.schema.json"
CHECK_EXAMPLES = "Example: garrison config check garrison.yaml"


def application() -> typer.Typer:
    """The commands under `garrison config`."""
    app = typer.Typer(help="Settings: their schema, and checking a garrison.yaml.", no_args_is_help=True)
    app.command("schema", epilog=SCHEMA_EXAMPLES)(schema)
    app.command("check", epilog=CHECK_EXAMPLES)(check)
    return app


def schema() -> None:
    """Print the JSON Schema of garrison.yaml, for editors and other programs."""
    from garrison.config.schema import settings_schema

    as_json(settings_schema())


def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The garrison.yaml to check.")],
    json: Annotated[bool, typer.Option("--json", help="Print the problems as JSON.")] = False,
) -> None:
    """Check a garrison.yaml, the files it names and the contract; print every problem with its place."""
    from garrison.cli.opening import open_policy
    from garrison.config.load import Options
    from garrison.core.errors import ProblemsError

    try:
        with progress("checking"):
            open_policy(file, Options())
    except ProblemsError as error:
        if not json:
            raise
        as_json({"problems": error.problems})
        raise typer.Exit(2) from error
    if json:
        as_json({"problems": []})
    else:
        line(f"{file}: no problems")
