"""Options that several commands have in common."""

from pathlib import Path
from typing import Annotated, Final, TypeAlias

import typer

AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print it as JSON.")]
DATA: Final = Path("garrison-data")
"""The data directory where none is named."""
