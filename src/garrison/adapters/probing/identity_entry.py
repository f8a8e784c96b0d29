"""What an identity of a file says of itself, and log-in flows that stand in files of their own."""

import posixpath
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from garrison.adapters.probing import kinds
from garrison.adapters.probing.arazzo import Operations, Plan, chosen_workflow, log_in_with, plan_faults
from garrison.adapters.probing.arazzo_document import Document
from garrison.adapters.probing.elsewhere import split_target
from garrison.adapters.probing.flow import SendElsewhere
from garrison.adapters.probing.given import Given
from garrison.adapters.probing.references import References
from garrison.adapters.probing.steps_file import PutEntry, StepEntry, StepsFile, steps_faults, steps_flow
from garrison.adapters.probing.strictly import Read, converted, read_file
from garrison.config.load import Origin
from garrison.config.source import Path
from garrison.core.errors import ConfigError


class UserEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A name and a password."""

    user: str
    password: str


class ClientEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", omit_defaults=True):
    """An OAuth client."""

    id: str
    secret: str
    token_url: str
    """Where it gets its token: a path of the API, or the URL of another server."""
    scope: str = ""


class ArazzoEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A workflow that logs in."""

    file: str
    workflow: str = ""
    inputs: dict[str, Any] = {}
    put: PutEntry = PutEntry()


class IdentityEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One identity: how it shows who it is, and what else is known of it."""

    bearer: str = ""
    header: dict[str, str] = {}
    query: dict[str, str] = {}
    cookie: dict[str, str] = {}
    basic: UserEntry | None = None
    login: UserEntry | None = None
    client: ClientEntry | None = None
    steps: str | list[StepEntry] = ""
    """A file of steps or an Arazzo document, or the steps themselves."""
    put: PutEntry = PutEntry()
    """Where what steps took goes."""
    arazzo: ArazzoEntry | None = None
    roles: list[str] = []
    """The highest first."""
    owns: dict[str, list[str]] = {}
    """Ids of its own objects, by the name of the parameter that takes them."""
    throwaway: bool = False
    """Whether the assessment may change its password, lock it out and delete it."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The ways in which it says who it is; header, query and cookie are one."""
        fixed = ("header/query/cookie",) if self.header or self.query or self.cookie else ()
        others = ("bearer", "basic", "login", "client", "steps", "arazzo")
        return (*fixed, *(name for name in others if getattr(self, name)))


class FlowReader:
    """Reads log-in flows from files."""

    def __init__(
        self,
        references: References,
        read: Callable[[str], bytes],
        own: str,
        send: SendElsewhere,
        operations: Operations,
    ) -> None:
        """`own` is the target's origin; `send` reaches others."""
        self.references = references
        self.own = own
        self.send = send
        self._read = read
        self._operations = operations

    def from_file(self, name: str, file: str) -> Given | None:
        """The flow of a file: Garrison's own steps, or an Arazzo document."""
        if not file:
            return None
        read = read_file(file, self._read)
        if isinstance(read.data, Mapping) and "arazzo" in read.data:
            return self.from_arazzo(name, ArazzoEntry(file), read)
        looked = self.references.everywhere(read.data, read.origin, ())
        return self.from_steps(name, msgspec.structs.replace(read, data=looked), ())

    def from_steps(self, name: str, read: Read, below: Path) -> Given | None:
        """The flow of steps in `read`, which stand at `below` in their file; its references were looked up."""
        file, problems = converted(read, StepsFile)
        self.references.problems += problems
        if file is None:
            return None
        faults = list(steps_faults(file))
        for path, message, hint in faults:
            self.references.complain(read.origin, (*below, *path), message, hint)
        if faults:
            return None
        return self._made(lambda: kinds.flowing(name, steps_flow(file, self.own), self.send))

    def from_arazzo(self, name: str, entry: ArazzoEntry, read: Read | None = None) -> Given | None:
        """The flow of an Arazzo document."""
        read = read or read_file(entry.file, self._read)
        document, problems = converted(read, Document)
        self.references.problems += problems
        if document is None:
            return None
        workflow = chosen_workflow(document, entry.workflow)
        if workflow is None:
            named = f"`{entry.workflow}`" if entry.workflow else "any"
            self._complain(read.origin, ("workflows",), f"has no workflow {named}")
            return None
        inputs = self.references.everywhere(dict(workflow.defaults), read.origin, ("workflows",)) | entry.inputs
        plan = Plan(document, workflow, self._operations, inputs, entry.put.puts)
        faults = list(plan_faults(plan))
        for path, message, hint in faults:
            self._complain(read.origin, path, message, hint)
        return None if faults else Given(name=name, how="an Arazzo workflow", log_in=log_in_with(plan))

    def from_client(self, name: str, entry: ClientEntry, origin: Origin, path: Path) -> Given | None:
        """An OAuth client's token."""
        if not entry.token_url.startswith(("/", "http://", "https://")):
            self._complain(origin, (*path, "token-url"), f"`{entry.token_url}` is neither a path nor a URL")
            return None

        def made() -> Given:
            url = entry.token_url
            place = ("", url) if url.startswith("/") else split_target(url, self.own, "token-url")
            return kinds.client(name, entry.id, entry.secret, place=place, send=self.send, scope=entry.scope)

        return self._made(made)

    def beside(self, file: str, origin: Origin) -> str:
        """A file that is named in another is meant from that one's folder."""
        return posixpath.join(posixpath.dirname(origin.file), file)

    def _made(self, make: Callable[[], Given]) -> Given | None:
        try:
            return make()
        except ConfigError as error:
            self.references.problems += error.problems
            return None

    def _complain(self, origin: Origin, path: Path, message: str, hint: str = "") -> None:
        self.references.complain(origin, path, message, hint)
