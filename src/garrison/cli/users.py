"""`garrison users`: the users of HTTP Basic of a gateway."""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from garrison.cli.granting import check_granted, tell_missing, tell_new
from garrison.cli.options import DATA, AsJson, Data
from garrison.cli.output import as_json, columns, line, note
from garrison.core.errors import option_error

if TYPE_CHECKING:
    from garrison.adapters.users import UserFile

EXAMPLES = "Example: garrison users set reporting --scope invoices:read"
SHORTEST = 12
"""Characters of a password: it is for a machine, which does not mind (NIST SP 800-63B asks for 8 of people)."""

Name = Annotated[str, typer.Argument(metavar="NAME", help="The user's name.")]


def application() -> typer.Typer:
    """The commands about users."""
    app = typer.Typer(help="Make and remove the users of HTTP Basic.", no_args_is_help=True, epilog=EXAMPLES)
    app.command("set")(put)
    app.command("list")(show)
    app.command("remove")(remove)
    return app


def put(
    name: Name,
    scope: Annotated[list[str] | None, typer.Option(metavar="SCOPE", help="A scope it has; may be repeated.")] = None,
    role: Annotated[list[str] | None, typer.Option(metavar="ROLE", help="A role it has; may be repeated.")] = None,
    data: Data = DATA,
) -> None:
    """Add a user, or give one another password, scopes and roles.

    The password is asked for, or read from stdin where that is no terminal.
    """
    from garrison.core.errors import ConfigError, Problem

    if not name or ":" in name or not name.isprintable() or len(name) > 256:
        message = "must be text of 1 to 256 printable characters without a colon"
        raise option_error("NAME", message)
    check_granted(scope or (), role or ())
    password = _password()
    if len(password) < SHORTEST or len(password) > 256 or not password.isprintable():
        message = f"must be {SHORTEST} to 256 printable characters"
        raise ConfigError([Problem("<stdin>", "$", f"the password {message}")])
    tell_new(data)
    is_new = _file(data).put(name, password, time.time(), scopes=scope or (), roles=role or ())
    line(f"{name} is {'added' if is_new else 'changed'}")


def show(
    data: Data = DATA,
    json: AsJson = False,
) -> None:
    """Show all users and what they may."""
    from garrison.cli.moments import show_moment

    tell_missing(data)
    users = sorted(_file(data).read().by_name.values(), key=lambda user: user.name)
    rows = [(user.name, show_moment(user.created), user.scopes, user.roles) for user in users]
    if json:
        as_json([dict(zip(("name", "created", "scopes", "roles"), row, strict=True)) for row in rows])
    elif not rows:
        note("there are no users")
    else:
        told = [(name, made, " ".join(scopes) or "-", " ".join(roles) or "-") for name, made, scopes, roles in rows]
        for text in columns(("name", "since", "scopes", "roles"), told):
            line(text)


def remove(name: Name, data: Data = DATA) -> None:
    """Remove a user. A running gateway refuses it within a tenth of a second."""
    _file(data).remove(name)
    line(f"{name} is removed")


def _file(data: Path) -> "UserFile":
    from garrison.adapters.users import UserFile

    return UserFile(data)


def _password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("password", hide_input=True, confirmation_prompt=True, err=True))
    return sys.stdin.readline().rstrip("\r\n")
