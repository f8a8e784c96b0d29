"""`garrison exposure`: whose data went to whom."""

import inspect
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, cast

import typer

from garrison.cli.options import AsJson, GatewayConfig, NamedData, Since, Until
from garrison.cli.output import as_json, json_text, line, note, progress
from garrison.core.errors import option_error
from garrison.core.nearest import did_you_mean

if TYPE_CHECKING:
    from garrison.core.ledger import Party
    from garrison.ledger import Ledger, Parties

EXAMPLES = "Example: garrison exposure to --principal partner-7 --since 2026-06-01"
BY = ("principal", "client", "token", "peer", "operation")
_KNOWN = 10_000
"""Names that a misspelt one is compared with."""

KeyFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="The ledger's keys.  [default: what the settings say, or DIR.ledger.key]"),
]
Principal = Annotated[str | None, typer.Option(metavar="NAME", help="Who asked; empty: nobody who proved it.")]
Client = Annotated[str | None, typer.Option(metavar="NAME", help="The OAuth client that asked.")]
Token = Annotated[str | None, typer.Option(metavar="ID", help="The token or key that was used, by its id.")]
Peer = Annotated[str | None, typer.Option(metavar="ADDRESS", help="Network address.")]
Operation = Annotated[str | None, typer.Option(metavar="ID", help="Through which operation.")]
AnyKind = Annotated[str | None, typer.Option(metavar="KIND", help="Whose data: `customer`.")]
Kind = Annotated[str, typer.Option(metavar="KIND", help="What the subject is, as the contract says: `customer`.")]


class Asked(NamedTuple):
    """To whom, through what and when: what most commands are asked about."""

    principal: Principal = None
    client: Client = None
    token: Token = None
    peer: Peer = None
    operation: Operation = None
    since: Since = ""
    until: Until = ""


class Place(NamedTuple):
    """Where the ledger is."""

    data: NamedData = None
    config: GatewayConfig = None
    key_file: KeyFile = None


ANYWHERE = Place()
"""Stands where a parameter needs a default: `grouped` gives what was asked for."""


def application() -> typer.Typer:
    """The commands about exposures."""
    app = typer.Typer(help="Whose data went to whom.", no_args_is_help=True, epilog=EXAMPLES)
    app.command("to")(grouped(to))
    app.command("of")(grouped(of))
    app.command("top")(grouped(top))
    app.command("coverage")(grouped(coverage))
    app.command("notify")(grouped(notify))
    app.command("keys")(grouped(keys))
    app.command("rotate-key")(grouped(rotate_key))
    return app


def to(asked: Asked, kind: AnyKind = None, place: Place = ANYWHERE, json: AsJson = False) -> None:
    """Who was exposed to somebody: how many people, which types of data, when.

    With --json each of them is listed, by digest: who holds the key can tell who it is.
    """
    from garrison.cli.exposure_text import to_lines

    parties = _parties(asked)
    ledger = _ledger(place)
    with progress("counting"):
        found = ledger.to(**parties, kind=kind)
    if not found.kinds:
        _tell_parties(ledger, parties)
    if json:
        _stream({"kinds": found.kinds, "certainty": found.certainty}, "people", ledger.people(**parties, kind=kind))
        return
    for text in to_lines(found):
        line(text)


def of(
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", help="What the API calls it: `100000013`.")],
    asked: Asked,
    kind: Kind = "customer",
    place: Place = ANYWHERE,
    json: AsJson = False,
) -> None:
    """To whom one data subject was exposed: when, through what, and which types of data."""
    from garrison.cli.exposure_text import of_lines

    parties, ledger = _parties(asked), _ledger(place)
    with progress("looking"):
        found = ledger.of(subject, kind, **parties)
    if not found.recipients:
        _tell_kinds(ledger, kind, parties)
    if json:
        as_json(found)
        return
    for text in of_lines(found, kind):
        line(text)


def top(
    by: Annotated[str, typer.Option(metavar="WHAT", help="principal, client, token, peer or operation.")] = "principal",
    limit: Annotated[int, typer.Option(metavar="N", min=1, max=10_000, help="So many.")] = 20,
    kind: AnyKind = None,
    operation: Operation = None,
    since: Since = "",
    until: Until = "",
    place: Place = ANYWHERE,
    json: AsJson = False,
) -> None:
    """Who came to most people's data. People's own data does not count."""
    from garrison.cli.exposure_text import top_lines

    if by not in BY:
        raise option_error("--by", f"`{by}` is nothing to count by", "one of " + ", ".join(f"`{one}`" for one in BY))
    parties = _parties(Asked(operation=operation, since=since, until=until))
    with progress("counting"):
        found = _ledger(place).top(cast("Party", by), limit, **parties, kind=kind)
    if json:
        as_json(found)
        return
    for text in top_lines(found, by):
        line(text)


def coverage(asked: Asked, place: Place = ANYWHERE, json: AsJson = False) -> None:
    """Of how many answers it is known whose data they disclosed, by operation."""
    from garrison.cli.exposure_text import coverage_lines

    parties = _parties(asked)
    with progress("counting"):
        found = _ledger(place).coverage(**parties)
    if json:
        as_json(found)
        return
    for text in coverage_lines(found):
        line(text)


def notify(
    asked: Asked,
    subjects: Annotated[Path, typer.Option(metavar="FILE", help="Your own list of people: CSV with a heading.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where the people to notify are written: CSV.")],
    report: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where the report is written: `.md` or `.json`.")
    ] = None,
    id_column: Annotated[
        str, typer.Option(metavar="NAME", help="The column with what the API calls them.  [default: the first]")
    ] = "",
    kind: Kind = "customer",
    place: Place = ANYWHERE,
    json: AsJson = False,
) -> None:
    """Write exactly those people of your list whose data went to others, with what of theirs was seen.

    Both files hold personal data and are readable by you alone. Without --principal and the like, everything counts
    that the ledger holds.
    """
    from garrison.adapters.notify import write_private
    from garrison.cli.exposure_text import notify_lines
    from garrison.report.breach import breach_data, breach_text

    if report is not None and report.suffix not in {".md", ".json"}:
        raise option_error("--report", f"`{report}` is neither Markdown nor JSON", "name it `.md` or `.json`")
    if report is not None and report.resolve() in {subjects.resolve(), out.resolve()}:
        raise option_error("--report", f"`{report}` is named for something else as well", "name another file")
    parties, ledger = _parties(asked), _ledger(place)
    with progress("joining"):
        found = ledger.notify(subjects, kind, out, id_column=id_column, **parties)
    if not found.exposed:
        _tell_kinds(ledger, kind, parties)
        _tell_parties(ledger, parties)
    told = breach_data(found)
    if report is not None:
        write_private(report, breach_text(found) if report.suffix == ".md" else json_text(told) + "\n")
    if json:
        as_json(told)
        return
    for text in notify_lines(found, out, report):
        line(text)


def keys(place: Place = ANYWHERE, json: AsJson = False) -> None:
    """Show the ledger's keys: their numbers, since when, and how many rows name subjects with each. Never the keys.

    Exit status 1 means that there are rows under keys that are missing.
    """
    from garrison.adapters.store.ledger import keys_used
    from garrison.cli.exposure_text import key_lines

    ledger = _ledger(place)
    ring = ledger.keys()
    used = keys_used(ledger.data)
    known = [
        {"number": each.number, "created": key.created, "rows": used.get(each.number, 0)}
        for key, each in zip(ring.keys, ring.pseudonyms, strict=True)
    ]
    missing = {number: rows for number, rows in used.items() if number not in ring.numbers}
    if json:
        as_json({"keys": known, "missing": [{"number": number, "rows": rows} for number, rows in missing.items()]})
    else:
        for text in key_lines(known, missing, ledger.key_file):
            line(text)
    if missing:
        raise typer.Exit(1)


def rotate_key(place: Place = ANYWHERE) -> None:
    """Name subjects with a new key from now on. A running gateway takes it at once; older keys stay in the file, so
    that what was recorded under them is still found.
    """
    from garrison.adapters.ledger_keys import rotate_ring

    ledger = _ledger(place)
    ring = rotate_ring(ledger.key_file, time.time())
    line(f"key {ring.current.number} is in force, keys in `{ledger.key_file}`: {len(ring.keys)}")
    note("keep a copy of the file: whoever loses it cannot tell any more whose data went where")


def grouped(command: Callable[..., None]) -> Callable[..., None]:
    """`command` with the options of `Asked` and `Place` in place of its parameters that are such."""
    taken = inspect.signature(command, eval_str=True).parameters.values()
    groups = {each.name: each.annotation for each in taken if each.annotation in {Asked, Place}}
    options: list[inspect.Parameter] = []
    for each in taken:
        group = inspect.signature(groups[each.name], eval_str=True) if each.name in groups else None
        options += group.parameters.values() if group is not None else [each]

    def run(**given: Any) -> None:
        for name, group in groups.items():
            given[name] = group(**{field: given.pop(field) for field in group._fields})
        command(**given)

    options = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in options]
    run.__name__, run.__doc__ = command.__name__, command.__doc__
    run.__annotations__ = {each.name: each.annotation for each in options}
    run.__dict__["__signature__"] = inspect.Signature(options)
    return run


def _ledger(place: Place) -> "Ledger":
    from garrison.adapters.ledger_keys import ledger_key_file
    from garrison.adapters.recording import with_directory
    from garrison.cli.opening import open_settings
    from garrison.config.load import Options
    from garrison.ledger import Ledger

    options = Options(data=place.data)
    settings = with_directory(open_settings(place.config, options))
    if not Path(settings.data).is_dir():
        raise option_error("--data", f"`{settings.data}` is not a directory", "give the one that `guard` has")
    return Ledger(settings.data, place.key_file or ledger_key_file(settings, settings.data))


def _tell_kinds(ledger: "Ledger", kind: str, parties: "Parties") -> None:
    """Say which kinds are on record where this one is not: who asks for a wrong one finds nobody."""
    found = ledger.to(**parties).kinds
    if found and kind not in {each.kind for each in found}:
        others = ", ".join(f"`{each.kind}` ({each.people:,})" for each in found)
        note(f"nobody of the kind `{kind}` is on record there, only {others}: `--kind` says who is meant")


def _tell_parties(ledger: "Ledger", parties: "Parties") -> None:
    """Say who of those that were asked about is not on record at all: a name that is misspelt finds nobody either."""
    for by in cast("tuple[Party, ...]", BY):
        name = parties.get(by)
        if not name or ledger.to(**cast("Parties", {by: name})).kinds:
            continue
        known = [each.name for each in ledger.top(by, _KNOWN).ranks]
        inner = [one for one in known if one.endswith(f":{name}")]  # behind its realm
        hint = f"did you mean `{inner[0]}`?" if inner else did_you_mean(name, known)
        told = "through" if by == "operation" else f"to the {by}"
        note(f"nobody was ever exposed {told} `{name}`" + (f": {hint}" if hint else ""))


def _parties(asked: Asked) -> "Parties":
    from garrison.cli.moments import parse_moment
    from garrison.ledger import Parties

    now = time.time()
    begin = parse_moment(asked.since, "--since", now) if asked.since else None
    end = parse_moment(asked.until, "--until", now) if asked.until else None
    if begin is not None and end is not None and begin >= end:
        raise option_error("--since", "is not before `--until`")
    return Parties(
        since=begin, until=end, principal=asked.principal, client=asked.client, token=asked.token,
        peer=asked.peer, operation=asked.operation,
    )  # fmt: skip


def _stream(told: dict[str, Any], name: str, items: Iterable[Any]) -> None:
    """Print `told` with one list more, an item a line: there may be millions."""
    import msgspec

    line(msgspec.json.encode(told).decode()[:-1] + f',"{name}":[')
    before = ""
    for item in items:
        if before:
            line(before + ",")
        before = msgspec.json.encode(item).decode()
    line(before + "]}")
