"""`garrison vet`: what to think of an API of somebody else, without attacking it."""

from pathlib import Path
from typing import Annotated

import typer

from garrison.cli.options import OutputFile, Overlay
from garrison.cli.output import line, progress, write
from garrison.core.errors import option_error
from garrison.core.printable import printable

EXAMPLES = "Example: garrison vet https://api.example.com/v1 --contract openapi.yaml --needs needs.yaml"
_FAIL = ("bad", "care", "never")


def vet(
    place: Annotated[str, typer.Argument(metavar="URL|CONTRACT", help="The API's address, or its description alone.")],
    contract: Annotated[
        str, typer.Option(metavar="FILE", help="Its OpenAPI description: a file or a URL; without it the API is asked.")
    ] = "",
    overlay: Overlay = None,
    needs: Annotated[
        str, typer.Option(metavar="FILE", help="What you need of it: a list, or a description of just that.")
    ] = "",
    data: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep the history of findings here, and compare with it.")
    ] = None,
    form: Annotated[
        str, typer.Option("--format", metavar="FORM", help="table, json, sarif, junit, html or ocsf.")
    ] = "table",
    output: OutputFile = None,
    fail_on: Annotated[
        str, typer.Option("--fail-on", metavar="GRADE", help="Exit with 1 from there on: bad, care or never.")
    ] = "bad",
    timeout: Annotated[
        float, typer.Option(metavar="SECONDS", min=0.1, help="Wait so long for one answer in all.")
    ] = 10.0,
) -> None:
    """Say what to think of an API that somebody else keeps: its contract, its TLS, its headers, the data it asks for.

    Nothing is attacked: at most twelve GET requests are sent, none with a credential. Exit status 1 means that the
    advice is not to use it as it is; 3, that its server cannot be reached.
    """
    from garrison.cli.report_output import wishes
    from garrison.report.forms import written
    from garrison.report.vetting_text import vetting_lines
    from garrison.vetting import Wanted, vet

    wanted = wishes(form, output, (), baseline=None, write_baseline=None, tests=None, fail_on="never")
    if fail_on not in _FAIL:
        hint = f"there are {', '.join(f'`{each}`' for each in _FAIL)}"
        raise option_error("--fail-on", f"`{fail_on}` is not known", hint)
    asked = Wanted(
        place=place, contract=contract, overlays=tuple(overlay or ()), needs=needs, timeout=timeout, data=data
    )
    with progress("looking at the API"):
        report = vet(asked)
    text = "\n".join(vetting_lines(report)) if form == "table" else written(report, wanted.form)
    if output is not None:
        write(output, text + "\n")
    else:
        for each in text.split("\n"):
            line(printable(each) if form == "table" else each)
    grade = str(report.opinion.grade) if report.opinion is not None else ""
    if grade == fail_on or (fail_on == "care" and grade == "bad"):
        raise typer.Exit(1)
