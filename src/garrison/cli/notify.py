"""`garrison notify`: whether those who shall be told of incidents can be."""

import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from garrison.cli.options import AsJson
from garrison.cli.output import as_json, line, note, progress

if TYPE_CHECKING:
    from garrison.adapters.notifications.sender import Finding
    from garrison.config.notify import DestinationSettings

TEST_EXAMPLES = "Example: garrison notify test --config garrison.yaml"


def application() -> typer.Typer:
    """The commands about notifications."""
    app = typer.Typer(help="Notifications: whether they arrive.", no_args_is_help=True)
    app.command("test", epilog=TEST_EXAMPLES)(try_out)
    app.callback()(_nothing)
    return app


def _nothing() -> None:
    """With a callback a single command keeps its name."""


def try_out(
    config: Annotated[Path, typer.Option(metavar="FILE", help="The gateway's garrison.yaml.")],
    to: Annotated[str | None, typer.Option(metavar="NAME", help="Only this destination.")] = None,
    json: AsJson = False,
) -> None:
    """Send a test message to each destination of `notify.to`. Exit status 1 means that one could not be told."""
    from importlib.metadata import version

    from garrison.cli.opening import open_settings
    from garrison.config.load import Options
    from garrison.core.errors import ConfigError, Problem, option_error
    from garrison.report.incident_finding import finding_of

    settings = open_settings(config, Options()).notify
    destinations, known = [each for each in settings.to if to in {None, each.name}], [each.name for each in settings.to]
    if not destinations:
        if known and to:
            raise option_error(
                "--to", f"`{to}` is no destination", "there are " + ", ".join(f"`{one}`" for one in known)
            )
        raise ConfigError([Problem(str(config), "$.notify.to", "nobody is to be told", "name destinations")])
    finding = partial(finding_of, version=version("garrison"))
    found: dict[str, str] = {}
    for each in destinations:
        with progress(f"telling {each.name}"):
            found[each.name] = _tried(each, finding)
    if json:
        as_json({"destinations": found})
    else:
        for name, trouble in found.items():
            (note if trouble else line)(f"{name}: {trouble or 'told'}")
    if any(found.values()):
        raise typer.Exit(1)


def _tried(destination: "DestinationSettings", finding: "Finding") -> str:
    """Why it could not be told; empty where it was."""
    from garrison.adapters.notifications.catalogue import sender_for
    from garrison.adapters.notifications.sender import DeliveryError
    from garrison.core.detection import Confidence, Severity
    from garrison.core.incident import IncidentId, IncidentState
    from garrison.core.notice import Notice, NoticeKind

    now = time.time()
    notice = Notice(
        id=f"garrison_test_{int(now * 1000)}",
        kind=NoticeKind.TEST,
        made=now,
        incident=IncidentId("test"),
        state=IncidentState.CLOSED,
        severity=Severity.INFORMATIONAL,
        confidence=Confidence.LOW,
        title="A test message",
        since=now,
        last=now,
        detections=0,
    )
    try:
        sender_for(destination, finding).send([notice])
    except DeliveryError as error:
        return str(error)
    return ""
