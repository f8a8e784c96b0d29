"""Automata kept from one process to the next: compiling them takes seconds, loading them some milliseconds.

Whoever could replace a kept automaton could run code here. So they are kept where Python keeps what it compiled of this
very module (`__pycache__`), and nowhere else: who may write there says already what this program does. A file that
others may write, that belongs to somebody else than the program, that is damaged, or that was made of other patterns,
in another way, by another library or for another processor, is compiled anew.
"""

import contextlib
import hashlib
import importlib.util
import os
import stat
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, TypeAlias

import hyperscan
import msgspec

_NAME = "signs-{}.automata"
_DIGEST = hashlib.sha256().digest_size


PartKind: TypeAlias = Literal["plain", "whole", "heads", "digits"]
"""What an automaton is shown: texts of plain characters as well as others; others in whole; where others begin; and
those of plain characters, were their digits other ones."""


class Automata(msgspec.Struct, frozen=True):
    """What signs were compiled to."""

    parts: Sequence[hyperscan.Database]
    kinds: Sequence[PartKind]


def key_of(patterns: Sequence[str], sources: Sequence[str]) -> str:
    """What the automata of `patterns` are kept under; `sources`: the files of the program that says how they are made.

    Empty where those cannot be read: then nothing is known of what was kept.
    """
    try:
        made = [Path(file).read_bytes() for file in sources]
    except OSError:
        return ""
    library = hyperscan.__version__  # type: ignore[attr-defined]  # its stubs leave it out
    said = msgspec.msgpack.encode((library, _machine(), patterns, made))
    return hashlib.sha256(said).hexdigest()[:32]


def _machine() -> str:
    """What the library sees of this processor, as it says it of everything that it compiles."""
    probe = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    probe.compile(expressions=[b"a"], ids=[0], elements=1, flags=0)
    return repr(probe.info())


def folder() -> Path | None:
    """Where Python keeps this module's bytecode; None where it keeps none."""
    try:
        return Path(importlib.util.cache_from_source(__file__)).parent
    except NotImplementedError:
        return None


def load(key: str, where: Path | None) -> Automata | None:
    """The automata that are kept under `key`; None where there are none that can be trusted. Never raises."""
    if where is None or not key:
        return None
    try:
        data = _read(where / _NAME.format(key))
        digest, packed = data[:_DIGEST], data[_DIGEST:]
        if hashlib.sha256(packed).digest() != digest:
            return None
        kinds, parts = msgspec.msgpack.decode(packed, type=tuple[list[PartKind], list[bytes]])
        return Automata([hyperscan.loadb(part, hyperscan.HS_MODE_BLOCK) for part in parts], kinds)
    except (OSError, msgspec.MsgspecError, hyperscan.HyperscanError):
        return None


def _read(path: Path) -> bytes:
    """Raises OSError where there is no such file, or none that only its owner may write."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
        about = os.fstat(file.fileno())
        owners = {os.geteuid(), Path(__file__).stat().st_uid}
        if not stat.S_ISREG(about.st_mode) or about.st_mode & 0o022 or about.st_uid not in owners:
            raise PermissionError(path)
        return file.read()


def keep(key: str, automata: Automata, where: Path | None) -> None:
    """Keep `automata` instead of all that are kept. Where that cannot be done, they are compiled each time."""
    if where is None or not key or sys.dont_write_bytecode:
        return
    packed = msgspec.msgpack.encode((automata.kinds, [hyperscan.dumpb(each) for each in automata.parts]))
    draft = where / f".{_NAME.format(key)}.{os.getpid()}"
    with contextlib.suppress(OSError):
        where.mkdir(exist_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), "wb") as file:
            file.write(hashlib.sha256(packed).digest() + packed)
        stale = list(where.glob(_NAME.format("*")))
        draft.rename(where / _NAME.format(key))
        for path in stale:
            if path.name != _NAME.format(key):
                path.unlink(missing_ok=True)
