"""Garrison's own file of identities, `--identities FILE`."""

from typing import Final

import msgspec

from garrison.adapters.probing import kinds
from garrison.adapters.probing.given import Given
from garrison.adapters.probing.identity_entry import FlowReader, IdentityEntry
from garrison.adapters.probing.identity_option import NAME
from garrison.adapters.probing.strictly import Read, converted
from garrison.config.load import Origin
from garrison.config.source import Path

_KINDS: Final = "`bearer`, `header`, `query`, `cookie`, `basic`, `login`, `client`, `steps` and `arazzo`"


class IdentityFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    identities: dict[str, IdentityEntry]


class FileReader:
    """Reads such files; what is wrong with them is collected by the flow reader's references."""

    def __init__(self, flows: FlowReader) -> None:
        self._flows = flows
        self._references = flows.references

    def read(self, read: Read) -> tuple[Given, ...]:
        """The identities of a file that are whole."""
        before = len(self._references.problems)
        self._references.problems += converted(read, IdentityFile)[1]
        looked = Read(self._references.everywhere(read.data, read.origin, ()), read.origin)
        if len(self._references.problems) > before:
            return ()
        file, problems = converted(looked, IdentityFile)
        self._references.problems += problems
        if file is None:
            return ()
        found = [self._given(name, entry, read) for name, entry in file.identities.items()]
        return tuple(given for given in found if given is not None)

    def _given(self, name: str, entry: IdentityEntry, read: Read) -> Given | None:
        path: Path = ("identities", name)
        if not NAME.fullmatch(name):
            self._wrong(read, path, f"`{name}` is no name", "letters, digits, `-` and `_`, a letter first")
            return None
        if len(entry.kinds) != 1:
            said = ", ".join(f"`{kind}`" for kind in entry.kinds) or "none of them"
            self._wrong(read, path, f"says {said}", f"an identity has one of {_KINDS}")
            return None
        given = self._shown(name, entry, read.origin, path) or self._flowing(name, entry, read, path)
        if given is None:
            return None
        return msgspec.structs.replace(
            given,
            roles=tuple(entry.roles),
            owns=tuple((key, value) for key, values in entry.owns.items() for value in values),
            is_throwaway=entry.throwaway or given.is_throwaway,
        )

    def _shown(self, name: str, entry: IdentityEntry, origin: Origin, path: Path) -> Given | None:
        """What needs no flow."""
        if entry.bearer:
            return kinds.bearer(name, entry.bearer)
        if entry.basic is not None:
            return kinds.basic(name, entry.basic.user, entry.basic.password)
        if entry.login is not None:
            return kinds.password(name, entry.login.user, entry.login.password)
        if entry.client is not None:
            return self._flows.from_client(name, entry.client, origin, (*path, "client"))
        if entry.kinds == ("header/query/cookie",):
            return kinds.shown(name, entry.header, entry.query, entry.cookie)
        return None

    def _flowing(self, name: str, entry: IdentityEntry, read: Read, path: Path) -> Given | None:
        if entry.arazzo is not None:
            file = self._flows.beside(entry.arazzo.file, read.origin)
            return self._flows.from_arazzo(name, msgspec.structs.replace(entry.arazzo, file=file))
        if isinstance(entry.steps, str):
            return self._flows.from_file(name, self._flows.beside(entry.steps, read.origin)) if entry.steps else None
        data = {"steps": msgspec.to_builtins(entry.steps), "put": msgspec.to_builtins(entry.put)}
        return self._flows.from_steps(name, Read(data, read.origin), path)

    def _wrong(self, read: Read, path: Path, message: str, hint: str) -> None:
        self._references.complain(read.origin, path, message, hint)
