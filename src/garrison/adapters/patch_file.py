"""`patches.yaml`, the file beside garrison.yaml that holds the virtual patches: read with everything that is wrong in
it, and written whole, so that nobody reads half of it."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import yaml

from garrison.config.explain import Complaint, complaints
from garrison.config.load import Origin
from garrison.config.source import read_source
from garrison.config.virtual_patch import FILE, patch_faults
from garrison.core.errors import ConfigError, Problem, cause_of
from garrison.core.patch import Patch

_HEAD: Final = """\
# Virtual patches: what is closed at the gateway until the API is mended. `garrison patch` writes and proves them,
# `garrison patches` lists them, proves them again and takes them out.
"""


class _Patches(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the file holds."""

    patches: tuple[Patch, ...] = ()


def patch_file(config: Path | None) -> Path:
    """Where the patches of a garrison.yaml are: beside it, or here where there is none."""
    return config.parent / FILE if config is not None else Path(FILE)


def read_patches(file: Path) -> tuple[Patch, ...]:
    """The patches of a file; none where there is no file. Raises ConfigError with everything that is wrong."""
    try:
        text = file.read_bytes()
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise ConfigError([Problem(str(file), "$", f"cannot be read: {cause_of(error)}")]) from error
    source = read_source(text, str(file))
    origin = Origin(str(file), source.lines)
    data: Any = source.data
    if data is None:  # what is left where writing it broke off, which must not end all patches
        raise ConfigError([Problem(str(file), "$", "is empty", "without any patch it says `patches: []`")])
    found = [*source.problems, *map(origin.problem, complaints(msgspec.json.schema(_Patches), data))]
    if found:
        raise ConfigError(found)
    patches = msgspec.convert(data, _Patches).patches
    wrong = [Complaint(("patches", *place), message, hint) for place, message, hint in patch_faults(patches)]
    if wrong:
        raise ConfigError([origin.problem(each) for each in wrong])
    return patches


def write_patches(file: Path, patches: Sequence[Patch]) -> None:
    """Put these patches in place of what the file holds. Raises ConfigError where it cannot be written."""
    data = msgspec.to_builtins(_Patches(tuple(patches)))
    text = _HEAD + yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=110)
    aside = file.with_suffix(".new")
    try:
        with aside.open("w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        aside.replace(file)
    except OSError as error:
        problem = Problem(str(file), "$", f"cannot be written: {cause_of(error)}")
        raise ConfigError([problem]) from error


def as_yaml(patch: Patch) -> str:
    """One patch as it stands in the file."""
    text: str = yaml.safe_dump([msgspec.to_builtins(patch)], sort_keys=False, allow_unicode=True, width=110)
    return text
