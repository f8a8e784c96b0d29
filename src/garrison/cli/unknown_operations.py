"""Operations that are named and that the gateway's contract does not have: most likely spelling mistakes."""

from collections.abc import Sequence
from pathlib import Path

from garrison.cli.output import note
from garrison.core.nearest import did_you_mean
from garrison.core.printable import without_password


def tell_unknown(data: Path, names: Sequence[str]) -> None:
    """Say which of `names` is no operation of the gateway that runs on `data`; nothing where none runs, for then its
    contract is not known."""
    from garrison.adapters.sources import read_source
    from garrison.adapters.watch_settings import WATCH_SETTINGS, read_settings
    from garrison.contract import load
    from garrison.core.errors import DescriptionError, RecordError

    if not names:
        return
    try:
        contract = read_settings(data / WATCH_SETTINGS).contract
        catalogue = load(contract.file, contract.overlays, read=read_source).catalogue
        known = [str(each.operation.id) for each in catalogue.operations] + [
            str(each.id) for each in catalogue.uncompiled
        ]
    except (RecordError, DescriptionError):
        return
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known)
            note(f"`{name}` is no operation of `{without_password(contract.file)}`" + (f", {hint}" if hint else ""))
