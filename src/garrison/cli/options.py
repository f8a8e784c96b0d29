"""Options that several commands have in common."""

import getpass
from pathlib import Path
from typing import Annotated, Final, TypeAlias

import typer

DATA: Final = Path("garrison-data")
"""The data directory where none is named."""

AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print it as JSON.")]
Overlay: TypeAlias = Annotated[
    list[str] | None, typer.Option(metavar="FILE", help="OpenAPI Overlay to apply; may be repeated.")
]
Contract: TypeAlias = Annotated[str | None, typer.Option(metavar="FILE", help="OpenAPI description.")]
Config: TypeAlias = Annotated[Path | None, typer.Option(metavar="FILE", help="garrison.yaml; options win over it.")]
GatewayConfig: TypeAlias = Annotated[Path | None, typer.Option(metavar="FILE", help="The gateway's garrison.yaml.")]
Mode: TypeAlias = Annotated[str | None, typer.Option(metavar="monitor|enforce", help="Mode of the gateway.")]
OutputFile: TypeAlias = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write it to a file.")
]
Since: TypeAlias = Annotated[str, typer.Option(metavar="TIME", help="From then on: `2h`, `3d`, `2026-07-23T10:00Z`.")]
Until: TypeAlias = Annotated[str, typer.Option(metavar="TIME", help="Until then, that moment not included.")]
NamedData: TypeAlias = Annotated[
    str | None, typer.Option(metavar="DIR", help="The gateway's data directory.  [default: garrison-data]")
]
"""Where garrison.yaml may name it instead."""
Data: TypeAlias = Annotated[Path, typer.Option(metavar="DIR", help="The gateway's data directory.")]


def operator_name() -> str:
    """Who calls the command, where an option might say who answers for something; empty where that is nobody."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no such user, as in some containers
        return ""
