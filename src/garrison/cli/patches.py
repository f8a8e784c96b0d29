"""`garrison patches`: the virtual patches that are there, whether their proofs still hold, and taking one out."""

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from garrison.cli.options import DATA, AsJson, GatewayConfig, Overlay
from garrison.cli.output import alone, as_json, columns, line, note
from garrison.cli.patch import (
    Attack,
    Contract,
    Data,
    Identities,
    Identity,
    Insecure,
    Traffic,
    Url,
    found_again,
    open_gateway,
    recorded_traffic,
    reported_again,
    wanted_for,
)
from garrison.core.errors import ConfigError, Problem
from garrison.core.printable import printable

if TYPE_CHECKING:
    from garrison.config.model import Settings
    from garrison.core.patch import Patch
    from garrison.core.picture import Held
    from garrison.patches import Asked
    from garrison.proving import Standing

LIST_EXAMPLES = "Example: garrison patches list --config garrison.yaml"
PROVE_EXAMPLES = "Example: garrison patches prove --config garrison.yaml --identities people.yaml"
REMOVE_EXAMPLES = "Example: garrison patches remove sql-injection-2f6c9d"

_IN_FORCE = "in force"


def application() -> typer.Typer:
    """The commands about patches."""
    app = typer.Typer(help="Virtual patches: what is there, whether it holds, taking it out.", no_args_is_help=False)
    app.callback(invoke_without_command=True, epilog=LIST_EXAMPLES)(_all)
    app.command("list", epilog=LIST_EXAMPLES)(show_all)
    app.command("prove", epilog=PROVE_EXAMPLES)(prove)
    app.command("remove", epilog=REMOVE_EXAMPLES)(remove)
    return app


def _all(context: typer.Context, config: GatewayConfig = None, json: AsJson = False) -> None:
    """Virtual patches: what is there, whether it holds, taking it out. Without a command: list them."""
    if alone(context):
        show_all(config, json)


def show_all(config: GatewayConfig = None, json: AsJson = False) -> None:
    """List the patches, those first that end first. Exit status 1 means that one has ended, was never proven, holds no
    more or is not needed any more, as far as continuous assessment knows."""
    from garrison.config.virtual_patch import ends

    now = time.time()
    settings = open_gateway(config)
    patches = sorted(settings.controls.virtual_patch.patches, key=ends)
    known = _known(settings)
    states = [_state(each, known.get(each.id), now) for each in patches]
    if json:
        told = zip(patches, states, strict=True)
        as_json({"patches": [{**msgspec.to_builtins(each), "state": state} for each, state in told]})
    elif not patches:
        note("there are no patches")
    else:
        rows = [_row(each, state, known.get(each.id)) for each, state in zip(patches, states, strict=True)]
        for text in columns(("id", "state", "ends", "owner", "proven", "operation", "cure"), rows):
            line(printable(text))
    if any(state != _IN_FORCE for state in states):
        raise typer.Exit(1)


def _known(settings: "Settings") -> "Mapping[str, Held]":
    """What continuous assessment knows of patches. Raises RecordError."""
    from garrison.adapters.recording import with_directory
    from garrison.adapters.store.assessments import Assessments

    url = settings.assess.url or settings.upstream.url
    data = Path(with_directory(settings).data)
    if not url or not data.is_dir():
        return {}
    from garrison.adapters.probing.origin import split_url

    origin, base = split_url(url)
    with Assessments(data, is_read=True) as runs:
        picture = runs.picture(f"{origin}{base}")
    return picture.patches if picture is not None else {}


def _state(patch: "Patch", held: "Held | None", now: float) -> str:
    from garrison.config.virtual_patch import is_over
    from garrison.core.picture import ProofState

    if is_over(patch, now):
        return "ended"
    if held is not None and held.state in (ProofState.FAILS, ProofState.NEEDLESS):
        return str(held.state)
    return _IN_FORCE if patch.proof is not None else "unproven"


def _row(patch: "Patch", state: str, held: "Held | None") -> tuple[str, ...]:
    from garrison.core.picture import ProofState

    proven = patch.proof.at if patch.proof is not None else "never"
    if held is not None and held.seen is ProofState.HOLDS and held.at:
        proven = max(proven, time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(held.at))) if patch.proof else proven
    return (patch.id, state, patch.expires or "never", patch.owner or "-", proven, patch.operation or "-", patch.cure)


def prove(
    names: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Only these.")] = None,
    config: GatewayConfig = None,
    url: Url = "",
    contract: Contract = "",
    overlay: Overlay = None,
    identity: Identity = None,
    identities: Identities = None,
    data: Data = DATA,
    traffic: Traffic = None,
    attack: Attack = None,
    insecure: Insecure = False,
    json: AsJson = False,
) -> None:
    """Prove the patches again: which hold, which are not needed any more, which do not hold.

    A proof that does not hold any more opens an incident. Exit status 1 means that there is one, or a patch that can be
    taken out.
    """
    from garrison.adapters.patch_file import patch_file, read_patches, write_patches
    from garrison.reported import CHECK as REPORTED

    file = patch_file(config)
    patches = read_patches(file)
    before = {each.id: each for each in patches}
    settings = open_gateway(config)
    wanted = wanted_for(settings, url, contract, overlay, identity, identities, insecure=insecure)
    recorded, reported = recorded_traffic(traffic, settings), recorded_traffic(attack, settings)

    def asked(patch: "Patch", rest: "Settings") -> "Asked":
        """What a patch is proven with, in front of a gateway of the settings `rest`."""
        if patch.check == REPORTED:
            return reported_again(rest, wanted, recorded, reported)
        place = url or (patch.proof.target if patch.proof is not None else "")
        about = msgspec.structs.replace(wanted, url=place or wanted.url)
        return found_again(rest, about, patch.finding, data, recorded, keeps=(bool(place), bool(contract)))

    found = [_proven_again(patch, settings, asked, data) for patch in _chosen(patches, names or [])]
    proven = {each.patch.id: each.patch for each in found if each.state == "holds"}
    # it takes minutes: what was installed, changed or taken out meanwhile stays so
    now = read_patches(file)
    write_patches(file, [proven.get(each.id, each) if each == before.get(each.id) else each for each in now])
    if json:
        as_json({"patches": found})
    else:
        for text in _told(found):
            line(printable(text))
    if any(each.state != "holds" for each in found):
        raise typer.Exit(1)


def _proven_again(
    patch: "Patch", settings: "Settings", asked: "Callable[[Patch, Settings], Asked]", data: Path
) -> "Standing":
    """What has become of a patch of the gateway's `settings`; where it holds no more there is an incident in `data`."""
    from garrison.proving import raise_incident, stands, title_of, without

    note(f"garrison: proving `{patch.id}`")
    standing = stands(asked(patch, without(settings, patch)), patch)
    if standing.state == "fails":
        raise_incident(data, settings.notify, patch.id, title_of(patch.id, standing.why), time.time())
    return standing


def _told(found: "list[Standing]") -> Iterator[str]:
    for each in found:
        match each.state:
            case "holds":
                yield f"`{each.patch.id}` holds"
            case "removable":
                yield f"`{each.patch.id}` can be taken out: {each.why}; `garrison patches remove {each.patch.id}`"
            case "untested":
                yield f"`{each.patch.id}` could not be proven again: {each.why}"
            case _:
                yield f"`{each.patch.id}` does not hold any more: {each.why}"


def remove(name: Annotated[str, typer.Argument(metavar="ID", help="The patch.")], config: GatewayConfig = None) -> None:
    """Take a patch out; a gateway that runs stops to enforce it at once."""
    from garrison.adapters.patch_file import patch_file, read_patches, write_patches

    file = patch_file(config)
    patches = read_patches(file)
    (gone,) = _chosen(patches, [name])
    write_patches(file, [each for each in patches if each is not gone])
    line(f"`{gone.id}` is taken out of {file}")


def _chosen(patches: "tuple[Patch, ...]", names: list[str]) -> "list[Patch]":
    """The patches that are named, or all. Raises ConfigError where one is not there."""
    known = {each.id: each for each in patches}
    problems = [
        Problem("<options>", "ID", f"`{name}` is no patch", "`garrison patches` lists them")
        for name in names
        if name not in known
    ]
    if problems:
        raise ConfigError(problems)
    return [known[name] for name in names] if names else list(patches)
