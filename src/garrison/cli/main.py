"""The program `garrison`: its commands, and what its exit status means.

0  done
1  done, and there is something to look at
2  the options or an operator's file are wrong
3  the gateway could not be started or kept running, the target cannot be reached, or what was recorded cannot be read
"""

import errno
import os
import sys
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

from garrison.cli import (
    assess,
    audit,
    blocking,
    budgets,
    checks,
    classify,
    config,
    demo,
    detect,
    events,
    evidence,
    explain,
    exposure,
    findings,
    guard,
    incidents,
    inspect,
    keys,
    lab,
    notify,
    patch,
    patches,
    plan,
    replay,
    rules,
    status,
    users,
    vet,
)
from garrison.cli.output import NAME, report
from garrison.core.errors import ConfigError, GarrisonError, GatewayError, Problem, RecordError, cause_of

OK = 0
USAGE = 2
FAILURE = 3


class UnreadError(Exception):
    """The reader of our output has seen enough, as `head` has: not ours to complain about."""


class Commands(TyperGroup):
    """All commands. What keeps their output from being written is told apart here, before typer takes it for a fault of
    its own."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command. Raises UnreadError where nobody reads on, ConfigError where the output cannot be written."""
        try:
            try:
                return super().invoke(ctx)
            finally:
                sys.stdout.flush()
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise UnreadError from error
            if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO):
                raise
            message = f"what is printed cannot be written: {cause_of(error)}"
            raise ConfigError([Problem("<output>", "$", message)]) from error


def application() -> typer.Typer:
    """All commands, in the order in which `--help` shows them."""
    app = typer.Typer(
        name=NAME,
        cls=Commands,
        help="API security gateway: lets through what the contract allows, and explains what it refuses.",
        epilog="Example: garrison guard --upstream http://127.0.0.1:9000 --contract openapi.yaml",
        no_args_is_help=True,
        context_settings={"help_option_names": ["-h", "--help"]},
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_options)
    app.command("guard", epilog=guard.EXAMPLES)(guard.guard)
    app.command("demo", epilog=demo.EXAMPLES)(demo.demo)
    app.command("plan", epilog=plan.EXAMPLES)(plan.plan)
    app.command("audit", epilog=audit.EXAMPLES)(audit.audit)
    app.command("vet", epilog=vet.EXAMPLES)(vet.vet)
    app.command("evidence", epilog=evidence.EXAMPLES)(evidence.evidence)
    app.command("events", epilog=events.EXAMPLES)(events.events)
    app.command("status", epilog=status.EXAMPLES)(status.status)
    app.command("explain", epilog=explain.EXAMPLES)(explain.explain)
    app.command("detect", epilog=detect.EXAMPLES)(detect.detect)
    app.command("replay", epilog=replay.EXAMPLES)(replay.replay)
    app.command("classify", epilog=classify.EXAMPLES)(classify.classify)
    app.command("inspect", epilog=inspect.EXAMPLES)(inspect.inspect)
    app.command("block", epilog=blocking.BLOCK_EXAMPLES)(blocking.block)
    app.command("unblock", epilog=blocking.UNBLOCK_EXAMPLES)(blocking.unblock)
    app.command("blocks", epilog=blocking.BLOCKS_EXAMPLES)(blocking.blocks)
    app.command("revoke", epilog=blocking.REVOKE_EXAMPLES)(blocking.revoke)
    app.command("assess", epilog=assess.EXAMPLES)(assess.assess)
    app.add_typer(findings.application(), name="findings")
    app.command("patch", epilog=patch.EXAMPLES)(patch.patch)
    app.add_typer(patches.application(), name="patches")
    app.add_typer(checks.application(), name="checks")
    app.add_typer(incidents.application(), name="incidents")
    app.add_typer(notify.application(), name="notify")
    app.add_typer(lab.application(), name="lab")
    app.add_typer(budgets.application(), name="budgets")
    app.add_typer(exposure.application(), name="exposure")
    app.add_typer(rules.application(), name="rules")
    app.add_typer(keys.application(), name="keys")
    app.add_typer(users.application(), name="users")
    app.add_typer(config.application(), name="config")
    return app


def main() -> None:
    """Run the command that the arguments name; errors are lines on stderr, never a traceback."""
    # Python has none where the shell closed it (`>&-`); what is printed is then for nobody.
    sys.stdout = sys.stdout or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  # to the end
    sys.stderr = sys.stderr or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    try:
        application()()
    except (GatewayError, RecordError) as error:
        report(error)
        _end(FAILURE)
    except GarrisonError as error:
        report(error)
        _end(USAGE)
    except UnreadError:
        _end(OK)


def _end(status: int) -> None:
    """End; what the output did not take is not tried again, of which Python would complain while it ends."""
    sys.stdout = None
    sys.exit(status)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version as installed

        print(f"{NAME} {installed(NAME)}")  # noqa: T201  # the command's output
        raise typer.Exit(OK)


def _options(
    version: bool = typer.Option(
        False, "--version", help="Print the version and end.", is_eager=True, callback=_print_version
    ),
) -> None:
    """What may stand before a command."""
