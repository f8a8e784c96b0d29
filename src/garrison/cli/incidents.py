"""`garrison incidents`: what was seen, what was done about it, and how to undo that."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from garrison.cli.granting import tell_missing
from garrison.cli.options import DATA, AsJson, Data
from garrison.cli.output import alone, as_json, columns, line, note, progress
from garrison.core.printable import printable

if TYPE_CHECKING:
    from garrison.casework import Dossier
    from garrison.core.incident import Incident

LIST_EXAMPLES = "Example: garrison incidents list --data garrison-data"
SHOW_EXAMPLES = "Example: garrison incidents show 2f6c9d"
CLOSE_EXAMPLES = "Example: garrison incidents close 2f6c9d"
UNDO_EXAMPLES = "Example: garrison incidents undo 2f6c9d"

_Closed = Annotated[bool, typer.Option("--closed", help="Closed ones too.")]
_Limit = Annotated[int, typer.Option(metavar="N", min=1, max=100_000, help="So many, the last ones.")]
_Id = Annotated[str, typer.Argument(metavar="ID", help="The incident's id, or as much of it as no other begins with.")]


def application() -> typer.Typer:
    """The commands about incidents."""
    app = typer.Typer(help="Incidents: what was seen, what was done, and undoing it.", no_args_is_help=False)
    app.callback(invoke_without_command=True, epilog=LIST_EXAMPLES)(_all)
    app.command("list", epilog=LIST_EXAMPLES)(show_all)
    app.command("show", epilog=SHOW_EXAMPLES)(show)
    app.command("close", epilog=CLOSE_EXAMPLES)(close)
    app.command("undo", epilog=UNDO_EXAMPLES)(undo)
    return app


def _all(
    context: typer.Context, data: Data = DATA, closed: _Closed = False, limit: _Limit = 50, json: AsJson = False
) -> None:
    """Incidents: what was seen, what was done, and undoing it. Without a command: list them."""
    if alone(context):
        show_all(data, closed, limit, json)


def show_all(data: Data = DATA, closed: _Closed = False, limit: _Limit = 50, json: AsJson = False) -> None:
    """List incidents, the last one first. Exit status 1 means that one is open."""
    from garrison.casework import listed
    from garrison.core.incident import IncidentState

    tell_missing(data)
    found = listed(data, closed=closed, limit=limit)
    if json:
        as_json({"incidents": found})
    elif not found:
        note("there are no incidents")
    else:
        for text in columns(("id", "state", "severity", "last", "detections", "measures", "title"), _rows(found)):
            line(text)
    if any(each.state is IncidentState.OPEN for each in found):
        raise typer.Exit(1)


def _rows(found: "list[Incident]") -> list[tuple[str, ...]]:
    from garrison.cli.moments import show_second

    return [
        (each.id, each.state, each.severity, show_second(each.last), str(each.count), str(each.measured),
         printable(each.title))
        for each in found
    ]  # fmt: skip


def show(identifier: _Id, data: Data = DATA, json: AsJson = False) -> None:
    """Show one incident: who took part, what was seen and done, and how many people were exposed since it began."""
    from garrison.casework import dossier

    with progress("looking"):
        found = dossier(data, identifier, time.time())
    if json:
        as_json(found)
        return
    for text in _text(found):
        line(printable(text))
    note("")
    for text in _next(found, data):
        note(printable(text))


def close(identifier: _Id, data: Data = DATA, json: AsJson = False) -> None:
    """Close an incident: what is seen from now on is another one. What was done stays in force."""
    from garrison import casework

    incident = casework.close(data, identifier, time.time())
    if json:
        as_json(incident)
    else:
        line(f"closed {incident.id}")


def undo(identifier: _Id, data: Data = DATA, json: AsJson = False) -> None:
    """Lift the measures that were taken because of an incident, and no others: in force within 100 ms.

    Whoever shall not be met again stands in `respond.never`.
    """
    from garrison import casework
    from garrison.core.countermeasure import shown
    from garrison.core.incident import IncidentState

    incident, lifted = casework.undo(data, identifier, time.time())
    if json:
        as_json({"incident": incident, "lifted": lifted})
        return
    for each in lifted:
        line(printable(f"lifted {each.action} {shown(each)}"))
    if not lifted:
        note(f"nothing is in force because of {incident.id}")
    elif incident.state is not IncidentState.CLOSED:
        note(f"it is still {incident.state}: `{_command('close', incident, data)}` ends it")


def _text(found: "Dossier") -> Iterator[str]:
    from garrison.cli.moments import show_moment
    from garrison.core.countermeasure import shown

    incident, named = found.incident, found.incident.named
    yield f"{incident.title}"
    yield f"incident    {incident.id}, {incident.state}" + (
        f", went over into {incident.into}" if incident.into else ""
    )
    yield f"severity    {incident.severity}, confidence {incident.confidence}"
    yield f"when        {show_moment(incident.since)} to {show_moment(incident.last)}"
    yield f"detections  {incident.count} ({', '.join(incident.rules)})"
    yield f"tags        {', '.join(incident.tags) or '-'}"
    yield f"people      {found.people} exposed since it began"
    for word in named.__struct_fields__:
        if values := getattr(named, word):
            yield f"{word:<11} {', '.join(values)}"
    if incident.left_out:
        yield f"            and others: {incident.left_out}"
    for each in found.in_force:
        until = f" until {show_moment(each.until)}" if each.until is not None else ""
        yield f"in force    {each.action} {shown(each)}{until}{' (simulated)' if each.simulated else ''}"
    yield ""
    # what was done is told when it was done, what was detected when it happened
    for entry in sorted(incident.timeline, key=lambda each: each.time):
        yield f"{show_moment(entry.time)}  {entry.what:<8}  {entry.text}"


def _next(found: "Dossier", data: Path) -> Iterator[str]:
    """What may be done now."""
    from garrison.core.incident import IncidentState

    incident = found.incident
    if incident.rules:
        yield f"what it means and what to do: garrison rules show {incident.rules[0]}"
    if found.in_force:
        yield f"lift what is in force:        {_command('undo', incident, data)}"
    if incident.state is not IncidentState.CLOSED:
        yield f"dealt with:                   {_command('close', incident, data)}"


def _command(name: str, incident: "Incident", data: Path) -> str:
    where = "" if data == DATA else f" --data {data}"
    return f"garrison incidents {name} {incident.id}{where}"
