"""`garrison patch`: the least policy that closes a finding at the gateway, installed once it is proven."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from garrison.cli.options import DATA, GatewayConfig, Overlay, operator_name
from garrison.cli.output import as_json, content_of, line, note
from garrison.core.errors import ConfigError, Problem, cause_of, option_error
from garrison.core.printable import lacks_password, printable

if TYPE_CHECKING:
    from garrison.adapters.recorded.exchange import RecordedExchange
    from garrison.assessing import Wanted
    from garrison.config.model import Settings
    from garrison.core.findings_report import Report
    from garrison.core.patch import Patch
    from garrison.patches import Asked, Attempt, Outlook

EXAMPLES = "Example: garrison patch 2f6c9d --config garrison.yaml --identity 'alice=bearer:$ALICE' --expires 30d"
_AHEAD = re.compile(r"([0-9]{1,5})([dhw])\Z")
_HOURS = {"h": 1, "d": 24, "w": 168}
_MOST_TRAFFIC = 50_000
"""Exchanges of recorded traffic that are compared."""

_Many = list[str] | None
Url = Annotated[str, typer.Option(metavar="URL", help="The API itself.  [default: where it was found]")]
Contract = Annotated[str, typer.Option(metavar="FILE", help="OpenAPI description.  [default: as it was assessed]")]
Identity = Annotated[
    _Many, typer.Option(metavar="NAME=KIND:...", help="In whose name, as `garrison assess` takes it; may be repeated.")
]
Identities = Annotated[_Many, typer.Option(metavar="FILE", help="A file of identities; may be repeated.")]
Data = Annotated[Path, typer.Option("--data", metavar="DIR", help="The data directory that keeps the findings.")]
Traffic = Annotated[Path | None, typer.Option(metavar="PLACE", help="Recorded traffic that must be decided as before.")]
Attack = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Instead of a finding: recorded exchanges that must not succeed.")
]
Insecure = Annotated[bool, typer.Option("--insecure", help="Take any certificate of the target.")]


def patch(
    finding: Annotated[str, typer.Argument(metavar="FINDING", help="The finding's id, or its beginning.")] = "",
    url: Url = "",
    config: GatewayConfig = None,
    contract: Contract = "",
    overlay: Overlay = None,
    identity: Identity = None,
    identities: Identities = None,
    data: Data = DATA,
    traffic: Traffic = None,
    attack: Attack = None,
    cure: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A patch of your own to prove: YAML, as in patches.yaml.")
    ] = None,
    expires: Annotated[str, typer.Option(metavar="WHEN", help="When it ends: `30d`, `2027-01-31`.")] = "30d",
    owner: Annotated[str, typer.Option(metavar="WHO", help="Who answers for it.  [default: you]")] = "",
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why it is there.  [default: what was found]")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Prove it and show it, and install nothing.")] = False,
    insecure: Insecure = False,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Close a finding at the gateway: find the least patch, prove it, and write it to patches.yaml.

    It is proven by the finding's own check, sent through a gateway with the patch in front of the API, and by the
    benign exchanges of the assessment and of recorded traffic, which must come to the same. What is not proven is not
    installed. Exit status 1 means that nothing was.
    """
    from garrison.patches import candidates, outlook, search, why_none

    asked = _asked(finding, url, config, contract, overlay, identity, identities, data, traffic, attack, insecure)
    asked = msgspec.structs.replace(asked, expires=_end(expires), owner=owner or operator_name())
    patches = [_own(cure, asked)] if cure is not None else list(candidates(asked))
    if not patches:
        note(f"garrison: no patch closes this: {why_none(asked)}")
        raise typer.Exit(1)
    note("garrison: trying without a patch")
    known = outlook(asked)
    if known.state != "open":
        _told_needless(known)
        raise typer.Exit(1)
    tried = list(search(asked, patches, known.report, lambda text: note(f"garrison: {text}")))
    proven = _finished(tried[-1].patch, reason) if tried[-1].state == "proven" else None
    if proven is not None and not dry_run:
        _install(config, proven)
    if json:
        as_json({"patch": proven, "tried": tried})
    else:
        for text in _text(tried, proven):
            line(printable(text))
    if proven is None:
        raise typer.Exit(1)


def _told_needless(known: "Outlook") -> None:
    if known.state == "mended":
        note("garrison: the API does not have it any more: there is nothing to patch")
    elif known.state == "untested":
        note("garrison: its check could not be made, with or without the gateway: nothing can be proven so")
    elif known.state == "refused":
        note("garrison: the gateway's policy refuses it as it is: there is nothing to patch")
    else:
        note("garrison: through the gateway its check finds nothing, and nothing shows that the gateway refuses it:")
        note("garrison: no patch can be proven so; mend the API, or prove one on recorded exchanges with `--attack`")


def _finished(patch: "Patch", reason: str) -> "Patch":
    return msgspec.structs.replace(patch, reason=reason) if reason else patch


def _text(tried: "list[Attempt]", proven: "Patch | None") -> Iterator[str]:
    from garrison.adapters.patch_file import as_yaml

    for each in tried:
        if each.state == "proven":
            yield f"proven: {each.patch.cure}"
        else:
            yield f"not proven: {each.patch.cure}: {each.why}"
        if each.broken is not None:
            yield f"  would break: {each.broken.exchange}"
            yield f"  because: {each.broken.why}"
    if proven is not None:
        yield ""
        yield from as_yaml(proven).splitlines()


def _install(config: Path | None, proven: "Patch") -> None:
    from garrison.adapters.patch_file import patch_file, read_patches, write_patches

    file = patch_file(config)
    before = [each for each in read_patches(file) if each.id != proven.id]
    write_patches(file, (*before, proven))
    note(f"garrison: `{proven.id}` stands in {file}; a gateway that runs takes it over at once")


def _own(file: Path, asked: "Asked") -> "Patch":
    """The patch of a file, with the finding it is for."""
    from garrison.config.source import read_source
    from garrison.config.virtual_patch import patch_faults
    from garrison.core.patch import Patch
    from garrison.patches import situation_of

    source = read_source(content_of(file), str(file))
    if source.problems:
        raise ConfigError(source.problems)
    data = source.data[0] if isinstance(source.data, list) and len(source.data) == 1 else source.data
    if not isinstance(data, dict):
        hint = "example: `{where: query.q, refuse: {longer-than: 64}}`"
        raise ConfigError([Problem(str(file), "$", "must be one patch: a mapping, or a list of one", hint)])
    drafted = msgspec.to_builtins(situation_of(asked).patch(owner=asked.owner, expires=asked.expires))
    drafted["since"] = time.strftime("%Y-%m-%d", time.gmtime(asked.now))
    try:
        made = msgspec.convert({**drafted, **data}, Patch)
    except (msgspec.ValidationError, TypeError) as error:
        raise ConfigError([Problem(str(file), "$", f"is no patch: {cause_of(error)}")]) from error
    if wrong := list(patch_faults([made])):
        raise ConfigError(
            [Problem(str(file), ".".join(map(str, path[1:])) or "$", message, hint) for path, message, hint in wrong]
        )
    return made


def _asked(
    finding: str,
    url: str,
    config: Path | None,
    contract: str,
    overlay: _Many,
    identity: _Many,
    identities: _Many,
    data: Path,
    traffic: Path | None,
    attack: Path | None,
    insecure: bool,
) -> "Asked":
    settings = open_gateway(config)
    wanted = wanted_for(settings, url, contract, overlay, identity, identities, insecure=insecure)
    recorded = recorded_traffic(traffic, settings)
    if attack is not None:
        return reported_again(settings, wanted, recorded, recorded_traffic(attack, settings))
    if not finding:
        hint = "`garrison findings` lists them"
        raise option_error("FINDING", "is missing: which finding?", hint)
    return found_again(settings, wanted, finding, data, recorded, keeps=(bool(url), bool(contract)))


def wanted_for(
    settings: "Settings",
    url: str,
    contract: str,
    overlay: _Many,
    identity: _Many,
    identities: _Many,
    *,
    insecure: bool,
) -> "Wanted":
    """How checks are made: as the options say, and the gateway's settings where these say nothing."""
    from garrison.assessing import Wanted

    return Wanted(
        url=url or settings.upstream.url, contract=contract or settings.contract.file,
        overlays=tuple(overlay or settings.contract.overlays), identities=tuple(identity or ()),
        identity_files=tuple(identities or ()), insecure=insecure, seed=1,
    )  # fmt: skip


def open_gateway(config: Path | None) -> "Settings":
    """The gateway's settings; without a file those that enforce nothing. Raises ConfigError."""
    from garrison.cli.opening import open_plain
    from garrison.config.load import Options

    return open_plain(config, Options(mode=None if config is not None else "monitor"))


def found_again(
    settings: "Settings",
    wanted: "Wanted",
    beginning: str,
    data: Path,
    traffic: "tuple[RecordedExchange, ...]" = (),
    *,
    keeps: tuple[bool, bool] = (False, False),
) -> "Asked":
    """The kept finding whose id begins so, with the run that found it; `keeps` says of target and contract whether the
    operator named them. Raises ConfigError, RecordError."""
    from garrison.adapters.store.findings import Findings
    from garrison.cli.findings import one_finding
    from garrison.patches import Asked
    from garrison.proving import behind

    with Findings(data, is_read=True) as history:
        kept = one_finding(history, beginning)
        report = history.last_report(kept.target, "assessment")
    changes: dict[str, str] = {}
    if not keeps[0]:
        changes["url"] = behind(settings, kept.target)
    if not keeps[1] and report is not None and _is_there(report.contract):
        changes["contract"] = report.contract
    elif report is not None and lacks_password(report.contract) and not wanted.contract:
        raise option_error(
            "--contract", f"is missing: of `{report.contract}` the password was not kept", "give its URL, or a file"
        )
    benign = report.benign if report is not None else ()
    return Asked(
        finding=kept.listed.finding, wanted=msgspec.structs.replace(wanted, **changes), settings=settings,
        benign=benign, traffic=traffic, now=time.time(),
    )  # fmt: skip


def _is_there(contract: str) -> bool:
    """Whether the description of an earlier run can still be read from where it was: other directories, other files."""
    if "://" in contract:
        return not lacks_password(contract)
    return bool(contract) and Path(contract).is_file()


def reported_again(
    settings: "Settings",
    wanted: "Wanted",
    traffic: "tuple[RecordedExchange, ...]",
    attack: "tuple[RecordedExchange, ...]",
) -> "Asked":
    """What was reported from outside."""
    from garrison.adapters.sources import read_source
    from garrison.contract.load import load
    from garrison.patches import Asked
    from garrison.reported import finding_of, reenact

    problems = [
        Problem("<options>", option, "is missing", hint)
        for option, given, hint in (
            ("--attack", attack, "it holds no exchange"),
            ("--url", wanted.url, "where is the API?"),
            ("--contract", wanted.contract, "the contract says which operation it is"),
        )
        if not given
    ]
    if problems:
        raise ConfigError(problems)
    catalogue = load(wanted.contract, wanted.overlays, read=read_source).catalogue
    found = finding_of(attack, catalogue, "")

    def assess(wanted: "Wanted") -> "Report":
        return reenact(wanted, attack, found)

    return Asked(finding=found, wanted=wanted, settings=settings, traffic=traffic, now=time.time(), assess=assess)


def recorded_traffic(place: Path | None, settings: "Settings") -> "tuple[RecordedExchange, ...]":
    """Exchanges that were recorded somewhere. Raises ConfigError."""
    from itertools import islice

    from garrison.adapters.recorded.exchange import RecordedExchange
    from garrison.adapters.recorded.keys import key_source
    from garrison.adapters.recorded.traffic import read_traffic

    if place is None:
        return ()
    entries = read_traffic(place, key_source(settings, str(place)))
    return tuple(each for each in islice(entries, _MOST_TRAFFIC) if isinstance(each, RecordedExchange))


def _end(text: str) -> str:
    """The moment at which a patch ends. Raises ConfigError."""
    from garrison.config.exceptions import expiry

    if ahead := _AHEAD.match(text):
        moment = datetime.now(UTC) + timedelta(hours=int(ahead[1]) * _HOURS[ahead[2]])
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    try:
        is_over = expiry(text) <= time.time()
    except ValueError as error:
        hint = "examples: `30d`, `2027-01-31`"
        raise option_error("--expires", f"`{text}` is no time", hint) from error
    if is_over:
        raise option_error("--expires", f"`{text}` is over")
    return text
