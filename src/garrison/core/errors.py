"""Errors, by who must act. A client's fault is never an exception: it is a `Reason`.

GarrisonError
+- ConfigError        the operator's garrison.yaml or options are wrong
+- DescriptionError   the API description or an overlay is wrong
+- GatewayError       the gateway could not be started or kept running
+- RecordError        what happens cannot be recorded, or what was recorded cannot be read: disk, permissions
+- ProtocolError      an adapter fed the engine out of order: our bug
"""

from collections.abc import Sequence

import msgspec

from garrison.core.printable import without_password


class Problem(msgspec.Struct, frozen=True):
    """One thing that is wrong in an operator's file."""

    file: str
    """Path or URL of the file; `<options>` for the command line."""
    path: str
    """JSON path inside it: `$.operations[3].owner`."""
    message: str
    """What is wrong: lower case, no full stop, user input in backticks."""
    hint: str = ""
    """What to do about it."""
    line: int = 0
    """Line in the file, counted from 1; 0 where unknown."""

    def __str__(self) -> str:
        file = without_password(self.file)
        place = f"{file}:{self.line}" if self.line else file
        hint = f" (hint: {self.hint})" if self.hint else ""
        return f"{place}: {self.path}: {self.message}{hint}"


class GarrisonError(Exception):
    """Base of every error that Garrison raises on purpose."""


class ProblemsError(GarrisonError):
    """An operator's file is wrong; `problems` says everything that is."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ConfigError(ProblemsError):
    """The operator's garrison.yaml or options are wrong."""


class DescriptionError(ProblemsError):
    """The API description or an overlay cannot be used at all."""


class GatewayError(GarrisonError):
    """The gateway could not be started or kept running."""


class RecordError(GarrisonError):
    """An exchange cannot be recorded, or the record cannot be read: a full disk, permissions, a damaged device."""


class ProtocolError(GarrisonError):
    """An adapter fed an exchange out of order: a bug in the adapter, never a client's doing."""


def option_error(option: str, message: str, hint: str = "") -> ConfigError:
    """The one thing that is wrong with a command's `option`, or with one of its arguments."""
    return ConfigError([Problem("<options>", option, message, hint)])


def cause_of(error: Exception) -> str:
    """What `error` says went wrong, as a message goes on with it: lower case, of the system's errors without the file's
    name."""
    if isinstance(error, OSError):
        return (error.strerror or str(error)).lower()
    text = str(error)
    return text[:1].lower() + text[1:]
