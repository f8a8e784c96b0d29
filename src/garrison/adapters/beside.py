"""What the guard keeps running beside Envoy, by the settings: the watch process, the one that assesses the API,
its own status file, the metrics."""

import contextlib
import hashlib
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import msgspec

from garrison.adapters.companion import Companion
from garrison.adapters.detection_rules import rule_files
from garrison.adapters.envoy.supervise import Beside
from garrison.adapters.recording import data_directory
from garrison.adapters.status import (
    DIRECTORY,
    GATEWAY,
    GUARD,
    Child,
    GatewayStatus,
    GuardStatus,
    Heartbeat,
    now,
    read_status,
)
from garrison.adapters.store.files import replace_file
from garrison.adapters.watch_settings import ASSESS_SETTINGS, CONTRACT, WATCH_SETTINGS
from garrison.config.controls import ControlsSettings
from garrison.config.model import ContractSettings, ListenSettings, Settings
from garrison.config.notify import AppriseSettings, DestinationSettings
from garrison.core.errors import GatewayError, cause_of
from garrison.core.printable import without_password

Note: TypeAlias = Callable[[str], None]
"""Prints one line for the operator; called from several threads."""


@contextlib.contextmanager
def beside(
    settings: Settings, *, note: Note, ready: Callable[[str], None] = lambda _: None, alone: bool = False
) -> Iterator[Beside]:
    """Run, while the context lasts, what `settings` ask for beside Envoy; nothing where they name no directory, and
    nothing `alone`, where events are only to be recorded.

    `ready` is called once with the gateway's URL when it serves; it must return at once. Raises GatewayError
    where the data directory cannot be used, or the metrics cannot be served.
    """
    if not settings.data:
        yield _Guarding(None, ready)
        return
    if alone:
        with data_directory(settings.data):
            yield _Guarding(None, ready)
        return
    with data_directory(settings.data) as data, _metrics(data, settings.metrics.listen) as metrics:
        _forget_counts(data)
        recorded = _Recorded(data, settings, note, metrics)
        try:
            yield _Guarding(recorded, ready)
        finally:
            recorded.close()


def _forget_counts(data: Path) -> None:
    """What an earlier run counted is not carried on: `vitals.py` carries on what it finds. Raises GatewayError."""
    try:
        (data / DIRECTORY / GATEWAY).unlink(missing_ok=True)
    except OSError as error:
        raise GatewayError(f"cannot keep data in `{data}`: {DIRECTORY}/{GATEWAY}: {cause_of(error)}") from error


def _metrics(data: Path, listen: str) -> contextlib.AbstractContextManager[str]:
    """Their URL while the context lasts; empty where nobody asks for them."""
    if not listen:
        return contextlib.nullcontext("")
    from garrison.adapters.metrics import serve_metrics  # brings DuckDB and Prometheus' client along

    return serve_metrics(data, listen)


class _Guarding:
    """Tells the parts what becomes of Envoy."""

    def __init__(self, recorded: "_Recorded | None", ready: Callable[[str], None]) -> None:
        self._recorded = recorded
        self._ready: Callable[[str], None] | None = ready

    def serving(self, url: str, pid: int) -> None:
        """An Envoy serves at `url`."""
        if self._recorded:
            self._recorded.serving(url, pid)
        if self._ready:
            self._ready(url)
            self._ready = None

    def apply(self, settings: Settings) -> None:
        """The gateway was reloaded."""
        if self._recorded:
            self._recorded.apply(settings)


class _Recorded:
    """A gateway with a data directory: its watch process, and what the guard says of itself."""

    def __init__(self, data: Path, settings: Settings, note: Note, metrics: str) -> None:
        self._data = data
        self._note = note
        self._missed = 0
        self._told = GuardStatus(pid=os.getpid(), started=now(), updated=now(), metrics=metrics)
        try:
            command = watch_command(settings)
        except OSError as error:
            raise GatewayError(f"cannot keep data in `{settings.data}`: {cause_of(error)}") from error
        self._watch = Companion("watch", command, note, watch_secrets(settings))
        self._assess: Companion | None = None
        self._follow_assess(settings)
        self._heartbeat = Heartbeat(data, GUARD, self._status, note)

    def serving(self, url: str, pid: int) -> None:
        before = self._told.envoy
        envoy = Child(pid, now(), before.restarts + 1 if before else 0)
        self._told = msgspec.structs.replace(self._told, url=url, envoy=envoy)
        self._heartbeat.beat()

    def apply(self, settings: Settings) -> None:
        try:
            self._watch.change(watch_command(settings), watch_secrets(settings))
        except OSError as error:
            self._note(f"garrison: the watch process goes on as it was: {cause_of(error)}")
        self._follow_assess(settings)

    def _follow_assess(self, settings: Settings) -> None:
        """Have the API assessed again and again where the settings want that, and by none where they do not."""
        if not settings.assess.every:
            self._end_assess()
            return
        try:
            command = assess_command(settings)
        except OSError as error:
            self._note(f"garrison: the API is not assessed as it should: {cause_of(error)}")
            return
        if self._assess is None:
            self._assess = Companion("assess", command, self._note, assess_secrets(settings), apart=True)
        else:
            self._assess.change(command, assess_secrets(settings))

    def _end_assess(self) -> None:
        if self._assess is not None:
            self._assess.stop()
            self._assess = None
        (self._data / ASSESS_SETTINGS).unlink(missing_ok=True)

    def close(self) -> None:
        """End the watch process; Envoy has ended before, so that it gets all events."""
        self._end_assess()
        self._watch.stop()
        (self._data / WATCH_SETTINGS).unlink(missing_ok=True)
        self._told = msgspec.structs.replace(self._told, stopped=True)
        self._heartbeat.close()

    def _status(self) -> GuardStatus:
        self._tell_losses()
        assess = self._assess  # a reload may end it meanwhile
        child = assess.child if assess is not None else None
        return msgspec.structs.replace(self._told, updated=now(), watch=self._watch.child, assess=child)

    def _tell_losses(self) -> None:
        """Say that exchanges were not recorded, at most once a second."""
        gateway = read_status(self._data, GATEWAY, GatewayStatus)
        missed = gateway.lost + gateway.refused if gateway else 0
        if gateway and missed > self._missed:
            self._note(
                f"garrison: exchanges that could not be recorded: {missed - self._missed} ({gateway.trouble});"
                f" so far {gateway.lost} lost and {gateway.refused} refused"
            )
        self._missed = missed


def watch_command(settings: Settings) -> Sequence[str]:
    """How the watch process is started. `-P` keeps modules of the working directory out of it.

    The settings go by a file, secrets apart (`watch_secrets`): the data directory is copied and kept. Raises OSError.
    """
    command = [sys.executable, "-P", "-m", "garrison.watch", settings.data]
    record = settings.record
    command += ["--retention-days", str(record.retention_days), "--ledger-days", str(record.ledger_days)]
    for kind, days in record.ledger_days_of.items():
        command.append(f"--ledger-days-of={kind}={days}")
    if settings.telemetry.otlp_url:
        command += ["--otlp-url", settings.telemetry.otlp_url]
    wanted = _for_watching(settings)
    content = msgspec.json.encode(wanted)
    file = Path(settings.data) / WATCH_SETTINGS
    replace_file(file, content)
    digest = hashlib.sha256(content + msgspec.json.encode(watch_secrets(settings)))
    for one in rule_files(wanted):  # what changes in them is a change too
        with contextlib.suppress(OSError):
            digest.update(hashlib.sha256(Path(one).read_bytes()).digest())
    return [*command, "--settings", str(file), "--settings-digest", digest.hexdigest()[:12]]


def assess_command(settings: Settings) -> Sequence[str]:
    """How the process is started that assesses the API again and again; secrets apart, as of the watch process.

    Raises OSError.
    """
    wanted = Settings(
        data=settings.data,
        contract=_open_contract(settings),
        upstream=settings.upstream,
        notify=msgspec.structs.replace(settings.notify, to=tuple(map(_without_secret, settings.notify.to))),
        assess=settings.assess,
        **_to_prove(settings),
    )
    content = msgspec.json.encode(wanted)
    file = Path(settings.data) / ASSESS_SETTINGS
    replace_file(file, content)
    digest = hashlib.sha256(content + msgspec.json.encode(assess_secrets(settings))).hexdigest()[:12]
    return [sys.executable, "-P", "-m", "garrison.continuous", str(file), "--digest", digest]


def _to_prove(settings: Settings) -> dict[str, Any]:
    """The policy, where there are patches whose proofs are made again: then a change of it is one for that process."""
    if not settings.controls.virtual_patch.patches:
        return {"listen": ListenSettings(tls=settings.listen.tls)}
    return {
        "mode": settings.mode,
        "controls": settings.controls,
        "operations": settings.operations,
        "listen": ListenSettings(address=settings.listen.address, tls=settings.listen.tls),
    }


def _for_watching(settings: Settings) -> Settings:
    """What the watch process needs of them: nothing else need start it anew."""
    return Settings(
        data=settings.data,
        contract=_open_contract(settings),  # for commands that ask what the gateway's operations are
        detect=settings.detect,
        respond=settings.respond,
        notify=msgspec.structs.replace(settings.notify, to=tuple(map(_without_secret, settings.notify.to))),
        controls=ControlsSettings(blocking=settings.controls.blocking),
        listen=ListenSettings(trusted_proxies=settings.listen.trusted_proxies),
    )


def watch_secrets(settings: Settings) -> dict[str, str]:
    """What of the settings only the watch process's environment holds: URLs with credentials."""
    return {
        _variable(each): each.apprise.url
        for each in settings.notify.to
        if each.apprise is not None and each.apprise.url
    }


def assess_secrets(settings: Settings) -> dict[str, str]:
    """The same for the process that assesses: it also reads the contract."""
    secrets = watch_secrets(settings)
    if _open_contract(settings) != settings.contract:
        secrets[CONTRACT] = msgspec.json.encode(settings.contract).decode()
    return secrets


def _open_contract(settings: Settings) -> ContractSettings:
    """The contract, where it is read without a password; else none."""
    contract = settings.contract
    is_open = all(without_password(each) == each for each in (contract.file, *contract.overlays))
    return contract if is_open else ContractSettings()


def _without_secret(destination: DestinationSettings) -> DestinationSettings:
    if destination.apprise is None or not destination.apprise.url:
        return destination
    return msgspec.structs.replace(destination, apprise=AppriseSettings(url_env=_variable(destination)))


def _variable(destination: DestinationSettings) -> str:
    return f"GARRISON_NOTIFY_{destination.name.upper().replace('-', '_')}"
