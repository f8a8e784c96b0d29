"""The settings in force, and the Envoy that runs on them."""

import contextlib
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from garrison.adapters.envoy import control
from garrison.adapters.envoy.bootstrap import bootstrap
from garrison.adapters.envoy.handover import Checked, Handover, store_checked
from garrison.adapters.envoy.process import Envoy, Launch, reserve
from garrison.adapters.tls_files import tls_files
from garrison.config.address import Listen, parse_listen
from garrison.config.model import Settings
from garrison.core.errors import GarrisonError, GatewayError, cause_of

RELOAD_TIMEOUT = 120.0
"""Seconds for the engine to compile a new policy."""
POLICY_FILE = "policy.msgpack"
CONTROL_SOCKET = "control.sock"

_FIXED = ("upstream", "egress", "listen", "data", "metrics")
"""Sections that Envoy, or what was opened at start, cannot change while it runs."""


class Parts(msgspec.Struct, frozen=True):
    """What the gateway is put together from (`parts.py` finds it)."""

    binary: Path
    """Envoy."""
    module: Path | None = None
    """The native filter; None runs Envoy bare, without any policy."""
    preload: Path | None = None
    """The shared libpython."""
    factory: str = ""
    """`module:name` of what the filter calls to make its engine."""


class Service:
    """One gateway: at any time one Envoy, on one set of settings."""

    def __init__(
        self, run_dir: Path, checked: Checked, parts: Parts, *, events: int, log: Callable[[str], None]
    ) -> None:
        """Begin with the policy `checked`; its port is taken here, once for all restarts.

        `events` is the pipe's writing end; `log` gets the lines of Envoy's log. Raises GatewayError where the
        address cannot be had, or the policy cannot be written.
        """
        self._asked = asked = checked.settings
        wanted = parse_listen(asked.listen.address)
        self._held = reserve(wanted, udp=asked.listen.http3)
        self.place = Listen(wanted.host, self._held.getsockname()[1])
        listen = msgspec.structs.replace(asked.listen, address=str(self.place))
        self.settings = msgspec.structs.replace(asked, listen=listen)
        self._plain = checked.plain or asked
        self._certificates = _digests(self.settings)
        self._run_dir = run_dir
        self._parts = parts
        self._events = events
        self._log = log
        self._file = run_dir / POLICY_FILE
        try:
            store_checked(Checked(self.settings, checked.documents), self._file)
        except OSError as error:
            self.close()
            raise GatewayError(f"the policy cannot be written to `{run_dir}`: {cause_of(error)}") from error

    def close(self) -> None:
        """Give its port back."""
        self._held.close()

    @property
    def url(self) -> str:
        """Where it listens, as a client would write it."""
        return f"{'https' if self.settings.listen.tls else 'http'}://{self.place}"

    @property
    def plain(self) -> Settings:
        """The settings in force, without what virtual patches change of the policy."""
        return msgspec.structs.replace(self.settings, controls=self._plain.controls, operations=self._plain.operations)

    def start(self) -> Envoy:
        """Start an Envoy on the policy in force; it does not serve yet."""
        settings = self.settings
        self._certificates = _digests(settings)
        config = bootstrap(
            settings,
            run_dir=self._run_dir,
            module_path=self._parts.module,
            handler_config=self._handler_config(),
        )
        plan = Launch(
            binary=self._parts.binary,
            run_dir=self._run_dir,
            bootstrap=config,
            listen=self.place,
            workers=settings.listen.workers,
            preload=self._parts.preload,
            inherited=(self._events,) if self._parts.module else (),
        )
        return Envoy(plan, self._log)

    def apply(self, wanted: Checked) -> tuple[str, ...]:
        """Put `wanted` in force without dropping a connection; returns what must wait for a restart.

        Raises ProblemsError or GatewayError where the engine refuses; the old policy then stays in force.
        """
        old = self.settings
        waiting = tuple(name for name in _FIXED if getattr(wanted.settings, name) != getattr(self._asked, name))
        new = msgspec.structs.replace(wanted.settings, **{name: getattr(old, name) for name in _FIXED})
        if bootstrap(new, run_dir=self._run_dir) != bootstrap(old, run_dir=self._run_dir):
            waiting = (*waiting, "controls.request-limits (Envoy's own bound on a request's head)")
        if _digests(new) != self._certificates:
            waiting = (*waiting, "certificates")
        if new.record.keep_bodies != self._asked.record.keep_bodies:
            waiting = (*waiting, "record.keep-bodies")
        before = self._file.with_suffix(".old")
        try:
            # A second name: an Envoy that has to be started meanwhile finds one policy or the other.
            before.unlink(missing_ok=True)
            before.hardlink_to(self._file)
            store_checked(Checked(new, wanted.documents), self._file)
        except OSError as error:
            raise GatewayError(f"the new policy cannot be written: {cause_of(error)}") from error
        try:
            if self._parts.module:
                control.request(self._run_dir / CONTROL_SOCKET, "reload", timeout=RELOAD_TIMEOUT)
        except GarrisonError:
            before.replace(self._file)
            raise
        self.settings = new
        self._plain = wanted.plain or wanted.settings
        return waiting

    def _handler_config(self) -> dict[str, object]:
        handover = Handover(
            policy_file=str(self._file),
            control_socket=str(self._run_dir / CONTROL_SOCKET),
            event_descriptor=self._events,
        )
        return {"factory": self._parts.factory, "settings": msgspec.to_builtins(handover)}


def _digests(settings: Settings) -> Mapping[str, bytes]:
    """What stands in the files of certificates and keys, which Envoy reads as it starts; without those that cannot be
    read just now."""
    found: dict[str, bytes] = {}
    for file in tls_files(settings):
        with contextlib.suppress(OSError):
            found[file] = hashlib.sha256(Path(file).read_bytes()).digest()
    return found
