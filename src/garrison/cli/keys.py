"""`garrison keys`: the API keys of a gateway."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from garrison.cli.granting import check_granted, tell_missing, tell_new
from garrison.cli.moments import parse_length, show_moment
from garrison.cli.options import AsJson, GatewayConfig, NamedData
from garrison.cli.output import as_json, columns, line, note
from garrison.core.errors import option_error

if TYPE_CHECKING:
    from garrison.adapters.api_keys import KeyFile
    from garrison.config.model import Settings
    from garrison.identity.key_ring import ApiKey

EXAMPLES = "Example: garrison keys create billing --scope invoices:read --for 90d"

KeyId = Annotated[str, typer.Argument(metavar="KEY-ID", help="Its id, as `garrison keys list` shows it.")]


def application() -> typer.Typer:
    """The commands about keys."""
    app = typer.Typer(help="Make and end the API keys of a gateway.", no_args_is_help=True, epilog=EXAMPLES)
    app.command("create")(create)
    app.command("list")(show)
    app.command("rotate")(rotate)
    app.command("expire")(expire)
    app.command("revoke")(revoke)
    return app


def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The principal that the key stands for.")],
    scope: Annotated[list[str] | None, typer.Option(metavar="SCOPE", help="A scope it has; may be repeated.")] = None,
    role: Annotated[list[str] | None, typer.Option(metavar="ROLE", help="A role it has; may be repeated.")] = None,
    lasting: Annotated[
        str | None, typer.Option("--for", metavar="TIME", help="How long it holds: 90d.  [default: for ever]")
    ] = None,
    data: NamedData = None,
    config: GatewayConfig = None,
    json: AsJson = False,
) -> None:
    """Make a key and print it. It is printed this once: only a digest is kept."""
    _check_name(name)
    now = time.time()
    expires = now + parse_length(lasting, "--for") if lasting else 0.0
    check_granted(scope or (), role or ())
    file = _file(data, config)
    tell_new(file.path.parent)
    key = file.create(name, now, scopes=scope or (), roles=role or (), expires=expires)
    _tell(key, json=json)


def show(data: NamedData = None, config: GatewayConfig = None, json: AsJson = False) -> None:
    """Show all keys: what they stand for and whether they hold. Never the keys themselves."""
    from garrison.adapters.api_keys import KeyFile

    now, directory = time.time(), Path(_settings(data, config).data)
    tell_missing(directory)
    keys = sorted(KeyFile(directory, b"").read().keys.values(), key=lambda key: key.created)
    if json:
        as_json([_public(key, now) for key in keys])
        return
    if not keys:
        note("there are no keys")
        return
    rows = [
        (key.id, key.name, _state(key, now), _moment(key.created), _moment(key.expires), " ".join(key.scopes) or "-",
         " ".join(key.roles) or "-")
        for key in keys
    ]  # fmt: skip
    for text in columns(("id", "name", "state", "created", "expires", "scopes", "roles"), rows):
        line(text)


def rotate(
    key_id: KeyId,
    overlap: Annotated[str, typer.Option(metavar="TIME", help="How long the old one still holds.")] = "1h",
    data: NamedData = None,
    config: GatewayConfig = None,
    json: AsJson = False,
) -> None:
    """Make a key like another one and print it; the other one ends after the overlap."""
    _tell(_file(data, config).rotate(key_id, time.time(), parse_length(overlap, "--overlap")), json=json)


def expire(
    key_id: KeyId,
    after: Annotated[str, typer.Option("--in", metavar="TIME", help="How long it still holds.")],
    data: NamedData = None,
    config: GatewayConfig = None,
) -> None:
    """Let a key end after a time."""
    at = time.time() + parse_length(after, "--in")
    _file(data, config).expire(key_id, at)
    line(f"{key_id} ends at {_moment(at)}")


def revoke(key_id: KeyId, data: NamedData = None, config: GatewayConfig = None) -> None:
    """End a key now. A running gateway refuses it within a tenth of a second."""
    _file(data, config).revoke(key_id, time.time())
    line(f"{key_id} is revoked")


def _file(data: str | None, config: Path | None) -> "KeyFile":
    from garrison.adapters.api_keys import key_file

    settings = _settings(data, config)
    return key_file(settings, settings.data)


def _settings(data: str | None, config: Path | None) -> "Settings":
    from garrison.adapters.recording import with_directory
    from garrison.cli.opening import open_settings
    from garrison.config.load import Options

    return with_directory(open_settings(config, Options(data=data)))


def _tell(key: str, *, json: bool) -> None:
    if json:
        as_json({"id": key.split("_")[1], "key": key})
        return
    line(key)
    note("this is the only time that the key is shown")


def _public(key: "ApiKey", now: float) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "state": _state(key, now),
        "scopes": key.scopes,
        "roles": key.roles,
        "created": _moment(key.created),
        "expires": _moment(key.expires) if key.expires else None,
        "revoked": _moment(key.revoked) if key.revoked else None,
        "rotated_to": key.rotated_to or None,
    }


def _state(key: "ApiKey", now: float) -> str:
    if key.revoked:
        return "revoked"
    if key.expires and now >= key.expires:
        return "expired"
    return "ending" if key.rotated_to else "valid"


def _moment(seconds: float) -> str:
    return show_moment(seconds) if seconds else "-"


def _check_name(name: str) -> None:
    if not name.strip() or not name.isprintable() or len(name) > 256:
        raise option_error("NAME", "must be text of 1 to 256 printable characters")
