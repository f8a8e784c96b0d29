"""What `garrison assess` can be told."""

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

_Many: TypeAlias = list[str] | None

Url: TypeAlias = Annotated[str, typer.Argument(metavar="URL", help="Where the API is. Nothing is sent anywhere else.")]
Contract: TypeAlias = Annotated[
    str, typer.Option(metavar="FILE", help="OpenAPI description: a file or a URL; without it the API is asked.")
]
Identity: TypeAlias = Annotated[
    _Many,
    typer.Option(
        metavar="NAME=KIND:...",
        help="In whose name: bearer, header, cookie, query, basic, login, "
        "client, steps. May be repeated; `$VAR` and `@FILE` stand for secrets.",
    ),
]
IdentityFiles: TypeAlias = Annotated[_Many, typer.Option(metavar="FILE", help="A file of identities; may be repeated.")]
AuthFiles: TypeAlias = Annotated[
    _Many, typer.Option(metavar="FILE", help="A Web Fuzzing Commons authentication file; may be repeated.")
]
Safe: TypeAlias = Annotated[
    bool, typer.Option("--safe", help="Change nothing that the assessment did not make itself.")
]
Only: TypeAlias = Annotated[_Many, typer.Option(metavar="NAME", help="Only this check or family; may be repeated.")]
Without: TypeAlias = Annotated[_Many, typer.Option(metavar="NAME", help="All but this one; may be repeated.")]
Data: TypeAlias = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Keep the history of findings here, and compare with it.")
]
Form: TypeAlias = Annotated[
    str, typer.Option("--format", metavar="FORM", help="table, json, sarif, junit, html, wfc or ocsf.")
]
Report: TypeAlias = Annotated[
    _Many, typer.Option(metavar="FORM=FILE", help="Write it in one more form; may be repeated.")
]
Tests: TypeAlias = Annotated[
    Path | None, typer.Option("--write-tests", metavar="DIR", help="Write a pytest file for each proven finding.")
]
FailOn: TypeAlias = Annotated[
    str, typer.Option("--fail-on", metavar="SEVERITY", help="Exit with 1 where a finding is so grave, or `never`.")
]
Baseline: TypeAlias = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Findings that are known and do not count.")
]
WriteBaseline: TypeAlias = Annotated[
    Path | None, typer.Option("--write-baseline", metavar="FILE", help="Write what is found as a baseline.")
]
Requests: TypeAlias = Annotated[int, typer.Option(metavar="N", min=1, help="Send so many at most.")]
Each: TypeAlias = Annotated[
    int, typer.Option("--requests-each", metavar="N", min=1, help="Send so many at most to one operation.")
]
Minutes: TypeAlias = Annotated[
    float | None, typer.Option(metavar="N", min=0.01, help="Send nothing more after so long.")
]
Pace: TypeAlias = Annotated[float | None, typer.Option(metavar="N", min=0.01, help="Requests a second at most.")]
Timeout: TypeAlias = Annotated[
    float, typer.Option(metavar="SECONDS", min=0.1, help="Wait so long for one answer in all.")
]
Seed: TypeAlias = Annotated[
    int | None, typer.Option(metavar="N", min=0, help="Make the same values as an earlier run with this seed.")
]
Words: TypeAlias = Annotated[
    Path | None, typer.Option(metavar="FILE", help="More words for guessing weak secrets, one a line.")
]
Traffic: TypeAlias = Annotated[
    Path | None, typer.Option(metavar="PLACE", help="Recorded traffic: HAR, JSON Lines or a data directory.")
]
Every: TypeAlias = Annotated[
    str, typer.Option(metavar="SPAN", help="Again and again, telling only what is different: `6h`; needs --data.")
]
QuietHours: TypeAlias = Annotated[
    str, typer.Option("--quiet-hours", metavar="HH:MM-HH:MM", help="With --every: send nothing then, in UTC.")
]
ConfigFile: TypeAlias = Annotated[
    Path | None, typer.Option(metavar="FILE", help="With --every: garrison.yaml, whose `notify` says who is told.")
]
Insecure: TypeAlias = Annotated[bool, typer.Option("--insecure", help="Take any certificate of the target.")]
Quiet: TypeAlias = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")]
