"""Values that stand elsewhere: `$VAR` in the environment, `@FILE` in a file, so that no secret is on a command line."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from garrison.config.explain import Complaint
from garrison.config.load import Origin
from garrison.config.source import Path
from garrison.core.errors import Problem, cause_of

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class References:
    """Looks values up, and collects what is wrong with them."""

    def __init__(self, environment: Mapping[str, str], read: Callable[[str], bytes]) -> None:
        """`read` gives a file's content and raises OSError."""
        self._environment = environment
        self._read = read
        self.problems: list[Problem] = []

    def text(self, written: str, origin: Origin, path: Path) -> str:
        """What `written` stands for: itself, unless it begins with a single `$` or `@`."""
        match written[:1]:
            case "$" | "@" if written[1:2] == written[:1]:
                return written[1:]
            case "$":
                return self._variable(written[1:], origin, path)
            case "@":
                return self._file(written[1:], origin, path)
            case _:
                return written

    def everywhere(self, value: Any, origin: Origin, path: Path) -> Any:
        """`value` with every text in it looked up."""
        match value:
            case str():
                return self.text(value, origin, path)
            case dict():
                return {key: self.everywhere(inner, origin, (*path, key)) for key, inner in value.items()}
            case list():
                return [self.everywhere(inner, origin, (*path, at)) for at, inner in enumerate(value)]
            case _:
                return value

    def complain(self, origin: Origin, path: Path, message: str, hint: str = "") -> None:
        """Something is wrong there."""
        self.problems.append(origin.problem(Complaint(path, message, hint)))

    def _variable(self, name: str, origin: Origin, path: Path) -> str:
        hint = "write `$$` for a dollar sign that is meant"
        if not _NAME.fullmatch(name):
            self.complain(origin, path, "`$` is followed by no name of a variable", hint)
        elif not (found := self._environment.get(name, "")):
            self.complain(origin, path, f"the variable `{name}` of the environment is not set", hint)
        else:
            return found
        return ""

    def _file(self, name: str, origin: Origin, path: Path) -> str:
        hint = "write `@@` for an at sign that is meant"
        try:
            text = self._read(name).decode().strip()
        except UnicodeDecodeError:
            self.complain(origin, path, f"the file `{name}` is no text", hint)
            return ""
        except OSError as error:
            self.complain(origin, path, f"the file `{name}` cannot be read: {cause_of(error)}", hint)
            return ""
        if not text:
            self.complain(origin, path, f"the file `{name}` is empty", hint)
        return text
